import type { DependencyGraph } from './dependency-graph.ts';

/**
 * Gives back units until as many are gone of each set as of the others that it has to be as wide as: the two directions of
 * a Bidirectional.
 *
 * @param gone 1 per unit that goes; written to.
 * @param worth which to give back first: the highest. The last ones by default.
 */
export function balance({ balanced }: DependencyGraph, gone: Uint8Array, worth: (unit: number) => number = (unit) => unit): void {
  let isChanging = true;
  while (isChanging) {
    isChanging = false;
    for (const sets of balanced) {
      const going = sets.map((units) => [...new Set(units)].filter((unit) => gone[unit] === 1));
      const fewest = Math.min(...going.map(({ length }) => length));
      for (const units of going) {
        const back = units.sort((a, b) => worth(a) - worth(b)).slice(fewest);
        for (const unit of back) gone[unit] = 0;
        if (back.length > 0) isChanging = true;
      }
    }
  }
}
