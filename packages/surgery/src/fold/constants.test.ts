import { Mask, MaskSet, modelParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { replay, shrink } from '../shrink.ts';
import { difference, disposeLoaded, outputsOf, randomise, useCpu } from '../testing/models.ts';
import { fold } from './fold.ts';

beforeAll(useCpu);

type Flow = tf.SymbolicTensor;
const L = tf.layers;
const apply = (layer: tf.layers.Layer, ...inputs: Flow[]) => layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;
const image = (...shape: number[]) => tf.input({ name: 'image', shape });

function chain(input: Flow, ...layers: tf.layers.Layer[]): tf.LayersModel {
  return randomise(tf.model({ inputs: input, outputs: layers.reduce((flow, layer) => apply(layer, flow), input) }));
}

/** Units of the layer without any input: their kernels are zero in the model, biases and batch norms stay. */
function silence(model: tf.LayersModel, layer: string, units: readonly number[]): MaskSet {
  const parameter = modelParameters(model).find(
    ({ name }) => /^[a-z_]*kernel$/.test(name.slice(layer.length + 1)) && name.startsWith(`${layer}/`),
  );
  if (parameter === undefined) throw new Error(layer);
  const masks = new MaskSet([parameter]);
  const columns = parameter.shape.at(-1) as number;
  const bits = Uint8Array.from({ length: parameter.size }, (_, i) => (units.includes(i % columns) ? 0 : 1));
  masks.set(parameter, Mask.of(bits));
  tf.tidy(() => parameter.variable.assign(tf.mul(parameter.variable, tf.tensor(bits, [...parameter.shape]))));
  return masks;
}

const UNITS = [1, 3];

/** Expects that the units are gone and the function is the same: from shrink, from fold, and from a replay. */
async function goes(model: tf.LayersModel, units = UNITS): Promise<void> {
  const masks = silence(model, 'hidden', units);
  const before = outputsOf(model);
  const shrunk = await shrink(model, masks);
  expect(shrunk.removal.units).toMatchObject({ hidden: { removed: units } });
  expect(shrunk.stayed).toEqual([]);
  const folded = await fold(model, { batchNorms: false, activations: false });
  expect(folded.folded.constants).toMatchObject([{ layer: 'hidden', type: `${units.length} units` }]);
  const replayed = await replay(model, shrunk.removal);
  for (const each of [shrunk.model, folded.model, replayed]) {
    expect(difference(outputsOf(each), before)).toBeLessThan(1e-4);
    each.dispose();
  }
  masks.dispose();
  disposeLoaded(model);
}

/** Expects that they stay, and why. */
async function stays(model: tf.LayersModel, why: RegExp): Promise<void> {
  const masks = silence(model, 'hidden', UNITS);
  const before = outputsOf(model);
  const shrunk = await shrink(model, masks);
  expect(shrunk.removal.units).toEqual({});
  expect(shrunk.stayed).toEqual([{ layer: 'hidden', units: UNITS, why: expect.stringMatching(why) }]);
  expect(difference(outputsOf(shrunk.model), before)).toBeLessThan(1e-4);
  shrunk.model.dispose();
  masks.dispose();
  disposeLoaded(model);
}

const conv = (options: Partial<Parameters<typeof L.conv2d>[0]> = {}) =>
  L.conv2d({ name: 'hidden', filters: 5, kernelSize: 3, activation: 'sigmoid', ...options });
const next = (options: Partial<Parameters<typeof L.conv2d>[0]> = {}) => L.conv2d({ name: 'next', filters: 3, kernelSize: 3, ...options });

describe('a unit without inputs gives f(b), which goes into the next bias', () => {
  test('Dense, with a bias and without', async () => {
    for (const useBias of [true, false])
      await goes(chain(image(4), L.dense({ name: 'hidden', units: 6, activation: 'sigmoid' }), L.dense({ units: 3, useBias })));
  });

  test('through a batch norm, an activation, dropout', async () => {
    const layers = [L.batchNormalization(), L.activation({ activation: 'swish' }), L.dropout({ rate: 0.3 }), L.leakyReLU()];
    await goes(chain(image(4), L.dense({ name: 'hidden', units: 6, useBias: false }), ...layers, L.dense({ units: 3 })));
  });

  test('through pooling into a convolution without padding', async () => {
    await goes(chain(image(9, 9, 2), conv(), L.maxPooling2d({ poolSize: 2 }), next({ useBias: false }), L.flatten()));
  });

  test('through flattening, and through the mean of an image', async () => {
    await goes(chain(image(5, 5, 2), conv(), L.averagePooling2d({ poolSize: 2 }), L.flatten(), L.dense({ units: 3 })));
    await goes(chain(image(5, 5, 2), conv(), L.globalAveragePooling2d({}), L.dense({ units: 3 })));
  });

  test('into 1×1 with padding, which has none', async () => {
    await goes(chain(image(5, 5, 2), conv(), next({ kernelSize: 1, padding: 'same' })));
  });

  test('through a depthwise and a separable convolution without padding', async () => {
    await goes(chain(image(7, 7, 2), conv(), L.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }), next({ kernelSize: 1 })));
    await goes(chain(image(7, 7, 2), conv(), L.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2, useBias: false })));
  });

  test('through a join of branches', async () => {
    const input = image(4);
    const one = apply(L.dense({ name: 'hidden', units: 6, activation: 'tanh' }), input);
    const joined = apply(L.concatenate(), one, apply(L.dense({ units: 2 }), input));
    await goes(randomise(tf.model({ inputs: input, outputs: apply(L.dense({ units: 3 }), joined) })));
  });

  test('into recurrent layers, both directions, and a layer at each step', async () => {
    const hidden = () => L.dense({ name: 'hidden', units: 6, activation: 'sigmoid' });
    await goes(chain(image(4, 3), hidden(), L.lstm({ units: 3 })));
    await goes(chain(image(4, 3), hidden(), L.gru({ units: 3 })));
    await goes(chain(image(4, 3), hidden(), L.simpleRNN({ units: 3 })));
    await goes(chain(image(4, 3), hidden(), L.bidirectional({ layer: L.gru({ units: 2 }) as never, mergeMode: 'concat' })));
    await goes(chain(image(4, 3), hidden(), L.timeDistributed({ layer: L.dense({ units: 2 }) })));
  });

  test('into a shared layer that reads the same constant at each call', async () => {
    const input = image(4);
    const hidden = apply(L.dense({ name: 'hidden', units: 6, activation: 'sigmoid' }), input);
    const shared = L.dense({ name: 'shared', units: 3 });
    const sum = apply(L.add(), apply(shared, hidden), apply(shared, apply(L.dropout({ rate: 0.1 }), hidden)));
    await goes(randomise(tf.model({ inputs: input, outputs: sum })));
  });
});

