import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { corePlugin } from '../core-plugin.ts';
import { cut } from '../cut.ts';
import { RunKeeping } from '../keeping.ts';
import { MaskSet } from '../mask-set.ts';
import { parsePart } from '../part.ts';
import { Random } from '../random.ts';
import { Registry } from '../registry.ts';
import { magnitude, make, parameterOf, taken, threshold, useCpu } from '../testing/make.ts';

beforeAll(useCpu);

async function kept(values: readonly number[], shape: number[], options: object, sparsity: number, by = 'layer'): Promise<number[]> {
  const parameter = parameterOf('k', values, shape);
  const masks = new MaskSet([parameter]);
  const context = { model: tf.sequential(), masks, random: Random.of(1), keep: new RunKeeping() };
  const granularity = make('granularity', { nm: options });
  await cut({ masks, scorer: magnitude(), threshold: threshold(by), granularity, sparsity, target: sparsity, context });
  const mask = [...masks.get(parameter).toFloat32()];
  masks.dispose();
  parameter.variable.dispose();
  return mask;
}

test('at a sparsity of 1 − N/M the best N of each M stay, down each column', async () => {
  // Columns 1 3 2 4 and −8 5 −6 7.
  expect(await kept([1, -8, 3, 5, 2, -6, 4, 7], [4, 2], { n: 2, m: 4 }, 0.5)).toEqual([0, 1, 1, 0, 0, 0, 1, 1]);
});

test('below it fewer are pruned, and never one of the best N', async () => {
  // 10 and 20 are larger than all of the second block; 1 and 2 are the best that it has.
  expect(await kept([10, 20, 30, 40, 1, 2, 0.1, 0.2], [8, 1], { n: 2, m: 4 }, 0.25)).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
  expect(await kept([10, 20, 30, 40, 1, 2, 0.1, 0.2], [8, 1], { n: 2, m: 4 }, 0.375)).toEqual([0, 1, 1, 1, 1, 1, 0, 0]);
});

test('above it the pattern stays as it is', async () => {
  expect(await kept([1, 2, 3, 4], [4, 1], { n: 2, m: 4 }, 0.9)).toEqual([0, 0, 1, 1]);
  expect(make('granularity', { nm: { n: 1, m: 4 } }).maxSparsity).toBe(0.75);
});

test('of equal ones the first stay; a block at the edge keeps its best N as well', async () => {
  expect(await kept([1, 1, 1, 1, 5, 6, 7], [7, 1], { n: 2, m: 4 }, 0.5)).toEqual([1, 1, 0, 0, 0, 1, 1]);
});

describe('whatever the weights', () => {
  test('exactly N of each M stay, and they are the largest', async () => {
    const shapes = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      more: fc.integer({ min: 1, max: 3 }),
      blocks: fc.integer({ min: 1, max: 3 }),
      columns: fc.integer({ min: 1, max: 4 }),
      planes: fc.integer({ min: 1, max: 2 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ n, more, blocks, columns, planes, seed }) => {
        const m = n + more;
        const rows = m * blocks;
        const random = Random.of(seed);
        // Few different values, so that many are equal.
        const values = Array.from({ length: planes * rows * columns }, () => random.int(5) - 2);
        const mask = await kept(values, [planes, rows, columns], { n, m }, 1 - n / m);
        for (let plane = 0; plane < planes; plane++) {
          for (let block = 0; block < blocks; block++) {
            for (let column = 0; column < columns; column++) {
              const at = Array.from({ length: m }, (_, k) => plane * rows * columns + (block * m + k) * columns + column);
              const sizes = (wanted: number) => at.filter((i) => mask[i] === wanted).map((i) => Math.abs(values[i] as number));
              expect(sizes(1)).toHaveLength(n);
              expect(Math.min(...sizes(1))).toBeGreaterThanOrEqual(Math.max(...sizes(0)));
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  ['conv2dTranspose', tf.layers.conv2dTranspose({ name: 't', filters: 2, kernelSize: 1, inputShape: [2, 2, 4] })],
  ['conv3dTranspose', tf.layers.conv3dTranspose({ name: 't', filters: 2, kernelSize: 1, inputShape: [2, 2, 2, 4] })],
])('of a %s, whose kernel ends in filters and then inputs, they are along the inputs', async (_, layer) => {
  const model = tf.sequential({ layers: [layer] });
  const [kernel] = taken(model);
  if (kernel === undefined) expect.fail('no kernel');
  // Four inputs of each of two filters.
  kernel.variable.assign(tf.tensor([1, 3, 2, 4, -8, 5, -6, 7], [...kernel.shape]));
  const masks = new MaskSet([kernel]);
  const context = { model, masks, random: Random.of(1), keep: new RunKeeping() };
  const granularity = make('granularity', { nm: { n: 2, m: 4 } });
  await cut({ masks, scorer: magnitude(), threshold: threshold('layer'), granularity, sparsity: 0.5, target: 0.5, context });
  expect([...masks.get(kernel).toFloat32()]).toEqual([0, 1, 0, 1, 1, 0, 0, 1]);
  masks.dispose();
});

test('an embedding is refused: nothing is summed over its rows', () => {
  const model = tf.sequential({ layers: [tf.layers.embedding({ inputDim: 8, outputDim: 2, inputLength: 3 })] });
  expect(make('granularity', 'nm').refuses?.(taken(model)[0] as never, model)).toBe(
    'its rows are looked up one by one: nothing is summed along an input axis',
  );
});

test('a depthwise kernel is refused, and N not below M', () => {
  const model = tf.sequential({ layers: [tf.layers.depthwiseConv2d({ kernelSize: 2, inputShape: [3, 3, 2] })] });
  expect(make('granularity', 'nm').refuses?.(taken(model)[0] as never, model)).toBe(
    'each of its filters sees one channel: it has no input axis to choose along',
  );
  expect(new Registry([corePlugin]).complete(parsePart('granularity', { nm: { n: 4, m: 4 } }) as never).problems[0]?.message).toBe(
    'n must be less than m',
  );
});
