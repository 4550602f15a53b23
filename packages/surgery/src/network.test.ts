import { modelParameters, totalMacs } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildModel } from './build-model.ts';
import { callsOf, readersOf } from './network.ts';
import { networkCost } from './network-cost.ts';
import { readNetwork } from './read-network.ts';
import { difference, disposeLoaded, outputsOf, randomise, savedAndLoaded, useCpu } from './testing/models.ts';

beforeAll(useCpu);

const symbolic = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]) =>
  layer.apply(inputs.length === 1 ? (inputs[0] as tf.SymbolicTensor) : inputs) as tf.SymbolicTensor;

function encoder(name: string): tf.LayersModel {
  return tf.sequential({
    name,
    layers: [
      tf.layers.conv1d({ name: 'conv', filters: 4, kernelSize: 3, inputShape: [null, 3] as unknown as number[], padding: 'same' }),
      tf.layers.batchNormalization({ name: 'norm' }),
    ],
  });
}

const MODELS: Record<string, () => tf.LayersModel> = {
  'a sequential model': () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 2], activation: 'relu', kernelRegularizer: 'l1l2' }),
        tf.layers.batchNormalization(),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, activation: 'softmax' }),
      ],
    }),
  'several inputs and outputs, a shared layer': () => {
    const a = tf.input({ shape: [5], name: 'a' });
    const b = tf.input({ shape: [5], name: 'b' });
    const shared = tf.layers.dense({ units: 4, name: 'shared' });
    const [x, y] = [symbolic(shared, a), symbolic(shared, b)];
    const sum = symbolic(tf.layers.add({ name: 'sum' }), x, y);
    return tf.model({ inputs: [b, a], outputs: [symbolic(tf.layers.dense({ units: 1, name: 'head' }), sum), y] });
  },
  'nested models that repeat names, one called twice': () => {
    const [one, two] = [encoder('one'), encoder('two')];
    const a = tf.input({ shape: [6, 3], name: 'a' });
    const b = tf.input({ shape: [8, 3], name: 'b' });
    const pooled = [one.apply(a), one.apply(b), two.apply(a)].map((x) =>
      symbolic(tf.layers.globalMaxPooling1d({}), x as tf.SymbolicTensor),
    );
    return tf.model({ inputs: [a, b], outputs: symbolic(tf.layers.concatenate(), ...pooled) });
  },
  'a nested model at the end, which names the output': () => {
    const input = tf.input({ shape: [6, 3] });
    return tf.model({ inputs: input, outputs: encoder('decoder').apply(input) as tf.SymbolicTensor });
  },
  'a model in a sequential one': () =>
    tf.sequential({ layers: [encoder('base'), tf.layers.lstm({ units: 3 }), tf.layers.dense({ units: 2 })] }),
  'recurrent layers with states passed on': () => {
    const input = tf.input({ shape: [4, 3] });
    const [, h, c] = tf.layers.lstm({ units: 4, returnState: true, name: 'reader' }).apply(input) as tf.SymbolicTensor[];
    const writer = tf.layers.lstm({ units: 4, returnSequences: true, name: 'writer' });
    const sequence = writer.apply(input, { initialState: [h, c] as tf.SymbolicTensor[] }) as tf.SymbolicTensor;
    const both = tf.layers.bidirectional({ layer: tf.layers.gru({ units: 2, returnSequences: true }), mergeMode: 'concat' });
    const each = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2 }) });
    return tf.model({ inputs: input, outputs: symbolic(each, symbolic(both, sequence)) });
  },
  'words behind a mask': () =>
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 9, outputDim: 4, inputLength: 5, maskZero: true }),
        tf.layers.simpleRNN({ units: 3 }),
        tf.layers.prelu(),
      ],
    }),
};

