import { EspalierError } from '@espalier/core/errors';
import type { LayerConfig, NetworkWeight } from '@espalier/surgery';
import type { Builder, Value } from './builder.ts';

/** One call of a layer, as its rule sees it. */
export interface SparseCall {
  /** The layer's path in the model, and its type: `encoder/conv_1 (Conv2D)`. */
  readonly where: string;
  readonly config: LayerConfig;
  readonly inputs: readonly Value[];
  /** Shapes of one sample that the layer gives. */
  readonly outputs: readonly (readonly number[])[];
  /** By name: `kernel`, `forward/recurrent_kernel`. */
  readonly weights: Readonly<Record<string, NetworkWeight>>;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Sets down, with the operations of `build`, what a call of a layer does; gives what comes out. */
export type SparseRule = (call: SparseCall, build: Builder) => Value | readonly Value[];

const rules = new Map<string, SparseRule>();
const ours = new Set<SparseRule>();

/**
 * Says how a type of layer is run; a rule that is there already is replaced.
 *
 * @throws EspalierError where that is no name, or no function.
 */
export function defineSparseRule(type: string, rule: SparseRule): void {
  if (typeof type !== 'string' || type === '' || typeof rule !== 'function') {
    throw new EspalierError({
      where: 'defineSparseRule',
      what: `expected the type of a layer and a function, got ${typeof type === 'string' ? `"${type}"` : typeof type} and ${typeof rule}`,
      remedy: "Call it as defineSparseRule('MyLayer', (call, build) => …), by the layer's className",
    });
  }
  rules.set(type, rule);
}

/** The rules of this package, by type. */
export function defineOurRules(table: Readonly<Record<string, SparseRule>>): void {
  for (const [type, rule] of Object.entries(table)) {
    ours.add(rule);
    defineSparseRule(type, rule);
  }
}

export function isOurs(rule: SparseRule | undefined): boolean {
  return rule !== undefined && ours.has(rule);
}

export function sparseRuleOf(type: string): SparseRule | undefined {
  return rules.get(type);
}

/** Of what a rule cannot do. */
export function refuse(
  call: Pick<SparseCall, 'where'>,
  what: string,
  remedy = 'Give the layer a rule of its own with defineSparseRule',
): never {
  throw new EspalierError({ where: call.where, what, remedy });
}

/** The only input of a layer that takes one. */
export function inputOf({ inputs, where }: Pick<SparseCall, 'inputs' | 'where'>): Value {
  return inputs[0] ?? refuse({ where }, 'is called on nothing');
}

/** A weight's numbers. */
export function valuesOf(call: SparseCall, name: string): Float32Array {
  const values = call.weights[name]?.values;
  return values instanceof Float32Array ? values : refuse(call, `has no weight "${name}" of real numbers`);
}

export function shapeOf(call: SparseCall, name: string): readonly number[] {
  return call.weights[name]?.shape ?? refuse(call, `has no weight "${name}"`);
}

export function biasOf(call: SparseCall, name = 'bias'): Float32Array | undefined {
  return call.weights[name] === undefined ? undefined : valuesOf(call, name);
}

/** An axis of a sample: configurations count the batch, and from the end. */
export function sampleAxis(axis: number, rank: number): number {
  return axis < 0 ? rank + axis : axis - 1;
}
