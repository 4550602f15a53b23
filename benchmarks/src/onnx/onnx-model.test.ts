import { readNetwork } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { difference } from '../workers/frame.ts';
import { unprunedModel } from '../workers/pruned-models.ts';
import { onnxModel } from './onnx-model.ts';
import { openOnnx } from './runtime.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Every weight drawn, biases and statistics too: nothing is zero or one, and nothing grows so large that a softmax gives one class all. */
function drawn(model: tf.LayersModel): tf.LayersModel {
  model.setWeights(
    model.weights.map((weight, i) => {
      const shape = weight.shape as number[];
      const inputs = shape.slice(0, -1).reduce((product, size) => product * size, 1);
      const [middle, reach] = weight.originalName.endsWith('moving_variance') ? [1, 0.5] : [0, Math.sqrt(2 / (inputs + 2))];
      return tf.randomUniform(shape, middle - reach, middle + reach, 'float32', i);
    }),
  );
  return model;
}

/** How far what ONNX Runtime Web gives is from what tfjs gives, of the largest number. */
async function departure(model: tf.LayersModel, batch = 2): Promise<number> {
  const shape = (model.inputs[0] as tf.SymbolicTensor).shape.slice(1) as number[];
  const images = tf.randomUniform([batch, ...shape], -1, 1, 'float32', 1);
  const onnx = await openOnnx(model, images);
  const expected = (model.predict(images) as tf.Tensor).dataSync<'float32'>();
  const actual = await onnx.run();
  expect(actual.length).toBe(expected.length);
  await onnx.dispose();
  return difference(expected, actual);
}

const named = (name: string, layers: tf.layers.Layer[]) => drawn(tf.sequential({ name, layers }));

test.each(['lenet-300-100', 'lenet-5', 'resnet'] as const)(
  'the bench’s %s gives on ONNX Runtime Web what it gives on tfjs',
  async (net) => {
    expect(await departure(drawn(await unprunedModel(net)))).toBeLessThan(1e-4);
  },
);

test('strided same convolutions, depthwise ones, batch norms and sums are the same, on images of even and odd sizes', async () => {
  const input = tf.input({ shape: [10, 7, 3] });
  const { conv2d, depthwiseConv2d, batchNormalization, reLU, zeroPadding2d, add, dropout } = tf.layers;
  const after = (layers: tf.layers.Layer[], flow: tf.SymbolicTensor) =>
    layers.reduce((tensor, layer) => layer.apply(tensor) as tf.SymbolicTensor, flow);
  const stem = after(
    [conv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', useBias: false }), batchNormalization(), reLU({ maxValue: 6 })],
    input,
  );
  const branch = after(
    [
      depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu6' }),
      conv2d({ filters: 6, kernelSize: [3, 2], dilationRate: [1, 2], padding: 'same' }),
      batchNormalization({ scale: false, epsilon: 0.01 }),
    ],
    stem,
  );
  const head = after(
    [
      reLU(),
      zeroPadding2d({
        padding: [
          [0, 1],
          [1, 2],
        ],
      }),
      depthwiseConv2d({ kernelSize: 3, strides: 2, useBias: false }),
      dropout({ rate: 0.5 }),
    ],
    add().apply([stem, branch]) as tf.SymbolicTensor,
  );
  expect(await departure(drawn(tf.model({ inputs: input, outputs: head })))).toBeLessThan(1e-4);
});

test('numbers are in the order of tfjs where images become rows, rows images, and where an image comes out', async () => {
  const pooled = named('pooled', [
    tf.layers.reshape({ inputShape: [126], targetShape: [7, 6, 3] }),
    tf.layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
    tf.layers.maxPooling2d({ poolSize: [3, 2], strides: 1, padding: 'same' }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 5, useBias: false }),
    tf.layers.batchNormalization(),
  ]);
  expect(await departure(pooled)).toBeLessThan(1e-4);
  const image = named('image', [tf.layers.conv2d({ inputShape: [5, 4, 2], filters: 3, kernelSize: 2, activation: 'softmax' })]);
  expect(await departure(image)).toBeLessThan(1e-4);
});

test('a layer, an activation and a cut that are not known are named', async () => {
  const written = async (layer: tf.layers.Layer) => onnxModel(await readNetwork(named('unknown', [layer])), 1);
  await expect(written(tf.layers.upSampling2d({ inputShape: [4, 4, 2], name: 'up' }))).rejects.toThrow(/up \(UpSampling2D\)/);
  const selu = tf.layers.dense({ inputShape: [4], units: 2, activation: 'selu', name: 'middle' });
  await expect(written(selu)).rejects.toThrow(/middle \(Dense\).*selu/s);
  await expect(written(tf.layers.reLU({ inputShape: [4], maxValue: 3, name: 'cut' }))).rejects.toThrow(/cut \(ReLU\).*cut off at 3/s);
});
