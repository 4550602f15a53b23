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

function magnitudes(values: Float32Array, into: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) into[i] = Math.abs(values[i] as number);
  return into.subarray(0, values.length);
}

function drawn(line: Line, scores: Float32Array): CutOff {
  return 'count' in line ? cutOff(scores, line.count) : { below: line.below, ties: line.ties ?? 0 };
}

/** Eight at a time, as most eights lose all or nearly all. */
function zero(values: Float32Array, { bytes }: Mask): void {
  const whole = values.length >> 3;
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const byte = bytes[i] as number;
    if (byte === 255) continue;
    if ((byte & 1) === 0) values[at] = 0;
    if ((byte & 2) === 0) values[at + 1] = 0;
    if ((byte & 4) === 0) values[at + 2] = 0;
    if ((byte & 8) === 0) values[at + 3] = 0;
    if ((byte & 16) === 0) values[at + 4] = 0;
    if ((byte & 32) === 0) values[at + 5] = 0;
    if ((byte & 64) === 0) values[at + 6] = 0;
    if ((byte & 128) === 0) values[at + 7] = 0;
  }
  for (let i = whole * 8; i < values.length; i++) if ((((bytes[i >> 3] as number) >> (i & 7)) & 1) === 0) values[i] = 0;
}
