import { type CutOff, cutOff, type Line, Mask, type PrunableParameter, selectLowest } from '@espalier/core';

/** Scores are made for so many weights at a time: they stay in the processor's cache, and take no memory to speak of. */
const BLOCK = 1 << 16;

/**
 * Global magnitude pruning of plain arrays through what core exports: the lowest share of all weights becomes zero.
 * Selection sees blocks of the arrays, each scored when it is read, in one array for all.
 */
export async function pruneArrays(weights: readonly Float32Array[], sparsity: number): Promise<Mask[]> {
  const scratch = new Float32Array(BLOCK);
  const total = weights.reduce((sum, { length }) => sum + length, 0);
  const blocks = weights.map(blocksOf);
  const scores = blocks.flat().map((values, i) => {
    const parameter = { name: String(i), size: values.length } as PrunableParameter;
    return { parameter, size: values.length, groupSize: 1, read: async () => magnitudes(values, scratch) };
  });
  const lines = (await selectLowest(scores, Math.round(sparsity * total))).values();
  return weights.map(({ length }, t) => {
    const bytes = new Uint8Array(Math.ceil(length / 8));
    for (const [b, values] of (blocks[t] as Float32Array[]).entries()) {
      const scored = magnitudes(values, scratch);
      const mask = Mask.above(scored, drawn(lines.next().value as Line, scored));
      zero(values, mask);
      bytes.set(mask.bytes, (b * BLOCK) / 8);
    }
    return Mask.fromBytes(length, bytes);
  });
}

function blocksOf(values: Float32Array): Float32Array[] {
  return Array.from({ length: Math.ceil(values.length / BLOCK) }, (_, i) => values.subarray(i * BLOCK, (i + 1) * BLOCK));
}

/** Four at a time: what a loop costs by itself is most of what this costs. */
function magnitudes(values: Float32Array, into: Float32Array): Float32Array {
  const whole = values.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    into[i] = Math.abs(values[i] as number);
    into[i + 1] = Math.abs(values[i + 1] as number);
    into[i + 2] = Math.abs(values[i + 2] as number);
    into[i + 3] = Math.abs(values[i + 3] as number);
  }
  for (let i = whole; i < values.length; i++) into[i] = Math.abs(values[i] as number);
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
