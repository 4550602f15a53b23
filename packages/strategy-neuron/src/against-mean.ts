import { z } from '@espalier/core';

/** What scorers of units offer whose scores grow with the number of weights of a unit. */
export const relative = z
  .boolean()
  .default(true)
  .describe('Against the mean of the layer, so that one line for all layers (threshold: global) compares layers of different sizes.');

/** Scores over the mean of those that are not 0: of units that are left. */
export function againstMean(scores: Float64Array): Float64Array {
  let [sum, count] = [0, 0];
  for (const score of scores) {
    sum += score;
    if (score !== 0) count += 1;
  }
  return sum === 0 ? scores : scores.map((score) => (score * count) / sum);
}
