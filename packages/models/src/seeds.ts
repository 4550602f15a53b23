import { Random } from '@espalier/core';

/** tfjs takes a seed as a 32-bit whole number. */
const SEEDS = 2 ** 31;

/** A seed of its own for each use, so that no two layers start with the same numbers: `seedFor(task.seed, 'dense', 'kernel')`. */
export function seedFor(seed: number, ...names: readonly string[]): number {
  return Random.of(seed, 'weights', ...names).int(SEEDS);
}
