import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ARCHITECTURES } from '../../surgery/src/testing/architectures.ts';
import { mobilenet } from '../../surgery/src/testing/mobilenet.ts';
import { randomModel } from '../../surgery/src/testing/random-model.ts';
import { compileSparse } from './index.ts';
import { differenceOf, inputsFor, modelOf, outputsOf, sparsified } from './testing/compare.ts';

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

/** A convolution and a pooling or a transposed convolution, of windows that go over volumes as chance has it. */
const volumes = fc.record({
  size: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 })),
  channels: fc.integer({ min: 1, max: 4 }),
  filters: fc.integer({ min: 1, max: 6 }),
  first: windows(),
  second: windows(),
  kind: fc.constantFrom('max', 'average', 'transposed'),
  sparsity: fc.constantFrom(0, 0.5, 0.9),
  kernel: fc.constantFrom('sparse' as const, 'dense' as const, undefined),
});

function windows() {
  const axes = (most: number) => fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: most }))) as fc.Arbitrary<number[]>;
  return fc.record({ window: axes(4), strides: axes(3), dilation: axes(2), isDilated: fc.boolean(), isSame: fc.boolean() });
}

/** With `valid`, no more of a window than there is room for. */
function fitting(
  { window, strides, dilation, isDilated, isSame }: fc.TypeFromArbitrary<ReturnType<typeof windows>>,
  size: readonly number[],
) {
  const rates = isDilated ? dilation : [1, 1, 1];
  const most = size.map((each, axis) => (isSame ? 4 : Math.floor((each - 1) / (rates[axis] as number)) + 1));
  const kernelSize = window.map((each, axis) => Math.min(each, most[axis] as number)) as [number, number, number];
  return {
    kernelSize,
    poolSize: kernelSize,
    strides: (isDilated ? [1, 1, 1] : strides) as [number, number, number],
    dilationRate: rates as [number, number, number],
    padding: isSame ? ('same' as const) : ('valid' as const),
  };
}

test('200 random convolutions and poolings of volumes give what they give on tfjs', async () => {
  await fc.assert(
    fc.asyncProperty(volumes, fc.nat(1000), async ({ size, channels, filters, first, second, kind, sparsity, kernel }, seed) => {
      const conv = tf.layers.conv3d({ filters, ...fitting(first, size), activation: 'elu' });
      const between = modelOf([...size, channels], conv).outputs[0]?.shape.slice(1, 4) as number[];
      const { dilationRate: _, ...options } = fitting({ ...second, isDilated: false }, between);
      const last = {
        max: () => tf.layers.maxPooling3d(options),
        average: () => tf.layers.averagePooling3d(options),
        transposed: () => tf.layers.conv3dTranspose({ filters: 3, ...options, activation: 'softmax' }),
      };
      const model = sparsified(modelOf([...size, channels], conv, last[kind as 'max']()), sparsity, seed);
      const sparse = await compileSparse(model, kernel === undefined ? {} : { kernel });
      const difference = differenceOf(sparse, model, { batch: 2, seed });
      sparse.dispose();
      model.dispose();
      expect(difference).toBeLessThan(ROUNDING);
    }),
    { numRuns: 200, seed: 12 },
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
