import { EspalierError } from '@espalier/core/errors';
import type { Network, NetworkWeight } from '@espalier/surgery';
import type { Packer } from './packer.ts';

/** @throws EspalierError naming the first weight that is no number. */
export function checkWeights(network: Network, packer: Packer): void {
  for (const weight of weightsOf(network)) {
    const at = firstStrange(weight, packer);
    if (at === undefined) continue;
    throw new EspalierError({
      where: weight.parameter,
      what: `element ${at} of ${weight.values.length} is ${weight.values[at]}`,
      why: 'nothing that is computed with it would be a number',
      remedy: 'Take the weights from before training diverged',
    });
  }
}

/**
 * The same of what folding has computed anew from weights that are numbers.
 *
 * @throws EspalierError naming the first weight that is one no more.
 */
export function checkFolded(network: Network, folded: Network, packer: Packer): void {
  const read = new Set(weightsOf(network).map(({ values }) => values));
  for (const weight of weightsOf(folded)) {
    const at = read.has(weight.values) ? undefined : firstStrange(weight, packer);
    if (at === undefined) continue;
    throw new EspalierError({
      where: weight.parameter,
      what: `element ${at} of ${weight.values.length} is ${weight.values[at]} once a batch norm is folded in`,
      why: 'their product is no number of float32',
      remedy: 'Leave batch norms as they are: compileSparse(model, { fold: { batchNorms: false } })',
    });
  }
}

function weightsOf({ layers }: Network): readonly NetworkWeight[] {
  return [...layers.values()].flatMap(({ weights }) => weights);
}

function firstStrange({ values }: NetworkWeight, packer: Packer): number | undefined {
  if (!(values instanceof Float32Array) || packer.scan(values).isFinite) return undefined;
  return values.findIndex((value) => !Number.isFinite(value));
}
