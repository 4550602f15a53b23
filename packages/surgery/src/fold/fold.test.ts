import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { difference, disposeLoaded, outputsOf, randomise, savedAndLoaded, useCpu } from '../testing/models.ts';
import { type FoldedModel, type FoldOptions, fold } from './fold.ts';

beforeAll(useCpu);

type Flow = tf.SymbolicTensor;
const L = tf.layers;
const apply = (layer: tf.layers.Layer, ...inputs: Flow[]) => layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;
const image = (...shape: number[]) => tf.input({ name: 'image', shape });
const norm = (name = 'norm', axis = -1) => L.batchNormalization({ name, axis });

/** A model of layers one behind the other. */
function chain(input: Flow, ...layers: tf.layers.Layer[]): tf.LayersModel {
  return tf.model({ inputs: input, outputs: layers.reduce((flow, layer) => apply(layer, flow), input) });
}

/** Folds, expects the same outputs by the same names, nothing leaked and the given model as it was, and looks closer. Disposes all. */
async function folded(model: tf.LayersModel, look: (folded: FoldedModel) => void, options?: FoldOptions): Promise<void> {
  const before = outputsOf(model);
  const tensors = tf.memory().numTensors;
  const made = await fold(model, options);
  expect(difference(outputsOf(made.model), before)).toBeLessThan(1e-4);
  expect(made.model.outputNames).toEqual(model.outputNames);
  expect(difference(outputsOf(model), before)).toBe(0);
  look(made);
  const loaded = await savedAndLoaded(made.model);
  expect(difference(outputsOf(loaded), before)).toBeLessThan(1e-4);
  disposeLoaded(loaded);
  made.model.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  disposeLoaded(model);
}

const typesOf = ({ model }: FoldedModel) => model.layers.map((layer) => layer.getClassName()).filter((type) => type !== 'InputLayer');
const onlyTypes =
  (...types: string[]) =>
  (made: FoldedModel) =>
    expect(typesOf(made)).toEqual(types);

/** Each without a bias, so that one has to be made. */
const LINEAR: Record<string, () => [input: Flow, layer: tf.layers.Layer]> = {
  Dense: () => [image(5), L.dense({ units: 4, useBias: false })],
  'Dense on sequences': () => [image(3, 5), L.dense({ units: 4, useBias: true })],
  Conv1D: () => [image(6, 3), L.conv1d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false })],
  Conv2D: () => [image(6, 6, 3), L.conv2d({ filters: 4, kernelSize: 3, padding: 'same', strides: 2, useBias: false })],
  Conv2DTranspose: () => [image(4, 4, 3), L.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: 'same', useBias: false })],
  DepthwiseConv2D: () => [image(5, 5, 3), L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', useBias: false })],
  SeparableConv2D: () => [image(5, 5, 3), L.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false })],
};

