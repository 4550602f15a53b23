import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cut } from './cut.ts';
import { RunKeeping } from './keeping.ts';
import { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import { Random } from './random.ts';
import type { Scorer } from './scorer.ts';
import { threshold, useCpu } from './testing/make.ts';

/** Together more than the scores that are held at once. */
const SIZES = [9_000_003, 8_000_000];

const whole: Scorer = { independent: true, score: (parameters) => parameters.map(({ variable }) => tf.abs(variable as tf.Tensor)) };
const inPieces: Scorer = {
  ...whole,
  score: () => {
    throw new Error('no tensor of scores is asked for');
  },
  scoreInPlace(weights) {
    for (const [i, weight] of weights.entries()) weights[i] = Math.abs(weight);
  },
};

const layer = tf.layers.dense({ units: 1 });
let parameters: PrunableParameter[];

beforeAll(async () => {
  await useCpu();
  parameters = SIZES.map((size, p) => {
    // Steps of a thousandth: thousands of weights tie with any line.
    const values = Float32Array.from({ length: size }, (_, i) => (((i * 7919 + p * 31) % 4001) - 2000) / 1000);
    const variable = tf.variable(tf.tensor1d(values));
    return { name: `layer_${p}/kernel`, layer, shape: [size], size, calls: [], variable };
  });
});
afterAll(() => tf.disposeVariables());

async function masksOf(scorer: Scorer, by: string): Promise<MaskSet> {
  const masks = new MaskSet(parameters);
  const context = { model: tf.sequential(), masks, random: Random.of(1), keep: new RunKeeping() };
  // The second time over weights of which half are pruned already.
  for (const sparsity of [0.5, 0.9]) await cut({ masks, scorer, threshold: threshold(by), sparsity, target: 0.9, context });
  return masks;
}

test.each(['global', 'layer'])('a large net that is read in pieces gets the same masks, ties included (%s)', async (by) => {
  const weights = parameters.map(({ variable }) => variable.clone());
  const expected = await masksOf(whole, by);
  for (const [i, { variable }] of parameters.entries()) variable.assign(weights[i] as tf.Tensor);
  const tensors = tf.memory().numTensors;
  const masks = await masksOf(inPieces, by);
  expect(tf.memory().numTensors).toBe(tensors);
  for (const parameter of parameters) {
    expect(masks.get(parameter).equals(expected.get(parameter)), parameter.name).toBe(true);
    expect(await zerosIn(parameter)).toBeGreaterThanOrEqual(masks.get(parameter).pruned);
  }
  const total = SIZES.reduce((sum, size) => sum + size, 0);
  if (by === 'global') expect(parameters.reduce((sum, each) => sum + masks.get(each).pruned, 0)).toBe(Math.round(0.9 * total));
  for (const [i, { variable }] of parameters.entries()) variable.assign(weights[i] as tf.Tensor);
  tf.dispose(weights);
});

test('a weight that is NaN is named by its place in the whole', async () => {
  const [, second] = parameters as [PrunableParameter, PrunableParameter];
  const values = (await second.variable.data()).slice() as Float32Array;
  values[5_000_001] = Number.NaN;
  second.variable.assign(tf.tensor1d(values));
  await expect(masksOf(inPieces, 'global')).rejects.toThrow(/layer_1\/kernel.*element 5000001 is NaN/s);
});

async function zerosIn({ variable }: PrunableParameter): Promise<number> {
  return (await variable.data<'float32'>()).reduce((count, value) => count + Number(value === 0), 0);
}
