import { EspalierError } from '@espalier/core/errors';
import type { Network, NetworkLayer, NetworkNode } from '@espalier/surgery';
import type { Builder, Value } from './builder.ts';
import { remedyFor } from './misuse.ts';
import { withMask } from './operations/layout.ts';
import { refuse, type SparseCall, type SparseRule, sparseRuleOf } from './sparse-rule.ts';

/** A network on its way to become a plan. */
export interface Compilation {
  readonly build: Builder;
  readonly network: Network;
  /** What there is already, by tensor. */
  readonly values: Map<string, Value>;
  /** Tensors whose height and width tfjs says wrongly. */
  readonly overwritten: ReadonlyMap<string, unknown>;
}

/** Sets down what one call of a layer does, by the rule for its type. */
export function compileCall(compilation: Compilation, node: NetworkNode): void {
  const { build, network, values } = compilation;
  const layer = network.layers.get(node.layer) as NetworkLayer;
  build.layer = layer.path;
  build.type = layer.type;
  const call: SparseCall = {
    where: build.where,
    config: layer.config,
    inputs: node.inputs.map((id) => values.get(id) as Value),
    outputs: node.outputs.map((id) => sampleShape(network, id)),
    weights: Object.fromEntries(layer.weights.map((weight) => [weight.name, weight])),
    args: node.args,
  };
  const isDeclared = isDeclaredRightly(compilation, node);
  if (isDeclared) for (const shape of call.outputs) checkSizes(call.where, 'gives', shape);
  const rule = sparseRuleOf(layer.type) as SparseRule;
  const made: unknown = rule(call, build);
  const all: readonly unknown[] = Array.isArray(made) ? made : [made];
  const isMasked = call.inputs.some(({ mask }) => mask !== undefined);
  node.outputs.forEach((id, i) => {
    const value = all[i];
    const wanted = call.outputs[i] ?? [];
    if (!isValue(value, build) || (isDeclared && !isShape(value.shape, wanted, compilation.overwritten.has(id)))) {
      refuse(call, `its sparse rule gives ${kindOf(value, build)} where the layer gives [${wanted.join(', ')}]`, remedyFor(layer.type));
    }
    checkSizes(call.where, 'gives', value.shape);
    values.set(id, isMasked ? withMaskSaid(value) : value);
  });
}

/** Where windows are larger than what there is, sizes come out that are none. */
export function checkSizes(where: string, has: string, shape: readonly number[]): void {
  if (shape.every((size) => size >= 1)) return;
  throw new EspalierError({
    where,
    what: `${has} [${shape.join(', ')}]`,
    why: 'nothing is left at this size',
    remedy: 'Compile it for larger inputs, with the option inputShapes where sizes are open, or take out what makes them smaller',
  });
}

function isValue(value: unknown, { buffers }: Builder): value is Value {
  if (typeof value !== 'object' || value === null || !('shape' in value && 'buffer' in value)) return false;
  return Array.isArray(value.shape) && buffers[value.buffer as number] !== undefined;
}

function kindOf(value: unknown, build: Builder): string {
  if (value === undefined || value === null) return value === null ? 'null' : 'nothing';
  if (value instanceof Promise) return 'a promise';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return isValue(value, build) ? `[${value.shape.join(', ')}]` : 'an object that no operation gave';
}

/**
 * What comes of something masked, without a mask: whoever needs one must not do without, be it that a rule forgot it, or that the layer has none
 * to give. In `predict`, tfjs hands the last mask that there was to every layer behind.
 */
function withMaskSaid(value: Value): Value {
  return value.mask === undefined ? withMask(value, 'lost') : value;
}

/** Without the batch; sizes that are open are null. */
export function sampleShape(network: Network, id: string): number[] {
  return (network.tensors.get(id)?.shape ?? []).slice(1) as number[];
}

/**
 * Whether tfjs says what shapes a call gives: not where it was told wrong ones of what the call is given, which a CenterCrop has overwritten.
 * A ConvLSTM2D that is given states, and what comes behind it, has sizes that are no numbers.
 */
function isDeclaredRightly({ network, values }: Compilation, { inputs, outputs }: NetworkNode): boolean {
  return (
    outputs.every((id) => sampleShape(network, id).every((size) => Number.isInteger(size))) &&
    inputs.every((id) => values.get(id)?.shape.join() === sampleShape(network, id).join())
  );
}

function isShape(shape: readonly number[], wanted: readonly number[], isOverwritten: boolean): boolean {
  const isFree = (axis: number) => isOverwritten && axis >= wanted.length - 3 && axis < wanted.length - 1;
  return shape.length === wanted.length && shape.every((size, axis) => size === wanted[axis] || isFree(axis));
}
