import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../surgery/src/testing/architectures.ts';
import { randomModel } from '../../surgery/src/testing/random-model.ts';
import { compileSparse } from './index.ts';
import { differenceOf, sparsified } from './testing/compare.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const ROUNDING = 1e-5;

test('300 random architectures give what they give on tfjs', async () => {
  const sizes = fc.constantFrom(1, 2, 5, 64);
  const choices = fc.array(fc.nat(1000), { minLength: 30, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(choices, fc.double({ min: 0, max: 1, noNaN: true }), sizes, fc.nat(1000), async (choice, sparsity, batch, seed) => {
      const model = sparsified(randomModel(choice), sparsity, seed);
      const sparse = await compileSparse(model);
      const difference = differenceOf(sparse, model, { batch, seed });
      sparse.dispose();
      model.dispose();
      expect(difference).toBeLessThan(ROUNDING);
    }),
    { numRuns: 300, seed: 11 },
  );
}, 300_000);

test.each(Object.keys(ARCHITECTURES))('%s', async (name) => {
  const model = sparsified((ARCHITECTURES[name] as () => tf.LayersModel)());
  const isText = /LSTM/.test(name);
  const sparse = await compileSparse(model);
  expect(differenceOf(sparse, model, { words: isText ? 20 : 0 })).toBeLessThan(ROUNDING);
});
