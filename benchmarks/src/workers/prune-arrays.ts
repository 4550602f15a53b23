import { type CutOff, cutOff, type Line, Mask, type PrunableParameter, passes, selectLowest, takeRoom } from '@espalier/core';

/** Scores are made for so many weights at a time: they stay in the processor's cache, and take no memory to speak of. */
const BLOCK = 1 << 16;

/**
 * Global magnitude pruning of plain arrays through what core exports: the lowest share of all weights becomes zero.
 * Selection sees blocks of the arrays, each scored when it is read, in one array for all.
 */
export async function pruneArrays(weights: readonly Float32Array[], sparsity: number): Promise<Mask[]> {
  const room = takeRoom(BLOCK);
  const scratch = room.values;
  const total = weights.reduce((sum, { length }) => sum + length, 0);
  const blocks = weights.map(blocksOf);
  const scores = blocks.flat().map((values, i) => {
    const parameter = { name: String(i), size: values.length } as PrunableParameter;
    return {
      parameter,
      size: values.length,
      groupSize: 1,
      read: async () => magnitudes(values, scratch),
      sample: async (from: number, stride: number) => everyMagnitude(values, from, stride),
    };
  });
  const lines = (await selectLowest(scores, Math.round(sparsity * total))).values();
  const masks = weights.map(({ length }, t) => {
    const bytes = new Uint8Array(Math.ceil(length / 8));
    for (const [b, values] of (blocks[t] as Float32Array[]).entries()) {
      const scored = magnitudes(values, scratch);
      const mask = Mask.above(scored, drawn(lines.next().value as Line, scored));
      passes(values.length).zero(values, mask.bytes, 0);
      bytes.set(mask.bytes, (b * BLOCK) / 8);
    }
    return Mask.fromBytes(length, bytes);
  });
  room.release();
  return masks;
}

function blocksOf(values: Float32Array): Float32Array[] {
  return Array.from({ length: Math.ceil(values.length / BLOCK) }, (_, i) => values.subarray(i * BLOCK, (i + 1) * BLOCK));
}

function magnitudes(values: Float32Array, into: Float32Array): Float32Array {
  const scores = into.subarray(0, values.length);
  scores.set(values);
  passes(scores.length).absolute(scores);
  return scores;
}

function everyMagnitude(values: Float32Array, from: number, stride: number): Float32Array {
  const scores = new Float32Array(Math.ceil((values.length - from) / stride));
  for (let i = 0; i < scores.length; i++) scores[i] = Math.abs(values[from + i * stride] as number);
  return scores;
}

function drawn(line: Line, scores: Float32Array): CutOff {
  return 'count' in line ? cutOff(scores, line.count) : { below: line.below, ties: line.ties ?? 0 };
}
