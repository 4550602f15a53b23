import { readFile } from 'node:fs/promises';
import { EspalierError } from '@espalier/core/errors';
import * as tf from '@tensorflow/tfjs';
import { transform } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import * as sparse from './index.ts';
import {
  type Builder,
  compileSparse,
  type Filters,
  filtersOf,
  geometryOf,
  operations,
  type Value,
  valuesOf,
  volumeGeometryOf,
} from './index.ts';
import { modelOf, sparsified, worstDifference } from './testing/compare.ts';
import { layerOf, type OwnLayer } from './testing/own-layer.ts';

const L = tf.layers;
const ROUNDING = 1e-5;

type Flow = tf.SymbolicTensor;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Two layers on one input, and what a layer of its own makes of what they give. */
function ofTwo(own: tf.layers.Layer, [first, second]: readonly [number, number]): tf.LayersModel {
  const input = tf.input({ shape: [3] });
  const flows = [first, second].map((units) => L.dense({ units }).apply(input) as Flow);
  return sparsified(tf.model({ inputs: input, outputs: own.apply(flows) as Flow }), 0);
}

describe('two numbers to one', () => {
  const subtract = () =>
    layerOf({
      call: ([a, b]) => tf.sub(a, b),
      shape: ([a, b]) => [Math.max(...a, ...b)],
      rule: ([a, b], build) => operations.binary(build, 'subtract', a, b),
    });

  test.each([
    [1, 2],
    [1, 3],
    [1, 4],
    [1, 5],
    [3, 1],
    [5, 1],
    [3, 3],
  ] as const)('a difference of %i and %i numbers, where the one repeats', async (first, second) => {
    expect(await worstDifference(ofTwo(subtract(), [first, second]))).toBeLessThan(ROUNDING);
  });

  test('a product of one number and a constant of three', async () => {
    const factors = [2, 3, 4];
    const own = layerOf({
      call: ([x]) => tf.mul(x, factors),
      shape: () => [3],
      rule: ([x], build) => operations.binary(build, 'multiply', x, { shape: [3], constant: factors }),
    });
    expect(await worstDifference(sparsified(modelOf([3], L.dense({ units: 1 }), own, L.dense({ units: 2 })), 0))).toBeLessThan(ROUNDING);
  });

  test('what is read for the last time, and does not repeat, is written over', async () => {
    const { memory: whole } = await compileSparse(ofTwo(subtract(), [64, 64]));
    const { memory: repeated } = await compileSparse(ofTwo(subtract(), [64, 1]));
    expect(whole.activations).toBe(4 * (4 + 64 + 64));
    expect(repeated.activations).toBe(4 * (64 + 4 + 4));
  });
});

