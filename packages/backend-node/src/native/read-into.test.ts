import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { READ_INTO } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend.ts';
import { isComplete, packageKit } from './layout.ts';
import { readByOps } from './read-into.ts';

const kit = packageKit();
const isThere = kit !== undefined && isComplete(kit);

interface Part {
  readonly from: number;
  readonly stride: number;
  readonly count: number;
}

type Read = (x: tf.Tensor, values: Float32Array, part: Part) => void;

/** By the binding, whatever it can. */
const byKernel: Read = (x, values, { from, stride }) => {
  const given = tf
    .getKernel(READ_INTO, 'tensorflow')
    .kernelFunc({ inputs: { x }, attrs: { from, stride, values } as unknown as tf.NamedAttrMap, backend: tf.backend() });
  expect(given).toEqual([]);
};

/** As by a binding that is not ours. */
async function byOps(): Promise<Read> {
  const read = await readByOps();
  return (x, values, { from, stride }) => read(tf.backend() as never, x, { from, stride, values });
}

function readPart(read: Read, x: tf.Tensor, part: Part): Float32Array {
  const { count } = part;
  const values = new Float32Array(count + 2).fill(-9);
  read(x, values.subarray(1, count + 1), part);
  expect([values[0], values[count + 1]]).toEqual([-9, -9]);
  return values.subarray(1, count + 1);
}

describe.runIf(isThere)('elements of a tensor are read into memory that is there', () => {
  beforeAll(() => useBackend({ choice: 'tensorflow', threads: 1 }));

  test('a process that waits for nothing else gets as far as its backend, and then ends', async () => {
    const program = `
      const { useBackend } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
      console.log((await useBackend({ choice: 'tensorflow', threads: 1 })).name);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe('tensorflow\n');
  });

  test.each<[string, number[], Part]>([
    ['all of a small one', [7, 3], { from: 0, stride: 1, count: 21 }],
    ['the middle of a small one', [7, 3], { from: 4, stride: 1, count: 9 }],
    ['a scalar', [], { from: 0, stride: 1, count: 1 }],
    ['pieces that begin on vectors', [700_000], { from: 262_144, stride: 1, count: 300_000 }],
    ['pieces that begin anywhere', [700, 1001], { from: 262_147, stride: 1, count: 400_001 }],
    ['more than one piece from the start to the end', [3, 200_001], { from: 0, stride: 1, count: 600_003 }],
    ['every third of a few', [7, 3], { from: 2, stride: 3, count: 7 }],
    ['every other of many', [700, 1001], { from: 1, stride: 2, count: 350_349 }],
  ])('%s', async (_, shape, part) => {
    const x = tf.variable(tf.randomNormal(shape, 0, 1, 'float32', 5));
    const all = x.dataSync().slice();
    const wanted = Float32Array.from({ length: part.count }, (__, i) => all[part.from + i * part.stride] as number);
    const before = tf.memory().numTensors;
    for (const read of [byKernel, await byOps()]) {
      // Twice: the memory of the first reading is used again by the second.
      readPart(read, x, part);
      expect(Buffer.from(readPart(read, x, part).slice().buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
    }
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  test('what lies beyond a tensor, or is no float32, is not read', () => {
    const x = tf.zeros([10]);
    const read = (tensor: tf.Tensor, part: Part) => () => byKernel(tensor, new Float32Array(part.count), part);
    const { binding } = tf.backend() as unknown as { binding: { readFloats?: unknown } };
    if (binding.readFloats === undefined) return;
    expect(read(x, { from: 0, stride: 1, count: 11 })).toThrow('beyond the tensor');
    expect(read(x, { from: 1, stride: 3, count: 4 })).toThrow('beyond the tensor');
    expect(read(x, { from: -1, stride: 1, count: 1 })).toThrow('beyond the tensor');
    expect(read(x, { from: 0, stride: 0, count: 1 })).toThrow('beyond the tensor');
    expect(read(tf.zeros([10], 'int32'), { from: 0, stride: 1, count: 1 })).toThrow('no float32 tensor');
  });
});
