import { EspalierError } from '@espalier/core/errors';
import type { Network } from '@espalier/surgery';
import { type Compilation, compileCall, sampleShape } from './compile-call.ts';
import { remedyFor } from './misuse.ts';
import { sparseRuleOf } from './sparse-rule.ts';

/**
 * Sets down what all calls of layers do.
 *
 * @throws EspalierError naming all layers that have no rule, and all that their rules refuse.
 */
export function compileCalls(compilation: Compilation): void {
  const { build, network, values } = compilation;
  const refusals = refusalsOfTypes(network);
  for (const node of network.nodes) {
    if (node.inputs.length === 0 || !node.inputs.every((id) => values.has(id))) continue;
    try {
      if (sparseRuleOf(network.layers.get(node.layer)?.type ?? '') !== undefined) {
        compileCall(compilation, node);
        continue;
      }
    } catch (error) {
      if (error instanceof EspalierError) refusals.push(error);
      // It may come of what stands in.
      else if (refusals.length > 0) break;
      else throw failed(compilation, error);
    }
    // What comes behind is looked at with something that stands in for it.
    for (const id of node.outputs) {
      const shape = sampleShape(network, id);
      if (shape.every((size) => Number.isInteger(size) && size > 0)) values.set(id, build.value(shape));
    }
  }
  if (refusals.length > 0) throw together(network, refusals);
}

/** A rule that fails by itself. */
function failed({ build }: Compilation, cause: unknown): EspalierError {
  const what = `its sparse rule fails: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new EspalierError({ where: build.where, what, remedy: remedyFor(build.type) }, { cause });
}

function refusalsOfTypes({ layers, nodes }: Network): EspalierError[] {
  const called = new Set(nodes.filter(({ inputs }) => inputs.length > 0).map(({ layer }) => layer));
  const unknown = [...layers.values()].filter(({ name, type }) => called.has(name) && sparseRuleOf(type) === undefined);
  if (unknown.length === 0) return [];
  return [
    new EspalierError({
      where: unknown.map(({ path, type }) => `${path} (${type})`).join(', '),
      what: unknown.length === 1 ? 'this layer has no sparse kernel' : 'these layers have no sparse kernel',
      remedy: 'Say how it is run with defineSparseRule, or run the model on tfjs',
    }),
  ];
}

/** Layers of which the same is to be said, once. */
function together({ name }: Network, refusals: readonly EspalierError[]): EspalierError {
  const wheres = new Map<string, Set<string>>();
  const errors = new Map<string, EspalierError>();
  for (const error of refusals) {
    const { where = '', ...said } = error.parts;
    const key = JSON.stringify(said);
    wheres.set(key, (wheres.get(key) ?? new Set()).add(where));
    errors.set(key, errors.get(key) ?? error);
  }
  const merged = [...errors].map(([key, { parts, cause }]) => {
    const where = [...(wheres.get(key) as Set<string>)].join(', ');
    return new EspalierError({ ...parts, where }, { cause });
  });
  const [first, ...more] = merged as [EspalierError, ...EspalierError[]];
  if (more.length === 0) return first;
  return new EspalierError({
    where: `sparse model "${name}"`,
    what: 'cannot be compiled',
    why: merged.map(({ message }) => message).join('. '),
  });
}
