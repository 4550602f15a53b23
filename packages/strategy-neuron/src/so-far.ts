import type { PruningRun, Step } from '@espalier/core';

/**
 * The sparsity after a round of several, each of which takes the same share of what is left; where the threshold
 * decides alone, how far on the way to that.
 */
export function soFar({ sparsity }: PruningRun, { progress }: Step): number {
  return Number.isNaN(sparsity) ? progress : 1 - (1 - sparsity) ** progress;
}
