import { inject, injectable, OPTIONS, type PrunableParameter, type Scorer, type ScoringContext, unitsOf, z } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { againstMean, relative } from '../against-mean.ts';
import { scoreUnits, type Units, weightsOf } from '../units.ts';

export const fpgmOptions = z.object({ relative });

/**
 * How far a unit is from the others of its layer: Σ_j ‖w_i − w_j‖₂ over all units j that are left. Those nearest to the
 * geometric median go first, as the others can stand in for them.
 * He et al., 2019, "Filter Pruning via Geometric Median", arXiv:1811.00250, eq. 8.
 */
@injectable()
export class FpgmScorer implements Scorer {
  readonly ofUnits = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof fpgmOptions>) {}

  score(parameters: readonly PrunableParameter[], { masks }: ScoringContext): Promise<tf.Tensor[]> {
    return scoreUnits(parameters, async (units) => {
      const vectors = await vectorsOf(units);
      const left = unitsLeft(units, (member, i) => masks.get(member).keeps(i));
      const distances = new Float64Array(units.count);
      for (const [n, i] of left.entries()) {
        for (const j of left.slice(n + 1)) {
          const distance = distanceBetween(vectors[i] as Float32Array, vectors[j] as Float32Array);
          distances[i] = (distances[i] as number) + distance;
          distances[j] = (distances[j] as number) + distance;
        }
      }
      return this.options.relative ? againstMean(distances) : distances;
    });
  }
}

/** The weights of each unit, side by side. */
async function vectorsOf(units: Units): Promise<Float32Array[]> {
  const weights = await weightsOf(units);
  const length = units.members.reduce((sum, { size }) => sum + size, 0) / units.count;
  const vectors = Array.from({ length: units.count }, () => new Float32Array(length));
  const filled = new Uint32Array(units.count);
  for (const [m, member] of units.members.entries()) {
    for (const [i, unit] of unitsOf(member).of.entries()) {
      const at = filled[unit] as number;
      (vectors[unit] as Float32Array)[at] = (weights[m] as Float32Array)[i] as number;
      filled[unit] = at + 1;
    }
  }
  return vectors;
}

/** Units of which not all is pruned. */
function unitsLeft({ members, count }: Units, keeps: (member: PrunableParameter, i: number) => boolean): number[] {
  const isLeft = new Uint8Array(count);
  for (const member of members) for (const [i, unit] of unitsOf(member).of.entries()) if (keeps(member, i)) isLeft[unit] = 1;
  return [...isLeft.keys()].filter((unit) => isLeft[unit] === 1);
}

function distanceBetween(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(squares);
}