describe('batch norms', () => {
  for (const [type, make] of Object.entries(LINEAR)) {
    test(`go into the ${type} before them`, async () => {
      const [input, layer] = make();
      await folded(randomise(chain(input, layer, norm())), (made) => {
        expect(typesOf(made)).toEqual([layer.getClassName()]);
        expect(made.folded.batchNorms).toEqual([{ layer: 'norm', type: 'BatchNormalization', into: layer.name }]);
        expect(made.unfolded.batchNorms).toEqual([]);
      });
    });
  }

  test('go into a SeparableConv2D that makes several channels of each', async () => {
    // Once saved, tfjs cannot load such a layer: its configuration leaves the multiplier out.
    const layers = (padding: 'same' | 'valid') => L.separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2, padding });
    for (const all of [
      [layers('same'), norm()],
      [norm(), layers('valid')],
    ]) {
      const model = randomise(chain(image(5, 5, 3), ...all));
      const made = await fold(model);
      expect(typesOf(made)).toEqual(['SeparableConv2D']);
      expect(difference(outputsOf(made.model), outputsOf(model))).toBeLessThan(1e-4);
    }
  });

  /** With no zeros beside what the norm shifts. */
  const BEHIND: Record<string, () => [input: Flow, layer: tf.layers.Layer]> = {
    Dense: () => [image(5), L.dense({ units: 4, useBias: false, activation: 'tanh' })],
    'Conv1D, valid': () => [image(6, 3), L.conv1d({ filters: 4, kernelSize: 3, useBias: false, dilationRate: 2 })],
    'Conv2D, valid': () => [image(6, 6, 3), L.conv2d({ filters: 4, kernelSize: 3, strides: 2, activation: 'relu' })],
    'Conv2D of 1×1 with padding that puts no zeros': () => [
      image(6, 6, 3),
      L.conv2d({ filters: 4, kernelSize: 1, padding: 'same', useBias: false }),
    ],
    'Conv2D of 2×2 with strides of 2, same': () => [image(6, 6, 3), L.conv2d({ filters: 4, kernelSize: 2, strides: 2, padding: 'same' })],
    'Conv2DTranspose of 1×1': () => [image(4, 4, 3), L.conv2dTranspose({ filters: 5, kernelSize: 1, useBias: false })],
    'DepthwiseConv2D, valid': () => [image(5, 5, 3), L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, useBias: false })],
    'SeparableConv2D, valid': () => [image(5, 5, 3), L.separableConv2d({ filters: 4, kernelSize: 3, useBias: false, activation: 'relu' })],
  };
  for (const [type, make] of Object.entries(BEHIND)) {
    test(`go into the ${type}, behind them`, async () => {
      const [input, layer] = make();
      await folded(randomise(chain(input, norm(), layer)), onlyTypes(layer.getClassName()));
    });
  }

  test('stay where zeros stand beside what they shift', async () => {
    const model = randomise(chain(image(6, 6, 3), norm(), L.conv2d({ name: 'conv', filters: 4, kernelSize: 3, padding: 'same' })));
    await folded(model, (made) => {
      expect(typesOf(made)).toEqual(['BatchNormalization', 'Conv2D']);
      expect(made.unfolded.batchNorms).toEqual([
        {
          layer: '"norm" (BatchNormalization)',
          why: '"image" (InputLayer) before it has no weights for it; "conv" (Conv2D) behind it pads with zeros, which it does not shift',
        },
      ]);
    });
  });

  test('stay behind an activation', async () => {
    const model = randomise(chain(image(5), L.dense({ name: 'hidden', units: 4, activation: 'relu' }), norm(), L.reLU()));
    await folded(model, (made) => {
      expect(made.unfolded.batchNorms[0]?.why).toMatch(/^"hidden" \(Dense\) before it has the activation relu; .*ReLU\) behind it has no/);
    });
  });

  test('stay where what they normalise is read elsewhere, or given away', async () => {
    const input = image(5);
    const hidden = apply(L.dense({ name: 'hidden', units: 4 }), input);
    const outputs = [hidden, apply(norm(), hidden)];
    await folded(randomise(tf.model({ inputs: input, outputs })), (made) => {
      expect(made.unfolded.batchNorms[0]?.why).toMatch(/^"hidden" \(Dense\) before it is read elsewhere, too/);
    });
  });

  test('stay on another axis', async () => {
    const model = randomise(chain(image(6, 4), L.dense({ units: 3, activation: 'linear' }), norm('norm', 1), L.dense({ units: 2 })));
    await folded(model, onlyTypes('Dense', 'BatchNormalization', 'Dense'));
  });

  test('stay where they are told to normalise by the batch', async () => {
    const input = image(5);
    const output = norm().apply(apply(L.dense({ units: 4 }), input), { training: true }) as Flow;
    const made = await fold(randomise(tf.model({ inputs: input, outputs: output })));
    expect(made.unfolded.batchNorms[0]?.why).toBe('normalises by the batch (training: true)');
  });

  test('go into a shared layer where all its calls are normalised by them, else not', async () => {
    const [a, b] = [image(5), tf.input({ shape: [5], name: 'b' })];
    const shared = L.dense({ units: 4, name: 'shared' });
    const [one, other] = [norm('one'), norm('other')];
    const both = apply(L.add(), apply(one, apply(shared, a)), apply(one, apply(shared, b)));
    await folded(randomise(tf.model({ inputs: [a, b], outputs: both })), onlyTypes('Dense', 'Add'));
    const apart = L.dense({ units: 4, name: 'apart' });
    const sum = apply(L.add(), apply(norm('one'), apply(apart, a)), apply(other, apply(apart, b)));
    await folded(randomise(tf.model({ inputs: [a, b], outputs: sum })), (made) => expect(typesOf(made)).toContain('BatchNormalization'));
  });

  test('one after the other all go, and through what does nothing', async () => {
    const model = chain(image(5), norm('a'), norm('b'), L.dense({ units: 4 }), L.dropout({ rate: 0.5 }), norm('c'), L.reLU());
    await folded(randomise(model), (made) => {
      expect(typesOf(made)).toEqual(['Dense']);
      expect(made.model.layers[1]?.getConfig()['activation']).toBe('relu');
    });
  });

  test('without scale or centre', async () => {
    const layers = [L.dense({ units: 4 }), L.batchNormalization({ scale: false, center: false })];
    await folded(randomise(chain(image(5), ...layers)), onlyTypes('Dense'));
  });

  test('leave no constraint behind that their weights break', async () => {
    const layer = L.dense({ units: 4, kernelConstraint: 'nonNeg', biasConstraint: 'nonNeg' });
    await folded(randomise(chain(image(5), layer, norm())), ({ model }) => {
      expect(model.layers[1]?.getConfig()).toMatchObject({ kernelConstraint: null, biasConstraint: null });
    });
  });
});