describe('several products with one weight', () => {
  /** [inputs, 9] as three matrices side by side, number `i` of them. */
  const part = (values: Float32Array, inputs: number, i: number): Filters => ({
    ...filtersOf(values, [inputs, 3]),
    start: 3 * i,
    strides: { row: 0, column: 0, input: 9, output: 1 },
  });

  const queriesKeysValues = (inputs: number) =>
    layerOf({
      weights: [[inputs, 9]],
      call: ([x], [kernel]) => {
        const all = tf.dot(x.reshape([-1, inputs]), kernel).reshape([...x.shape.slice(0, -1), 9]);
        const [q, k, v] = tf.split(all, 3, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
        return tf.add(tf.mul(q, k), v);
      },
      shape: ([x]) => [...x.slice(0, -1), 3],
      rule: ([x], build, call) => {
        const values = valuesOf(call, 'kernel_0');
        const [q, k, v] = [0, 1, 2].map((i) =>
          operations.linear(build, x, { filters: part(values, inputs, i), bias: undefined, activation: 'linear' }),
        ) as [Value, Value, Value];
        return operations.binary(build, 'add', operations.binary(build, 'multiply', q, k), v);
      },
    });

  test.each([0, 0.3, 0.6, 0.9])('queries, keys and values side by side in one kernel, %d of them zero', async (sparsity) => {
    for (const shape of [[4], [5, 4], [3, 2, 4]])
      expect(await worstDifference(sparsified(modelOf(shape, queriesKeysValues(4)), sparsity))).toBeLessThan(ROUNDING);
  });

  test('what is reported counts each part once', async () => {
    const model = sparsified(modelOf([4], queriesKeysValues(4)), 0.5);
    const zeros = (model.getWeights()[0] as tf.Tensor).dataSync().filter((each) => each === 0).length;
    expect((await compileSparse(model)).describe()).toMatchObject([{ weights: 36, zeros }]);
  });

  /** There and back again by one matrix. */
  const tied = (units: number) =>
    layerOf({
      weights: [[4, units]],
      call: ([x], [kernel]) => {
        const rows = tf.relu(tf.dot(x.reshape([-1, 4]), kernel)) as tf.Tensor2D;
        return tf.matMul(rows, kernel as tf.Tensor2D, false, true).reshape(x.shape);
      },
      rule: ([x], build, call) => {
        const there = filtersOf(valuesOf(call, 'kernel_0'), [4, units]);
        const back = { ...there, inputs: units, outputs: 4, strides: { ...there.strides, input: 1, output: units } };
        const hidden = operations.linear(build, x, { filters: there, bias: undefined, activation: 'relu' });
        return operations.linear(build, hidden, { filters: back, bias: undefined, activation: 'linear' });
      },
    });

  test.each([4, 6])('weights that are tied: a matrix of %i outputs, and the same one turned around', async (units) => {
    for (const shape of [[4], [5, 4]]) {
      const model = sparsified(modelOf(shape, tied(units)), 0.3);
      expect(await worstDifference(model)).toBeLessThan(ROUNDING);
      expect((await compileSparse(model)).describe()).toMatchObject([{ weights: 4 * units }]);
    }
  });

  test('the filters of two convolutions side by side in one kernel', async () => {
    const own = layerOf({
      weights: [[3, 3, 2, 4]],
      call: ([x], [kernel]) => {
        const parts = tf.split(kernel, 2, 3) as tf.Tensor4D[];
        const [a, b] = parts.map((each) => tf.conv2d(x as tf.Tensor4D, each, 1, 'same')) as [tf.Tensor, tf.Tensor];
        return tf.mul(a, b);
      },
      rule: ([x], build, call) => {
        const all = filtersOf(valuesOf(call, 'kernel_0'), [3, 3, 2, 4]);
        const geometry = geometryOf({ padding: 'same' }, x.shape, all.window);
        const [a, b] = [0, 2].map((start) =>
          operations.convolve(build, x, { filters: { ...all, outputs: 2, start }, geometry, bias: undefined, activation: 'linear' }),
        ) as [Value, Value];
        return operations.binary(build, 'multiply', a, b);
      },
    });
    for (const sparsity of [0, 0.7]) {
      for (const shape of [
        [5, 6, 2],
        [1, 1, 2],
      ])
        expect(await worstDifference(sparsified(modelOf(shape, own), sparsity))).toBeLessThan(ROUNDING);
    }
  });

  test('one kernel at the one place of a window, with dilation and without', async () => {
    const own = layerOf({
      weights: [[2, 2, 2, 3]],
      call: ([x], [kernel]) => {
        const [image, filter] = [x as tf.Tensor4D, kernel as tf.Tensor4D];
        return tf.sub(tf.conv2d(image, filter, 1, 'valid', 'NHWC', 2), tf.conv2d(image, filter, 2, 'valid'));
      },
      shape: () => [1, 1, 3],
      rule: ([x], build, call) => {
        const filters = filtersOf(valuesOf(call, 'kernel_0'), [2, 2, 2, 3]);
        const [a, b] = [{ dilationRate: 2 }, { strides: 2 }].map((options) =>
          operations.convolve(build, x, {
            filters,
            geometry: geometryOf(options, x.shape, filters.window),
            bias: undefined,
            activation: 'linear',
          }),
        ) as [Value, Value];
        return operations.binary(build, 'subtract', a, b);
      },
    });
    expect(await worstDifference(sparsified(modelOf([3, 3, 2], own), 0.5))).toBeLessThan(ROUNDING);
  });

  test('one kernel as depthwise filters of two shapes', async () => {
    const shapes = [
      [2, 2, 4, 1],
      [2, 1, 4, 2],
    ] as const;
    const own = layerOf({
      weights: [[2, 2, 4, 1]],
      call: ([x], [kernel]) => {
        const conv = (shape: [number, number, number, number]) => tf.depthwiseConv2d(x as tf.Tensor4D, kernel.reshape(shape), 1, 'same');
        return tf.concat(
          shapes.map((shape) => conv([...shape])),
          3,
        );
      },
      shape: ([[rows, columns]]) => [rows as number, columns as number, 12],
      rule: ([x], build, call) => {
        const made = shapes.map((shape) =>
          operations.depthwise(build, x, {
            kernel: valuesOf(call, 'kernel_0'),
            shape,
            geometry: geometryOf({ padding: 'same' }, x.shape, [shape[0], shape[1]]),
            bias: undefined,
            activation: 'linear',
          }),
        );
        return operations.concatenate(build, made, 2);
      },
    });
    expect(await worstDifference(sparsified(modelOf([5, 6, 4], own), 0.5))).toBeLessThan(ROUNDING);
  });
});

describe('behind a Flatten, whose numbers are not moved before they have to', () => {
  const factors = Float32Array.from({ length: 27 }, (_, i) => i - 13);
  const ones = new Float32Array(27).fill(1);

  /** By the operation that stands for it: what the layer does, what shape it gives, what its rule is. */
  const LAYERS: Readonly<Record<string, OwnLayer>> = {
    slice: {
      call: ([x]) => x.slice([0, 3], [-1, 5]),
      shape: () => [5],
      rule: ([x], build) => operations.slice(build, x, [3], [5]),
    },
    reverse: { call: ([x]) => x.reverse(1), rule: ([x], build) => operations.reverse(build, x, 0) },
    concatenate: {
      call: ([x]) => tf.concat([x, tf.neg(x)], 1),
      shape: () => [54],
      rule: ([x], build) => operations.concatenate(build, [x, operations.scale(build, x, -1)], 0),
    },
    pad: {
      call: ([x]) =>
        tf.pad(x, [
          [0, 0],
          [1, 2],
        ]),
      shape: () => [30],
      rule: ([x], build) => operations.pad(build, x, [1], [2]),
    },
    repeat: {
      call: ([x]) => tf.tile(x.expandDims(1), [1, 3, 1]),
      shape: () => [3, 27],
      rule: ([x], build) => operations.repeat(build, x, 3),
    },
    permute: { call: ([x]) => tf.neg(x), rule: ([x], build) => operations.scale(build, operations.permute(build, x, [0]), -1) },
    affine: { call: ([x]) => x.mul(factors).add(1), rule: ([x], build) => operations.affine(build, x, factors, ones) },
    globalPool: { call: ([x]) => tf.neg(x), rule: ([x], build) => operations.scale(build, operations.globalPool(build, x, 'max'), -1) },
    scale: { call: ([x]) => x.mul(2), rule: ([x], build) => operations.scale(build, x, 2) },
    activate: { call: ([x]) => tf.tanh(x), rule: ([x], build) => operations.activate(build, x, 'tanh') },
    softmax: { call: ([x]) => tf.softmax(x as tf.Tensor2D), rule: ([x], build) => operations.softmax(build, x) },
    'binary with itself': { call: ([x]) => tf.mul(x, x), rule: ([x], build) => operations.binary(build, 'multiply', x, x) },
    'binary with a constant': {
      call: ([x]) => tf.mul(x, factors),
      rule: ([x], build) => operations.binary(build, 'multiply', x, { shape: [27], constant: factors }),
    },
    'binary with what is settled': {
      call: ([x]) => tf.sub(x, x.reverse(1)),
      rule: ([x], build) => operations.binary(build, 'subtract', x, operations.reverse(build, x, 0)),
    },
    reshape: {
      call: ([x]) => tf.neg(x.reshape([-1, 9, 3])),
      shape: () => [9, 3],
      rule: ([x], build) => operations.scale(build, operations.reshape(build, x, [9, 3]), -1),
    },
    'reshape to other channels': {
      call: ([x]) => tf.neg(x.reshape([-1, 3, 9])),
      shape: () => [3, 9],
      rule: ([x], build) => operations.scale(build, operations.reshape(build, x, [3, 9]), -1),
    },
    linear: {
      weights: [[27, 4]],
      call: ([x], [kernel]) => tf.dot(x, kernel),
      shape: () => [4],
      rule: ([x], build, call) =>
        operations.linear(build, x, { filters: filtersOf(valuesOf(call, 'kernel_0'), [27, 4]), bias: undefined, activation: 'linear' }),
    },
  };

  test.each(Object.keys(LAYERS))('%s', async (name) => {
    const own = layerOf(LAYERS[name] as OwnLayer);
    const model = modelOf([4, 4, 2], L.conv2d({ filters: 3, kernelSize: 2 }), L.flatten(), own);
    expect(await worstDifference(sparsified(model))).toBeLessThan(ROUNDING);
  });
});

test('a layer at each step in time', async () => {
  const own = layerOf({ call: ([x]) => x.mul(2).add(1), rule: ([x], build) => operations.scale(build, x, 2, 1) });
  expect(await worstDifference(modelOf([4, 3, 2], L.timeDistributed({ layer: own })))).toBeLessThan(ROUNDING);
});

describe('many samples at once', () => {
  const factors = Float32Array.of(1, -2, 3, -4);
  const LAYERS: Readonly<Record<string, OwnLayer>> = {
    scale: { call: ([x]) => x.mul(2).add(1), rule: ([x], build) => operations.scale(build, x, 2, 1) },
    affine: { call: ([x]) => x.mul(factors).add(factors), rule: ([x], build) => operations.affine(build, x, factors, factors) },
    'a constant': {
      call: ([x]) => x.mul(factors),
      rule: ([x], build) => operations.binary(build, 'multiply', x, { shape: [4], constant: factors }),
    },
    'a number': { call: ([x]) => x.sub(3), rule: ([x], build) => operations.binary(build, 'subtract', x, { shape: [], constant: [3] }) },
    'one number of each sample, taken from all': {
      call: ([x]) => x.sub(x.slice([0, 0], [-1, 1])),
      rule: ([x], build) => operations.binary(build, 'subtract', x, operations.slice(build, x, [0], [1])),
    },
    'all of a sample, taken from one number of it': {
      call: ([x]) => x.slice([0, 0], [-1, 1]).sub(x),
      rule: ([x], build) => operations.binary(build, 'subtract', operations.slice(build, x, [0], [1]), x),
    },
    'a softmax': { call: ([x]) => tf.softmax(x as tf.Tensor2D), rule: ([x], build) => operations.softmax(build, x) },
  };

  test.each(Object.keys(LAYERS))('%s', async (name) => {
    const own = layerOf(LAYERS[name] as OwnLayer);
    const model = sparsified(modelOf([6], L.dense({ units: 4, activation: 'relu' }), own, L.dense({ units: 3 })));
    expect(await worstDifference(model, { batch: 4 })).toBeLessThan(ROUNDING);
  });
});

describe('what a rule gives an operation, and it cannot take, is named when the model is compiled', () => {
  const kernel = filtersOf(new Float32Array(4).fill(1), [2, 2]);
  const image = filtersOf(new Float32Array(36).fill(1), [3, 3, 2, 2]);
  const none = { bias: undefined, activation: 'linear' } as const;
  const window = geometryOf({}, [4, 4], [3, 3]);
  const volume = volumeGeometryOf({}, [4, 4, 4], [2, 2, 2]);
  const of = (build: Builder, x: Value) => operations.reshape(build, x, [4, 2, 2, 2]);

  const MISUSES: readonly (readonly [string, RegExp, OwnLayer['rule']])[] = [
    [
      'a factor that the configuration does not have',
      /"scale" a factor that is NaN.*getConfig/,
      ([x], build, { config }) => operations.scale(build, x, Number(config['factor'])),
    ],
    [
      'no factor at all',
      /"scale" a factor that is undefined/,
      ([x], build, { config }) => operations.scale(build, x, config['factor'] as number),
    ],
    [
      'what is no value',
      /"scale" something that no operation has made/,
      (_, build) => operations.scale(build, { shape: [4, 4, 2], buffer: 99 }, 2),
    ],
    [
      'weights that are whole numbers',
      /"affine" weights that are no Float32Array/,
      ([x], build) => operations.affine(build, x, Int32Array.of(1, 2) as never, Float32Array.of(0, 0)),
    ],
    [
      'factors for some channels',
      /"affine" 1 numbers as its factor, and it takes 2/,
      ([x], build) => operations.affine(build, x, Float32Array.of(2), Float32Array.of(0, 0)),
    ],
    [
      'a shift that is no number',
      /"affine" a shift with NaN in it/,
      ([x], build) => operations.affine(build, x, Float32Array.of(2, 2), Float32Array.of(0, Number.NaN)),
    ],
    [
      'another kind of pool',
      /"pool" the kind "maximum", and there are "max" and "average"/,
      ([x], build) => operations.pool(build, x, 'maximum' as 'max', window),
    ],
    [
      'another kind of pool of volumes',
      /"poolVolume" the kind "mean"/,
      ([x], build) => operations.poolVolume(build, of(build, x), 'mean' as 'max', volume),
    ],
    ['another kind of global pool', /"globalPool" the kind "maximum"/, ([x], build) => operations.globalPool(build, x, 'maximum' as 'max')],
    [
      'an axis from the end',
      /"concatenate" the axis -1 of \[4, 4, 2\]: they count from 0/,
      ([x], build) => operations.concatenate(build, [x, x], -1),
    ],
    [
      'sizes that do not meet',
      /"concatenate" \[4, 4, 2\] and \[2, 4, 4\], to join on axis 2/,
      ([x], build) => operations.concatenate(build, [x, operations.reshape(build, x, [2, 4, 4])], 2),
    ],
    ['nothing to join', /"concatenate" nothing/, (_, build) => operations.concatenate(build, [], 0)],
    ['another axis to reverse', /"reverse" the axis 3 of/, ([x], build) => operations.reverse(build, x, 3)],
    [
      'more numbers than there are',
      /"reshape" \[4, 4, 2\] and \[5, 7\], which are not as many numbers/,
      ([x], build) => operations.reshape(build, x, [5, 7]),
    ],
    [
      'a slice beyond the end',
      /"slice" \[4, 4, 1\] from 1, 0, 0 on, of \[4, 4, 2\]/,
      ([x], build) => operations.slice(build, x, [1, 0, 0], [4, 4, 1]),
    ],
    ['a slice before the beginning', /"slice"/, ([x], build) => operations.slice(build, x, [-1, 0, 0], [4, 4, 2])],
    ['an axis twice', /"permute" the axes 0, 0, 2/, ([x], build) => operations.permute(build, x, [0, 0, 2])],
    ['less than no border', /"pad" -1, 0, 0 before/, ([x], build) => operations.pad(build, x, [-1, 0, 0], [1, 0, 0])],
    ['an image to repeat', /"repeat" a value of \[4, 4, 2\], and it takes one of 1 axis/, ([x], build) => operations.repeat(build, x, 2)],
    [
      'a name of no operation',
      /"binary" the name "plus", and there are add/,
      ([x], build) => operations.binary(build, 'plus' as 'add', x, x),
    ],
    ['a number alone', /"binary" 2 as its second operand.*constant: \[2\]/, ([x], build) => operations.binary(build, 'add', x, 2 as never)],
    [
      'fewer numbers than their shape has',
      /"binary" 1 numbers as its constant, and it takes 2/,
      ([x], build) => operations.binary(build, 'add', x, { shape: [2], constant: [1] }),
    ],
    [
      'shapes of which neither repeats',
      /"binary" \[4, 4, 2\] and \[3\], of which neither repeats/,
      ([x], build) => operations.binary(build, 'add', x, { shape: [3], constant: [1, 2, 3] }),
    ],
    [
      'filters of too few numbers',
      /"linear" filters from 0 to 3 in an array of 3 numbers/,
      ([x], build) => operations.linear(build, x, { ...none, filters: { ...kernel, values: new Float32Array(3) } }),
    ],
    [
      'filters before their array',
      /"linear" filters from -1 to 2/,
      ([x], build) => operations.linear(build, x, { ...none, filters: { ...kernel, start: -1 } }),
    ],
    [
      'filters for other channels',
      /"linear" filters for 4 channels where there are 2/,
      ([x], build) => operations.linear(build, x, { ...none, filters: filtersOf(new Float32Array(8), [4, 2]) }),
    ],
    [
      'filters that are no numbers',
      /filters in which a number is not finite/,
      ([x], build) => operations.linear(build, x, { ...none, filters: filtersOf(Float32Array.of(1, 2, 3, Number.NaN), [2, 2]) }),
    ],
    [
      'parts of filters that are no numbers',
      /filters in which a number is not finite/,
      ([x], build) =>
        operations.linear(build, x, { ...none, filters: { ...filtersOf(Float32Array.of(1, 2, 3, 4, Number.NaN), [2, 2]), start: 1 } }),
    ],
    [
      'a list as filters',
      /"linear" filters that are no Float32Array/,
      ([x], build) => operations.linear(build, x, { ...none, filters: { ...kernel, values: [1, 2, 3, 4] as never } }),
    ],
    [
      'a bias for one output',
      /"linear" 1 numbers as its bias, and it takes 2/,
      ([x], build) => operations.linear(build, x, { ...none, bias: Float32Array.of(1), filters: kernel }),
    ],
    [
      'a window of other filters',
      /"convolve" filters with a window of 3×3 where that of the geometry is 2×2/,
      ([x], build) => operations.convolve(build, x, { ...none, filters: image, geometry: geometryOf({}, x.shape, [2, 2]) }),
    ],
    [
      'a volume as an image',
      /"convolve" a value of \[4, 2, 2, 2\], and it takes one of 3 axes/,
      ([x], build) => operations.convolve(build, of(build, x), { ...none, filters: image, geometry: window }),
    ],
    [
      'an image as a volume',
      /"convolveVolume" a value of \[4, 4, 2\]/,
      ([x], build) => operations.convolveVolume(build, x, { ...none, filters: image, geometry: volume }),
    ],
    [
      'filters of a window of depths as they are',
      /"convolveVolume" filters with a window of 3×3 where that of the geometry is 4×2/,
      ([x], build) => operations.convolveVolume(build, of(build, x), { ...none, filters: image, geometry: volume }),
    ],
    [
      'a kernel of other channels',
      /"depthwise" filters for 3 channels where there are 2/,
      ([x], build) => operations.depthwise(build, x, { ...none, kernel: new Float32Array(27), shape: [3, 3, 3, 1], geometry: window }),
    ],
    [
      'a kernel of too few numbers',
      /"depthwise" 17 numbers as its kernel, and it takes 18/,
      ([x], build) => operations.depthwise(build, x, { ...none, kernel: new Float32Array(17), shape: [3, 3, 2, 1], geometry: window }),
    ],
    [
      'a kernel of another window',
      /"depthwise" filters of 2×3 where the window of the geometry is 3×3/,
      ([x], build) => operations.depthwise(build, x, { ...none, kernel: new Float32Array(12), shape: [2, 3, 2, 1], geometry: window }),
    ],
  ];

  test.each(MISUSES)('%s', async (_, message, rule) => {
    const model = modelOf([4, 4, 2], layerOf({ call: ([x]) => x.clone(), rule }));
    const error = await compileSparse(model).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(EspalierError);
    expect((error as EspalierError).message).toMatch(message);
    expect((error as EspalierError).message).toMatch(/^own\d+_Own\d+ \(Own\d+\): its sparse rule gives .*defineSparseRule/);
  });
});

describe('the rules of docs/sparse.md', () => {
  class Scaled extends tf.layers.Layer {
    static override readonly className = 'Scaled';
    constructor(private readonly config: { readonly factor: number }) {
      super({});
    }
    override computeOutputShape(shape: tf.Shape): tf.Shape {
      return shape;
    }
    override call(inputs: tf.Tensor[]): tf.Tensor {
      return tf.mul(inputs[0] as tf.Tensor, this.config.factor);
    }
    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), factor: this.config.factor };
    }
  }

  class GatedDense extends tf.layers.Layer {
    static override readonly className = 'GatedDense';
    private own: tf.LayerVariable[] = [];
    override build([, ...shape]: number[]): void {
      const inputs = shape.at(-1) as number;
      const weight = (name: string, sizes: number[]) => this.addWeight(name, sizes, 'float32', tf.initializers.zeros());
      this.own = [weight('kernel', [inputs, 3]), weight('bias', [3]), weight('gate', [inputs, 3])];
      super.build([null, ...shape]);
    }
    override computeOutputShape(shape: number[]): tf.Shape {
      return [...shape.slice(0, -1), 3];
    }
    override call(inputs: tf.Tensor[]): tf.Tensor {
      return tf.tidy(() => {
        const x = inputs[0] as tf.Tensor;
        const [kernel, bias, gate] = this.own.map((each) => each.read()) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const rows = x.reshape([-1, x.shape.at(-1) as number]);
        return tf.mul(tf.add(tf.dot(rows, kernel), bias), tf.sigmoid(tf.dot(rows, gate))).reshape([...x.shape.slice(0, -1), 3]);
      });
    }
  }

  beforeAll(async () => {
    for (const each of [Scaled, GatedDense]) tf.serialization.registerClass(each as never);
    const page = await readFile(new URL('../../../docs/sparse.md', import.meta.url), 'utf8');
    const shown = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, each]) => each as string);
    const code = shown.filter((each) => each.includes('defineSparseRule(')).join('\n');
    const { code: runnable } = await transform(code, { loader: 'ts', format: 'cjs' });
    new Function('require', runnable)(() => sparse);
  });

  test('Scaled', async () => {
    expect(await worstDifference(modelOf([3], new Scaled({ factor: 2.5 }) as never))).toBeLessThan(ROUNDING);
  });

  test('GatedDense, on a vector, a sequence, an image, and behind a Flatten', async () => {
    for (const shape of [[4], [5, 4], [3, 2, 4]])
      expect(await worstDifference(sparsified(modelOf(shape, new GatedDense({}) as never)))).toBeLessThan(ROUNDING);
    const flat = sparsified(modelOf([3, 2, 4], L.conv2d({ filters: 2, kernelSize: 2 }), L.flatten(), new GatedDense({}) as never));
    expect(await worstDifference(flat)).toBeLessThan(ROUNDING);
  });
});
