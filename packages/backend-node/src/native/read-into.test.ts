import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { READ_INTO } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend.ts';
import { isComplete, packageKit } from './layout.ts';

const kit = packageKit();
const isThere = kit !== undefined && isComplete(kit);

function readInto(x: tf.Tensor, from: number, count: number): Float32Array {
  const values = new Float32Array(count + 2).fill(-9);
  const part = values.subarray(1, count + 1);
  const given = tf
    .getKernel(READ_INTO, 'tensorflow')
    .kernelFunc({ inputs: { x }, attrs: { from, values: part } as unknown as tf.NamedAttrMap, backend: tf.backend() });
  expect(given).toEqual([]);
  expect([values[0], values[count + 1]]).toEqual([-9, -9]);
  return part;
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

  test.each([
    ['all of a small one', [7, 3], 0, 21],
    ['the middle of a small one', [7, 3], 4, 9],
    ['a scalar', [], 0, 1],
    ['pieces that begin on vectors', [700_000], 262_144, 300_000],
    ['pieces that begin anywhere', [700, 1001], 262_147, 400_001],
    ['more than one piece from the start to the end', [3, 200_001], 0, 600_003],
  ])('%s', (_, shape, from, count) => {
    const x = tf.variable(tf.randomNormal(shape, 0, 1, 'float32', 5));
    const before = tf.memory().numTensors;
    // Twice: the memory of the first reading is used again by the second.
    readInto(x, from, count);
    const read = readInto(x, from, count);
    expect(tf.memory().numTensors).toBe(before);
    expect(Buffer.from(x.dataSync().slice(from, from + count).buffer).equals(Buffer.from(read.slice().buffer))).toBe(true);
    x.dispose();
  });
});