describe('activations', () => {
  const LAYERS: Record<string, [() => tf.layers.Layer, string]> = {
    'Activation tanh': [() => L.activation({ activation: 'tanh' }), 'tanh'],
    'Activation softmax': [() => L.activation({ activation: 'softmax' }), 'softmax'],
    ReLU: [() => L.reLU(), 'relu'],
    'ReLU up to 6': [() => L.reLU({ maxValue: 6 }), 'relu6'],
    ELU: [() => L.elu(), 'elu'],
    'Softmax on the last axis': [() => L.softmax({ axis: -1 }), 'softmax'],
    'ThresholdedReLU from 0': [() => L.thresholdedReLU({ theta: 0 }), 'relu'],
  };
  for (const [what, [make, activation]] of Object.entries(LAYERS)) {
    test(`${what} becomes ${activation}`, async () => {
      for (const [input, layer] of [LINEAR['Dense'], LINEAR['Conv2D'], LINEAR['DepthwiseConv2D']].map((each) =>
        (each as () => [Flow, tf.layers.Layer])(),
      ))
        await folded(randomise(chain(input, layer, make())), (made) => {
          expect(typesOf(made)).toEqual([layer.getClassName()]);
          expect(made.model.layers[1]?.getConfig()['activation']).toBe(activation);
        });
    });
  }

  test.each([
    ['LeakyReLU', () => L.leakyReLU()],
    ['ReLU up to 4', () => L.reLU({ maxValue: 4 })],
    ['PReLU', () => L.prelu()],
    ['ThresholdedReLU from 1', () => L.thresholdedReLU()],
  ] as [string, () => tf.layers.Layer][])('%s stays: tfjs has no name for it', async (_, make) => {
    await folded(randomise(chain(image(5), L.dense({ units: 4 }), make())), (made) => {
      expect(typesOf(made)).toHaveLength(2);
      expect(made.unfolded.activations[0]?.why).toBe('tfjs has no activation of this kind by name');
    });
  });

  test('one behind another stays, and one behind what others read', async () => {
    await folded(randomise(chain(image(5), L.dense({ units: 4, activation: 'tanh' }), L.reLU())), onlyTypes('Dense', 'ReLU'));
    const input = image(5);
    const hidden = apply(L.dense({ units: 4 }), input);
    const sum = apply(L.add(), hidden, apply(L.reLU(), hidden));
    await folded(randomise(tf.model({ inputs: input, outputs: sum })), onlyTypes('Dense', 'ReLU', 'Add'));
  });
});

describe('what does nothing vanishes', () => {
  const NOTHING: Record<string, () => [Flow, ...tf.layers.Layer[]]> = {
    'dropout and noise': () => [
      image(5),
      L.dropout({ rate: 0.5 }),
      L.gaussianNoise({ stddev: 1 }),
      L.gaussianDropout({ rate: 0.5 }),
      L.alphaDropout({ rate: 0.5 }),
    ],
    'a linear activation': () => [image(5), L.activation({ activation: 'linear' })],
    'upsampling by one': () => [image(3, 3, 2), L.upSampling2d({ size: [1, 1] })],
    'padding and cropping by none': () => [
      image(3, 3, 2),
      L.zeroPadding2d({ padding: 0 }),
      L.cropping2D({
        cropping: [
          [0, 0],
          [0, 0],
        ],
      }),
    ],
    'the same shape': () => [image(3, 4), L.reshape({ targetShape: [3, 4] }), L.permute({ dims: [1, 2] })],
    'pooling of one': () => [image(3, 3, 2), L.maxPooling2d({ poolSize: 1, strides: 1 })],
  };
  for (const [what, make] of Object.entries(NOTHING)) {
    test(what, async () => {
      const [input, ...layers] = make();
      await folded(randomise(chain(input, ...layers, L.dense({ units: 2 }))), onlyTypes('Dense'));
    });
  }

  test('a batch norm that changes nothing', async () => {
    const input = image(5);
    const model = tf.model({ inputs: input, outputs: apply(L.batchNormalization({ epsilon: 0 }), apply(L.leakyReLU(), input)) });
    await folded(model, (made) =>
      expect(made.folded.identities).toEqual([{ layer: model.layers[2]?.name, type: 'BatchNormalization', into: null }]),
    );
  });

  test('but not a layer that is all there is between input and output, nor one of two outputs', async () => {
    await folded(chain(image(5), L.dropout({ rate: 0.5 })), onlyTypes('Dropout'));
    const input = image(5);
    const hidden = apply(L.dense({ units: 2 }), input);
    const outputs = [hidden, apply(L.reshape({ targetShape: [2] }), hidden)];
    await folded(randomise(tf.model({ inputs: input, outputs })), onlyTypes('Dense', 'Reshape'));
  });
});

