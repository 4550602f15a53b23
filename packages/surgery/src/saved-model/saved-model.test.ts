import { loadSavedModel, useBackend } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { fold } from '../fold/fold.ts';
import { readNetwork } from '../read-network.ts';
import { difference, disposeLoaded, outputsOf, randomise } from '../testing/models.ts';
import { savedModel } from './saved-model.ts';

const isNative = await useBackend({ choice: 'tensorflow', threads: 1 }).then(
  () => true,
  () => false,
);

type Flow = tf.SymbolicTensor;
const L = tf.layers;
const apply = (layer: tf.layers.Layer, ...inputs: Flow[]) => layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;

function images(): tf.LayersModel {
  const input = tf.input({ name: 'image', shape: [9, 9, 3] });
  let flow = apply(
    L.zeroPadding2d({
      padding: [
        [0, 1],
        [1, 0],
      ],
    }),
    input,
  );
  flow = apply(L.conv2d({ filters: 6, kernelSize: 3, useBias: false }), flow);
  flow = apply(L.reLU({ maxValue: 6 }), apply(L.batchNormalization(), flow));
  flow = apply(L.depthwiseConv2d({ kernelSize: 3, padding: 'same', activation: 'relu6' }), flow);
  const side = apply(L.separableConv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'swish' }), flow);
  flow = apply(L.leakyReLU({ alpha: 0.2 }), apply(L.add(), flow, side, flow));
  flow = apply(L.concatenate(), flow, apply(L.conv2d({ filters: 2, kernelSize: 1, dilationRate: 1, activation: 'tanh' }), flow));
  flow = apply(L.maxPooling2d({ poolSize: 2 }), flow);
  const pooled = apply(L.globalAveragePooling2d({}), flow);
  const flat = apply(
    L.dense({ units: 4, activation: 'elu' }),
    apply(L.flatten(), apply(L.averagePooling2d({ poolSize: 2, strides: 1 }), flow)),
  );
  const head = apply(L.dense({ name: 'head', units: 3, activation: 'softmax' }), apply(L.concatenate(), pooled, flat));
  return tf.model({ inputs: input, outputs: [head, apply(L.dense({ name: 'other', units: 2 }), apply(L.dropout({ rate: 0.5 }), pooled))] });
}

function sequences(): tf.LayersModel {
  const shared = L.dense({ units: 4, activation: 'sigmoid' });
  return tf.sequential({
    layers: [
      L.dense({ inputShape: [5, 4], units: 4 }),
      shared,
      L.batchNormalization({ axis: 1 }),
      L.reshape({ targetShape: [10, 2] }),
      L.dense({ units: 3, useBias: false, activation: 'softmax' }),
    ],
  });
}

describe.runIf(isNative)('a SavedModel that TensorFlow runs as one graph', () => {
  beforeAll(() => useBackend({ choice: 'tensorflow', threads: 1 }));

  test.each([
    ['images', images],
    ['sequences', sequences],
  ])('gives what the model gives: %s, as it is and folded', async (_, make) => {
    const model = randomise(make());
    const before = outputsOf(model);
    const tensors = tf.memory().numTensors;
    const folded = await fold(model);
    for (const network of [await readNetwork(model), folded.network]) {
      const native = await loadSavedModel(savedModel(network));
      expect(difference(outputsOf(likeModel(native, model)), before)).toBeLessThan(1e-4);
      native.dispose();
    }
    folded.model.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    disposeLoaded(model);
  });

  test('what is no graph here is refused by name', async () => {
    const lstm = tf.sequential({ layers: [L.lstm({ name: 'memory', units: 2, inputShape: [3, 2] })] });
    const network = await readNetwork(lstm);
    expect(() => savedModel(network)).toThrow(/^"memory" \(LSTM\): is of a type that no graph is made of/);
    const gelu = tf.sequential({ layers: [L.dense({ name: 'hidden', units: 2, inputShape: [3], activation: 'hardSigmoid' })] });
    const other = await readNetwork(gelu);
    expect(() => savedModel(other)).toThrow(/^"hidden" \(Dense\): has the activation hardSigmoid/);
  });
});

/** The graph in the clothes of the model that it was made from: outputs by name, in the model's order. */
function likeModel(native: Awaited<ReturnType<typeof loadSavedModel>>, model: tf.LayersModel): tf.LayersModel {
  const predict = (inputs: tf.Tensor) => {
    const outputs = native.predict({ [model.inputNames[0] as string]: inputs }) as tf.NamedTensorMap;
    return model.outputNames.map((name) => outputs[name] as tf.Tensor);
  };
  return { inputs: model.inputs, predict } as unknown as tf.LayersModel;
}