describe('a model is read and built again', () => {
  for (const [what, make] of Object.entries(MODELS)) {
    test(what, async () => {
      const model = randomise(make());
      const before = outputsOf(model);
      const tensors = tf.memory().numTensors;
      const network = await readNetwork(model);
      expect(tf.memory().numTensors).toBe(tensors);

      const built = buildModel(network);
      expect(tf.memory().numTensors).toBe(tensors + model.weights.length);
      expect(difference(outputsOf(built), before)).toBe(0);
      expect(built.inputNames).toEqual(model.inputNames);
      expect(built.outputNames).toEqual(model.outputNames);
      expect(built.inputs.map(({ shape }) => shape)).toEqual(model.inputs.map(({ shape }) => shape));
      expect(built.outputs.map(({ shape }) => shape)).toEqual(model.outputs.map(({ shape }) => shape));

      const loaded = await savedAndLoaded(built);
      expect(difference(outputsOf(loaded), before)).toBe(0);
      disposeLoaded(loaded);
      built.dispose();
      expect(tf.memory().numTensors).toBe(tensors);
      expect(difference(outputsOf(model), before)).toBe(0);
      model.dispose();
    });
  }
});

test('a network says who is called on what', async () => {
  const model = (MODELS['nested models that repeat names, one called twice'] as () => tf.LayersModel)();
  const network = await readNetwork(model);
  expect([...network.layers.values()].filter(({ type }) => type === 'Conv1D').map(({ name, path }) => [name, path])).toEqual([
    ['conv', 'one/conv'],
    ['two_conv', 'two/conv'],
  ]);
  expect(callsOf(network, 'conv').map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
    [['a'], ['conv']],
    [['b'], ['conv@2']],
  ]);
  expect(network.tensors.get('conv')).toEqual({ shape: [null, 6, 4] });
  expect(network.tensors.get('conv@2')).toEqual({ shape: [null, 8, 4] });
  expect(readersOf(network, 'conv@2').map(({ layer }) => layer)).toEqual(['norm']);
  expect(network.layers.get('two_conv')?.weights.map(({ name, parameter, shape }) => [name, parameter, shape])).toEqual([
    ['kernel', 'two/conv/kernel', [3, 3, 4]],
    ['bias', 'two/conv/bias', [4]],
  ]);
  model.dispose();
});

test('what is frozen stays frozen, also in a nested model and through a file', async () => {
  const base = encoder('base');
  base.trainable = false;
  const model = tf.sequential({ layers: [base, tf.layers.globalMaxPooling1d({}), tf.layers.dense({ units: 2 })] });
  const built = buildModel(await readNetwork(model));
  expect(built.trainableWeights.map(({ originalName }) => originalName)).toEqual([
    expect.stringMatching(/kernel/),
    expect.stringMatching(/bias/),
  ]);
  const loaded = await savedAndLoaded(built);
  expect(loaded.trainableWeights.length).toBe(2);
  for (const each of [loaded, built, model]) each.dispose();
});

test('state from batch to batch is refused by name', async () => {
  const model = tf.sequential({ layers: [tf.layers.lstm({ name: 'memory', units: 2, stateful: true, batchInputShape: [1, 3, 2] })] });
  await expect(readNetwork(model)).rejects.toThrow(/^memory: keeps its state from batch to batch .*stateful: false/);
  model.dispose();
});

test('weights that do not fit the configuration are refused by name, and nothing leaks', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: 'hidden', units: 3, inputShape: [2] }), tf.layers.dense({ units: 1 })] });
  const network = await readNetwork(model);
  const hidden = network.layers.get('hidden');
  const tensors = tf.memory().numTensors;
  const wrong = new Map(network.layers).set('hidden', {
    ...(hidden as NonNullable<typeof hidden>),
    config: { ...hidden?.config, units: 2 },
  });
  expect(() => buildModel({ ...network, layers: wrong })).toThrow(
    /^hidden \(Dense\): its weights come out as \[2, 2\] \[2\], and there are \[2, 3\] \[3\]/,
  );
  expect(tf.memory().numTensors).toBe(tensors);
  model.dispose();
});

test('two thousand layers in a row', async () => {
  const input = tf.input({ shape: [2] });
  let flow: tf.SymbolicTensor = input;
  for (let i = 0; i < 2000; i++) flow = symbolic(tf.layers.activation({ activation: 'relu' }), flow);
  const model = tf.model({ inputs: input, outputs: flow });
  expect((await readNetwork(model)).nodes).toHaveLength(2001);
});

test.each(Object.entries(MODELS))('%s: a network costs as many multiply-accumulates as its model', async (_, build) => {
  const model = build();
  const macs = totalMacs(modelParameters(model).map((parameter) => ({ ...parameter, nonzero: parameter.size })));
  expect(macs).toBeGreaterThan(0);
  expect(networkCost(await readNetwork(model)).macs).toBe(macs);
});