describe('zero padding', () => {
  const padded = (size: number, padding: [[number, number], [number, number]], strides: number, kernelSize = 3) =>
    randomise(chain(image(size, size, 2), L.zeroPadding2d({ padding }), L.conv2d({ name: 'conv', filters: 3, kernelSize, strides })));

  test.each([
    [
      'even, stride 2, behind',
      6,
      [
        [0, 1],
        [0, 1],
      ],
      2,
    ],
    [
      'odd, stride 2, both sides',
      7,
      [
        [1, 1],
        [1, 1],
      ],
      2,
    ],
    [
      'stride 1, both sides',
      6,
      [
        [1, 1],
        [1, 1],
      ],
      1,
    ],
  ] as [string, number, [[number, number], [number, number]], number][])(
    'becomes same where it is: %s',
    async (_, size, padding, strides) => {
      await folded(padded(size, padding, strides), (made) => {
        expect(typesOf(made)).toEqual(['Conv2D']);
        expect(made.folded.padding).toEqual([expect.objectContaining({ type: 'ZeroPadding2D', into: 'conv' })]);
      });
    },
  );

  test.each([
    [
      'even, stride 2, both sides',
      6,
      [
        [1, 1],
        [1, 1],
      ],
      2,
    ],
    [
      'odd, stride 2, behind',
      7,
      [
        [0, 1],
        [0, 1],
      ],
      2,
    ],
    [
      'too much',
      6,
      [
        [2, 2],
        [2, 2],
      ],
      1,
    ],
  ] as [string, number, [[number, number], [number, number]], number][])('stays where it is not: %s', async (_, size, padding, strides) => {
    await folded(padded(size, padding, strides), (made) => {
      expect(typesOf(made)).toEqual(['ZeroPadding2D', 'Conv2D']);
      expect(made.unfolded.padding[0]?.why).toBe('"conv" (Conv2D) behind it would put its zeros on other sides');
    });
  });

  test('into a depthwise convolution, whose dilation tfjs leaves aside', async () => {
    const layer = L.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 });
    await folded(randomise(chain(image(6, 6, 2), L.zeroPadding2d({ padding: 1 }), layer)), onlyTypes('DepthwiseConv2D'));
  });

  test('into several convolutions, or none of them', async () => {
    const two = (paddings: readonly ('same' | 'valid')[]) => {
      const input = image(6, 6, 2);
      const pad = apply(L.zeroPadding2d({ padding: 1 }), input);
      const outputs = paddings.map((padding) => apply(L.conv2d({ filters: 3, kernelSize: 3, padding }), pad));
      return randomise(tf.model({ inputs: input, outputs }));
    };
    await folded(two(['valid', 'valid']), onlyTypes('Conv2D', 'Conv2D'));
    await folded(two(['valid', 'same']), onlyTypes('ZeroPadding2D', 'Conv2D', 'Conv2D'));
  });
});

test('each fold can be turned off', async () => {
  const make = () =>
    randomise(
      chain(
        image(6, 6, 2),
        L.zeroPadding2d({ padding: 1 }),
        L.conv2d({ filters: 4, kernelSize: 3 }),
        L.dropout({ rate: 0.2 }),
        norm(),
        L.reLU({ maxValue: 6 }),
        L.upSampling2d({ size: [1, 1] }),
        L.conv2d({ filters: 4, kernelSize: 1 }),
        L.activation({ activation: 'tanh' }),
      ),
    );
  await folded(make(), onlyTypes('Conv2D', 'Conv2D'));
  const left: Record<keyof FoldOptions, string[]> = {
    padding: ['ZeroPadding2D', 'Conv2D', 'Conv2D'],
    dropouts: ['Conv2D', 'Dropout', 'BatchNormalization', 'ReLU', 'Conv2D'],
    batchNorms: ['Conv2D', 'BatchNormalization', 'ReLU', 'Conv2D'],
    relu6: ['Conv2D', 'ReLU', 'Conv2D'],
    identities: ['Conv2D', 'UpSampling2D', 'Conv2D'],
    activations: ['Conv2D', 'Conv2D', 'Activation'],
    constants: ['Conv2D', 'Conv2D'],
  };
  for (const [name, types] of Object.entries(left)) await folded(make(), onlyTypes(...types), { [name]: false });
});