describe('it stays, with a reason by name', () => {
  test('where zeros stand beside it', async () => {
    await stays(
      chain(image(7, 7, 2), conv(), next({ padding: 'same' })),
      /^"next" \(Conv2D\) reads it with zeros beside it \(padding: 'same'\)$/,
    );
    await stays(chain(image(7, 7, 2), conv(), L.zeroPadding2d(), next()), /^it is not constant where "next" \(Conv2D\) reads it$/);
    await stays(chain(image(7, 7, 2), conv(), L.depthwiseConv2d({ kernelSize: 2, padding: 'same' }), next()), /not constant where "next"/);
    await stays(
      chain(image(7, 7, 2), conv(), L.conv2dTranspose({ name: 'next', filters: 2, kernelSize: 2 })),
      /^"next" \(Conv2DTranspose\) reads it, and its biases cannot stand for it$/,
    );
  });

  test('where it is added to what varies', async () => {
    const input = image(4);
    const one = apply(L.dense({ name: 'hidden', units: 4, activation: 'sigmoid' }), input);
    const sum = apply(L.add(), one, apply(L.dense({ name: 'other', units: 4 }), input));
    const outputs = apply(L.dense({ name: 'next', units: 3 }), sum);
    await stays(
      randomise(tf.model({ inputs: input, outputs })),
      /^tied to units of "other"; it is not constant where "next" \(Dense\) reads it$/,
    );
  });

  test('where a shared layer reads something else elsewhere', async () => {
    const input = image(4);
    const hidden = apply(L.dense({ name: 'hidden', units: 4, activation: 'sigmoid' }), input);
    const shared = L.dense({ name: 'shared', units: 3 });
    const sum = apply(L.add(), apply(shared, hidden), apply(shared, apply(L.activation({ activation: 'tanh' }), hidden)));
    await stays(
      randomise(tf.model({ inputs: input, outputs: sum })),
      /"shared" \(Dense\) is shared, and reads other numbers there elsewhere/,
    );
  });
});

test('constants can be left where they are', async () => {
  const model = chain(image(4), L.dense({ name: 'hidden', units: 6, activation: 'sigmoid' }), L.dense({ name: 'next', units: 3 }));
  const masks = silence(model, 'hidden', UNITS);
  const shrunk = await shrink(model, masks, { constants: false });
  expect(shrunk.removal.units).toEqual({});
  expect(shrunk.stayed).toEqual([{ layer: 'hidden', units: UNITS, why: 'it is not zero where "next" reads it' }]);
  const folded = await fold(model, { constants: false });
  expect(folded.folded.constants).toEqual([]);
});

test('fold leaves one unit of a layer that is constant as a whole', async () => {
  const model = chain(image(4), L.dense({ name: 'hidden', units: 4, activation: 'sigmoid' }), L.dense({ units: 3 }));
  silence(model, 'hidden', [0, 1, 2, 3]);
  const folded = await fold(model);
  expect(folded.model.layers[1]?.countParams()).toBe(5);
  expect(difference(outputsOf(folded.model), outputsOf(model))).toBeLessThan(1e-4);
});
