import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { dependencyGraph, describeGraph } from './dependency-graph.ts';
import { readNetwork } from './read-network.ts';
import { mobilenet } from './testing/mobilenet.ts';
import { useCpu } from './testing/models.ts';

beforeAll(useCpu);

const symbolic = (layer: tf.layers.Layer, ...inputs: tf.SymbolicTensor[]) =>
  layer.apply(inputs.length === 1 ? (inputs[0] as tf.SymbolicTensor) : inputs) as tf.SymbolicTensor;

async function described(model: tf.LayersModel): Promise<string[]> {
  const text = describeGraph(dependencyGraph(await readNetwork(model)));
  model.dispose();
  return text.split('\n\n');
}

test('a chain: a layer’s units, what scales them, what reads them', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', filters: 3, kernelSize: 3, inputShape: [4, 4, 2] }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.flatten({ name: 'flat' }),
      tf.layers.dense({ name: 'output', units: 2 }),
    ],
  });
  expect(await described(model)).toEqual([
    `conv: 3 units
  makes conv/kernel axis 3: 0-2
  makes conv/bias axis 0: 0-2
  scales norm/gamma axis 0: 0-2
  scales norm/beta axis 0: 0-2
  scales norm/moving_mean axis 0: 0-2
  scales norm/moving_variance axis 0: 0-2
  reads output/kernel axis 0: 0-11`,
    `output: 2 units
  makes output/kernel axis 1: 0-1
  makes output/bias axis 0: 0-1
  kept (all): the model's output "output"`,
  ]);
});

test('a sum ties what makes its terms; what it is tied to may have to stay', async () => {
  const input = tf.input({ shape: [4], name: 'input' });
  const a = symbolic(tf.layers.dense({ name: 'a', units: 4, useBias: false }), input);
  const b = symbolic(tf.layers.dense({ name: 'b', units: 4, useBias: false }), a);
  const c = symbolic(tf.layers.dense({ name: 'c', units: 4, useBias: false }), b);
  const sum = symbolic(tf.layers.add({ name: 'sum' }), a, b);
  const residual = symbolic(tf.layers.add({ name: 'residual' }), input, c);
  const joined = symbolic(tf.layers.concatenate({ name: 'joined' }), sum, residual);
  const model = tf.model({ inputs: input, outputs: symbolic(tf.layers.dense({ name: 'output', units: 1, useBias: false }), joined) });
  const [first, second] = await described(model);
  expect(first).toBe(`a + b: 4 units
  makes a/kernel axis 1: 0-3
  reads b/kernel axis 0: 0-3
  makes b/kernel axis 1: 0-3
  reads c/kernel axis 0: 0-3
  reads output/kernel axis 0: 0-3`);
  expect(second).toMatch(/^c: 4 units(.|\n)*kept \(all\): "residual" \(Add\): ties them to channels that stay$/);
});

test('gates of a recurrent layer are one unit each; states that are passed on tie layers', async () => {
  const input = tf.input({ shape: [5, 3], name: 'input' });
  const [, h, c] = tf.layers.lstm({ name: 'reader', units: 2, returnState: true }).apply(input) as tf.SymbolicTensor[];
  const writer = tf.layers.lstm({ name: 'writer', units: 2 });
  const last = writer.apply(input, { initialState: [h, c] as tf.SymbolicTensor[] }) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: symbolic(tf.layers.dense({ name: 'output', units: 1 }), last) });
  const [first] = await described(model);
  expect(first).toBe(`reader + writer: 2 units
  makes reader/kernel axis 1: 0-7
  reads reader/recurrent_kernel axis 0: 0-1
  makes reader/recurrent_kernel axis 1: 0-7
  makes reader/bias axis 0: 0-7
  makes writer/kernel axis 1: 0-7
  reads writer/recurrent_kernel axis 0: 0-1
  makes writer/recurrent_kernel axis 1: 0-7
  makes writer/bias axis 0: 0-7
  reads output/kernel axis 0: 0-1`);
});

describe('channels through new shapes', () => {
  const through = async (...layers: tf.layers.Layer[]) => {
    const model = tf.sequential({ layers: [...layers, tf.layers.dense({ name: 'output', units: 1 })] });
    const graph = dependencyGraph(await readNetwork(model));
    model.dispose();
    return graph.groups[0];
  };

  test('a row of numbers becomes an image: a channel is one number of each place', async () => {
    const group = await through(
      tf.layers.dense({ units: 12, inputShape: [3] }),
      tf.layers.reshape({ targetShape: [2, 2, 3] }),
      tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 1 }),
      tf.layers.flatten(),
    );
    expect(group?.units).toBe(3);
    expect(group?.members.find(({ name }) => name === 'conv/kernel')).toEqual({
      name: 'conv/kernel',
      kind: 'weight',
      axis: 2,
      role: 'reads',
      ranges: [[0, 2]],
    });
  });

  test('rows and columns become one axis, turned first', async () => {
    const group = await through(
      tf.layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 2, 3] }),
      tf.layers.reshape({ targetShape: [4, 3] }),
      tf.layers.permute({ dims: [2, 1] }),
      tf.layers.flatten(),
    );
    expect(group?.units).toBe(3);
    expect(group?.kept).toEqual([]);
  });

  test('what mixes channels with places keeps them, and says so', async () => {
    const group = await through(
      tf.layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 2, 3] }),
      tf.layers.reshape({ name: 'mixed', targetShape: [6, 2] }),
      tf.layers.conv1d({ filters: 2, kernelSize: 2 }),
      tf.layers.flatten(),
    );
    expect(group?.kept).toEqual([{ why: '"mixed" (Reshape): cannot be followed through the new shape', units: 3 }]);
  });
});

test('the groups of a trained MobileNetV2', async () => {
  const model = await mobilenet();
  const network = await readNetwork(model);
  const { groups } = dependencyGraph(network);
  expect(groups).toHaveLength(28);
  expect(groups.map(({ makers, units }) => `${makers.length}×${units}`).slice(0, 6)).toEqual([
    '1×32',
    '1×16',
    '1×96',
    '2×24',
    '1×144',
    '1×144',
  ]);
  expect(groups.filter(({ kept }) => kept.length > 0).map(({ name }) => name)).toEqual(['dense_3']);
  model.dispose();
});
