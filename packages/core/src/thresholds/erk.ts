import { selectLowest } from '../select-lowest.ts';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';
import { elementsIn } from './layer.ts';

/**
 * Erdős–Rényi-kernel: the density of a layer is proportional to the sum of its kernel's dimensions over their product,
 * (n_in + n_out + kh + kw) / (n_in·n_out·kh·kw), so that small layers stay denser. A layer that would exceed a density of
 * 1 stays dense, and the others make up for it. How much goes of each layer depends on shapes alone.
 * Evci et al., 2020, "Rigging the Lottery", arXiv:1911.11134, section 3; Mocanu et al., 2018, arXiv:1707.04780.
 */
export class ErkThreshold implements Threshold {
  lines(scores: readonly ParameterScores[], sparsity: number): Line[] | Promise<Line[]> {
    const sizes = scores.map(elementsIn);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const densities = erkDensities(
      scores.map(({ parameter }) => parameter.shape),
      sizes,
      1 - sparsity,
    );
    const pruned = sizes.map((size, i) => size * (1 - (densities[i] as number)));
    const [first] = scores;
    if (first === undefined) return [];
    const { groupSize } = first;
    if (typeof groupSize === 'number' && scores.every((each) => each.groupSize === groupSize)) {
      const groups = pruned.map((elements) => elements / groupSize);
      return wholes(groups, Math.round((sparsity * total) / groupSize)).map((count) => ({ count }));
    }
    // Groups of different sizes: each layer comes as near to its own share as its groups allow.
    return Promise.all(scores.map(async (each, i) => (await selectLowest([each], Math.round(pruned[i] as number)))[0] as Line));
  }
}

/** The densities of layers, from 0 to 1, that leave this share of all elements. */
function erkDensities(shapes: readonly (readonly number[])[], sizes: readonly number[], density: number): number[] {
  const raw = shapes.map((shape) => sumOf(shape) / shape.reduce((product, side) => product * side, 1));
  const isDense = shapes.map(() => false);
  for (;;) {
    // What is left for the layers that are not dense, per unit of their raw densities.
    let left = density * sumOf(sizes);
    let weight = 0;
    for (const [i, size] of sizes.entries()) {
      if (isDense[i]) left -= size;
      else weight += (raw[i] as number) * size;
    }
    const scale = weight === 0 ? 0 : Math.max(0, left) / weight;
    const full = raw.map((each, i) => !isDense[i] && scale * each > 1);
    if (!full.includes(true)) return raw.map((each, i) => (isDense[i] ? 1 : scale * each));
    for (const [i, is] of full.entries()) if (is) isDense[i] = true;
  }
}

/** Whole numbers near these that add up to a total: rounded down, and one more for those that lost most by it. */
function wholes(values: readonly number[], total: number): number[] {
  // 3.9999999999 is 4.
  const counts = values.map((value) => Math.floor(value + 1e-9));
  const byLoss = [...values.keys()].sort((a, b) => lossAt(b) - lossAt(a) || a - b);
  const missing = total - sumOf(counts);
  for (const i of byLoss.slice(0, Math.max(0, missing))) counts[i] = (counts[i] as number) + 1;
  return counts;

  function lossAt(i: number): number {
    return (values[i] as number) - (counts[i] as number);
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
