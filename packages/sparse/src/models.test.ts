import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../surgery/src/testing/architectures.ts';
import { mobilenet } from '../../surgery/src/testing/mobilenet.ts';
import { randomModel } from '../../surgery/src/testing/random-model.ts';
import { compileSparse } from './index.ts';
import { differenceOf, inputsFor, outputsOf, sparsified } from './testing/compare.ts';

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

test('the trained MobileNetV2, its 1x1 convolutions pruned, within the memory that it may take', async () => {
  const model = await mobilenet();
  for (const { name, weights } of model.layers.flatMap((layer) => ({ name: layer.name, weights: layer.weights.slice(0, 1) }))) {
    if (!/expand$|project$|Conv_1$/.test(name)) continue;
    const [weight] = weights as [tf.LayerVariable];
    const values = weight.read().dataSync<'float32'>();
    const line = Float32Array.from(values, Math.abs).sort()[Math.floor(0.9 * values.length)] as number;
    tf.tidy(() =>
      (weight.read() as tf.Variable).assign(
        tf.tensor(
          values.map((value) => (Math.abs(value) < line ? 0 : value)),
          weight.shape as number[],
        ),
      ),
    );
  }
  const sparse = await compileSparse(model);
  const [image] = inputsFor(model, 1) as [Float32Array];
  const [wanted] = outputsOf(model, [image], 1) as [Float32Array];
  const made = sparse.predict(image) as Float32Array;
  wanted.forEach((value, i) => {
    expect(made[i]).toBeCloseTo(value, 5);
  });
  // The first expansion reads 112x112x16 and makes 112x112x96.
  const { weights, total } = sparse.memory;
  expect(total).toBeLessThan(weights + 1.3 * 4 * 112 * 112 * (16 + 96));
});
