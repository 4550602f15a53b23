import { type CutOff, cutOff, type Line, Mask, type PrunableParameter, selectLowest } from '@espalier/core';

/**
 * Global magnitude pruning of plain arrays through what core exports: the lowest share of all weights becomes zero.
 * Scores are made one tensor at a time, in one array for all.
 */
export async function pruneArrays(weights: readonly Float32Array[], sparsity: number): Promise<Mask[]> {
  const scratch = new Float32Array(Math.max(...weights.map(({ length }) => length)));
  const total = weights.reduce((sum, { length }) => sum + length, 0);
  const scores = weights.map((values, i) => {
    const parameter = { name: String(i), size: values.length } as PrunableParameter;
    return { parameter, size: values.length, groupSize: 1, read: async () => magnitudes(values, scratch) };
  });
  const lines = await selectLowest(scores, Math.round(sparsity * total));
  return weights.map((values, i) => {
    const scored = magnitudes(values, scratch);
    const mask = Mask.above(scored, drawn(lines[i] as Line, scored));
    zero(values, mask);
    return mask;
  });
}

/** |w|, by its bits: whole numbers all the way, where floats would be widened and narrowed again. */
function magnitudes(values: Float32Array, into: Float32Array): Float32Array {
  const from = new Int32Array(values.buffer, values.byteOffset, values.length);
  const to = new Int32Array(into.buffer, 0, values.length);
  for (let i = 0; i < from.length; i++) to[i] = (from[i] as number) & 0x7fffffff;
  return into.subarray(0, values.length);
}

function drawn(line: Line, scores: Float32Array): CutOff {
  return 'count' in line ? cutOff(scores, line.count) : { below: line.below, ties: line.ties ?? 0 };
}

function zero(values: Float32Array, { bytes }: Mask): void {
  const whole = values.length >> 3;
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const byte = bytes[i] as number;
    if (byte === 255) continue;
    if (byte === 0) values.fill(0, at, at + 8);
    else for (let bit = 0; bit < 8; bit++) if (((byte >> bit) & 1) === 0) values[at + bit] = 0;
  }
  for (let i = whole * 8; i < values.length; i++) if ((((bytes[i >> 3] as number) >> (i & 7)) & 1) === 0) values[i] = 0;
}
