import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { find, useCpu, weightsOf } from './testing/make.ts';
import { tinyNet } from './testing/nets.ts';
import { firstNonFinite, readWeights, writeWeights } from './weights.ts';

beforeAll(useCpu);

test('weights are read as copies and written back', async () => {
  const model = tinyNet();
  const before = weightsOf(model);
  const stored = await readWeights(model);
  find(model, 'hidden/kernel').variable.assign(tf.ones([10, 12]));
  writeWeights(model, stored);
  expect(weightsOf(model)).toEqual(before);
  // Whoever writes to the values of a variable does not write to what is stored.
  find(model, 'hidden/kernel').variable.dataSync().fill(7);
  writeWeights(model, stored);
  expect(weightsOf(model)).toEqual(before);
});

test('weights of another model are refused by the first that does not fit, and nothing is written', async () => {
  const model = tinyNet();
  const before = weightsOf(model);
  const stored = await readWeights(tinyNet(5));
  const { 'output/bias': _, ...rest } = stored;
  expect(() => writeWeights(model, rest)).toThrow('output/bias: the weights are those of another model: wanted [3], got nothing');
  expect(() => writeWeights(model, { ...stored, 'output/kernel': { shape: [3, 12], data: new Float32Array(36) } })).toThrow(
    'wanted [12, 3], got [3, 12]',
  );
  expect(weightsOf(model)).toEqual(before);
});

test('the first parameter that is not finite is named', async () => {
  const model = tinyNet();
  expect(await firstNonFinite(model)).toBeUndefined();
  find(model, 'output/bias').variable.assign(tf.tensor1d([0, Number.NaN, 0]));
  find(model, 'output/kernel').variable.assign(tf.fill([12, 3], Number.POSITIVE_INFINITY));
  expect(await firstNonFinite(model)).toBe('output/kernel');
});
