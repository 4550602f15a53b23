import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readNetwork } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { PLAN_LIMITS } from './format/check-plan.ts';
import { compileNetwork, compileSparse, defineSparseRule, loadSparse, operations, type SparseModel } from './index.ts';
import { supportedVariants } from './kernels/index.ts';
import { differenceOf, inputsFor, modelOf, outputsOf, sparsified } from './testing/compare.ts';

const L = tf.layers;
const ROUNDING = 1e-5;

type Flow = tf.SymbolicTensor;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function digits(): tf.LayersModel {
  return sparsified(
    modelOf(
      [8, 8, 1],
      L.conv2d({ filters: 6, kernelSize: 3, activation: 'relu' }),
      L.maxPooling2d({ poolSize: 2 }),
      L.flatten(),
      L.dense({ units: 10, activation: 'softmax', name: 'classes' }),
    ),
  );
}

function twoInputs(): tf.LayersModel {
  const [a, b] = [tf.input({ shape: [4], name: 'left' }), tf.input({ shape: [6], name: 'right' })];
  const shared = L.dense({ units: 5, activation: 'tanh' });
  const right = L.dense({ units: 4 }).apply(b) as tf.SymbolicTensor;
  const [one, two] = [shared.apply(a), shared.apply(right)] as [tf.SymbolicTensor, tf.SymbolicTensor];
  const sum = L.add({ name: 'sum' }).apply([one, two]) as tf.SymbolicTensor;
  const joined = L.dense({ units: 2, name: 'joined' }).apply(L.concatenate().apply([one, two]) as tf.SymbolicTensor) as tf.SymbolicTensor;
  return sparsified(tf.model({ inputs: [a, b], outputs: [sum, joined] }));
}

describe('predict', () => {
  test('takes tensors, typed arrays and arrays of numbers, and writes into an array that is given', async () => {
    const model = digits();
    const sparse = await compileSparse(model);
    const [input] = inputsFor(model, 3) as [Float32Array];
    const wanted = sparse.predict(input);
    const out = new Float32Array(30);
    expect(sparse.predict(Array.from(input), { out })).toBe(out);
    expect(out).toEqual(wanted);
    expect(sparse.predict(tf.tensor(input, [3, 8, 8, 1]))).toEqual(wanted);
    expect(sparse.predict(new Float64Array(input))).toEqual(wanted);
    expect(sparse.predict([input])).toEqual(wanted);
    expect(sparse.predictAll(input)).toEqual([wanted]);
  });

  test('takes one input by its name', async () => {
    const model = digits();
    const sparse = await compileSparse(model);
    const [input] = inputsFor(model, 2) as [Float32Array];
    expect(sparse.predict({ [model.inputNames[0] as string]: input })).toEqual(sparse.predict(input));
  });

  test('takes several inputs in order or by name, and gives an array for each output', async () => {
    const model = twoInputs();
    const sparse = await compileSparse(model);
    const [left, right] = inputsFor(model, 2) as [Float32Array, Float32Array];
    const made = sparse.predictAll({ right, left });
    expect(made.map(({ length }) => length)).toEqual([10, 4]);
    expect(made).toEqual(sparse.predictAll([left, right]));
    expect(sparse.predictAll([left, right], { out: [new Float32Array(10), new Float32Array(4)] })).toEqual(made);
    expect(() => sparse.predict([left, right])).toThrow(/it has 2 outputs \("sum", "joined"\).*predictAll/);
    expect(differenceOf(sparse, model)).toBeLessThan(ROUNDING);
    expect(sparse.outputPorts).toEqual([
      { name: 'sum', shape: [5] },
      { name: 'joined', shape: [2] },
    ]);
  });

  test('gives the same on every kind of kernels that runs here', async () => {
    const model = digits();
    const [input] = inputsFor(model, 2) as [Float32Array];
    expect(supportedVariants()).toContain('simd');
    for (const variant of supportedVariants()) {
      const sparse = await compileSparse(model, { variant });
      expect(sparse.kernels).toBe(variant);
      expect(differenceOf(sparse, model)).toBeLessThan(ROUNDING);
      expect(sparse.predict(input)).toHaveLength(20);
    }
  });

  test('runs on after 10,000 predictions with the memory that it began with', async () => {
    const model = digits();
    const sparse = await compileSparse(model);
    const [input] = inputsFor(model, 1) as [Float32Array];
    const out = new Float32Array(10);
    for (let i = 0; i < 500; i++) sparse.predict(input, { out });
    const before = process.memoryUsage();
    for (let i = 0; i < 10_000; i++) sparse.predict(input, { out });
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
    expect(after.rss - before.rss).toBeLessThan(50_000_000);
  });

  test.each(['sparse', 'dense', undefined] as const)('many samples at once give what they give one by one (%s)', async (kernel) => {
    const input = tf.input({ shape: [4, 5, 1] });
    const flat = L.flatten().apply(input) as tf.SymbolicTensor;
    const first = L.dense({ units: 19, activation: 'relu' }).apply(flat) as tf.SymbolicTensor;
    const second = L.batchNormalization().apply(L.dense({ units: 19, activation: 'tanh' }).apply(first)) as tf.SymbolicTensor;
    const sum = L.reLU().apply(L.add().apply([first, second])) as tf.SymbolicTensor;
    const model = sparsified(
      tf.model({ inputs: input, outputs: L.dense({ units: 7, activation: 'softmax' }).apply(sum) as tf.SymbolicTensor }),
    );
    const sparse = await compileSparse(model, { batch: 8, ...(kernel === undefined ? {} : { kernel }) });
    for (const batch of [1, 7, 8, 21]) expect(differenceOf(sparse, model, { batch })).toBeLessThan(ROUNDING);
    const one = await compileSparse(model);
    expect(sparse.memory.total).toBeGreaterThan(one.memory.total);
    sparse.dispose();
    expect(() => sparse.predict(new Float32Array(20 * 8))).toThrow(/it is disposed/);
  });

  test('a gate of one number per sample is that of its own sample, in a batch as well', async () => {
    const input = tf.input({ shape: [6] });
    const [values, gate] = [8, 1].map((units) => L.dense({ units, activation: 'tanh' }).apply(input)) as [Flow, Flow];
    for (const operands of [
      [values, gate],
      [gate, values],
    ]) {
      const model = tf.model({ inputs: input, outputs: L.multiply().apply(operands) as Flow });
      const sparse = await compileSparse(sparsified(model), { batch: 32 });
      for (const batch of [1, 32, 40]) expect(differenceOf(sparse, model, { batch })).toBeLessThan(ROUNDING);
    }
  });

  test('of a net with convolutions they are computed one by one', async () => {
    const model = digits();
    const sparse = await compileSparse(model, { batch: 8 });
    expect(differenceOf(sparse, model, { batch: 19 })).toBeLessThan(ROUNDING);
  });

  test('what is shrunk is sparse as well', async () => {
    const { shrink } = await import('@espalier/surgery');
    const model = digits();
    const { model: small } = await shrink(model, { sparsity: 0.5 });
    const sparse = await compileSparse(small);
    expect(differenceOf(sparse, small)).toBeLessThan(ROUNDING);
  });

  test('more than 65,536 inputs take wider indices', async () => {
    const model = sparsified(modelOf([70_000], L.dense({ units: 3 })), 0.9);
    const sparse = await compileSparse(model);
    expect(sparse.describe()[0]?.kernel).toBe('sparse');
    expect(differenceOf(sparse, model)).toBeLessThan(ROUNDING);
  });
});

test('more than 65,536 channels of a sequence take wider indices, too', async () => {
  const model = sparsified(modelOf([5, 66_000], L.dense({ units: 2 })), 0.9);
  const sparse = await compileSparse(model);
  expect(sparse.describe()[0]?.kernel).toBe('sparse');
  expect(differenceOf(sparse, model)).toBeLessThan(ROUNDING);
});

test.each<[string, () => tf.LayersModel, RegExp]>([
  ['a layer of a class of its own', () => modelOf([4], new Unheard({ name: 'scan' })), /scan \(Unheard\): this layer has no sparse kernel/],
  ['a batch norm of rows', () => modelOf([4, 4, 2], L.batchNormalization({ axis: 1, name: 'rows' })), /rows.*another axis than the last/],
  [
    'what tfjs cannot run in a model',
    () => modelOf([4, 4, 2], L.resizing({ height: 2, width: 2, name: 'thumbnail' })),
    /thumbnail \(Resizing\): cannot run in a model of tfjs.*tf\.image\.resizeBilinear/,
  ],
  [
    'a crop to more than there is',
    () => modelOf([4, 4, 2], L.conv2d({ filters: 2, kernelSize: 1 }), L.centerCrop({ height: 6, width: 2, name: 'middle' })),
    /middle \(CenterCrop\): is given less than it crops to/,
  ],
  [
    'a mask behind a sum',
    () => {
      const words = tf.input({ shape: [4] });
      const embed = () => L.embedding({ inputDim: 5, outputDim: 3, maskZero: true }).apply(words) as tf.SymbolicTensor;
      const sum = L.add().apply([embed(), embed()]) as tf.SymbolicTensor;
      return tf.model({ inputs: words, outputs: L.lstm({ units: 2, name: 'reader' }).apply(sum) as tf.SymbolicTensor });
    },
    /reader \(LSTM\): is given a mask that went through a layer which does not keep it/,
  ],
])('what it cannot do is named: %s', async (_, made, message) => {
  await expect(compileSparse(made())).rejects.toThrow(message);
});

describe('bad input', () => {
  let sparse: SparseModel;
  beforeAll(async () => {
    sparse = await compileSparse(digits());
  });

  test.each<[string, unknown, RegExp]>([
    ['too few numbers', new Float32Array(63), /expected samples of \[8, 8, 1\], and was given 63 numbers/],
    ['none', new Float32Array(0), /given 0 numbers/],
    ['a string', 'cat', /given a string/],
    ['nothing', undefined, /given a undefined/],
    ['nested arrays', [[1, 2], [3]], /given a nested array/],
    ['large integers', new BigInt64Array(64), /given a BigInt64Array/],
    ['another shape', { shape: [1, 64], dataSync: () => new Float32Array(64) }, /given a tensor of \[1, 64\]/],
  ])('%s', (_, input, message) => {
    expect(() => sparse.predict(input as Float32Array)).toThrow(message);
  });

  test('too little room for the results', () => {
    expect(() => sparse.predict(new Float32Array(128), { out: new Float32Array(19) })).toThrow(
      /room for 20 numbers in out, and there is 19/,
    );
  });

  test('one input of two, and inputs of several lengths', async () => {
    const two = await compileSparse(twoInputs());
    expect(() => two.predictAll(new Float32Array(4))).toThrow(/expected 2 inputs \("left", "right"\)/);
    expect(() => two.predictAll({ left: new Float32Array(4), rihgt: new Float32Array(6) })).toThrow(
      /expected 2 inputs \("left", "right"\), and was given no "right"/,
    );
    expect(() => sparse.predict({ picture: new Float32Array(64) })).toThrow(/expected 1 input \("input\d+"\), and was given no "input\d+"/);
    expect(() => two.predictAll([new Float32Array(4), new Float32Array(12)])).toThrow(/"right": has 2 samples, and "left" has 1/);
  });

  test('a model that is disposed', async () => {
    const gone = await compileSparse(digits());
    gone.dispose();
    expect(() => gone.predict(new Float32Array(64))).toThrow(/it is disposed/);
    expect(() => gone.toBytes()).toThrow(/it is disposed/);
  });

  test('weights that are no numbers, by parameter', async () => {
    const model = modelOf([3], L.dense({ units: 2, name: 'classes' }));
    model.layers[1]?.setWeights([tf.tensor2d([1, 2, 3, Number.NaN, 5, 6], [3, 2]), tf.zeros([2])]);
    await expect(compileSparse(model)).rejects.toThrow(/classes\/kernel: element 3 of 6 is NaN/);
  });

  test('an index that is no row of an embedding', async () => {
    const text = await compileSparse(modelOf([3], L.embedding({ inputDim: 4, outputDim: 2, name: 'words' })));
    expect(() => text.predict(new Float32Array([0, 3, 4]))).toThrow(/words: there is no row 4 in its table of 4/);
  });

  test('an open shape, until it is said', async () => {
    const model = sparsified(
      modelOf([null as never, null as never, 3], L.conv2d({ filters: 4, kernelSize: 3 }), L.globalAveragePooling2d({})),
    );
    await expect(compileSparse(model)).rejects.toThrow(/has the open shape \[null, null, 3\].*inputShapes: \[\[32, 32, 3\]\]/);
    await expect(compileSparse(model, { inputShapes: [[5, 5, 2]] })).rejects.toThrow(
      /has the shape \[null, null, 3\], and inputShapes says \[5, 5, 2\]/,
    );
    const closed = await compileSparse(model, { inputShapes: [[5, 5, 3]] });
    expect(differenceOf(closed, model)).toBeLessThan(ROUNDING);
  });
});

class Doubled extends tf.layers.Layer {
  static readonly className = 'Doubled';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs, 2);
  }
}

/** What no rule is ever given for. */
class Unheard extends Doubled {
  static override readonly className = 'Unheard';
}

test('a layer without a kernel is named with all others, and runs once it has a rule', async () => {
  const model = modelOf([4], new Doubled({ name: 'twice' }), L.dense({ units: 3 }), new Doubled({ name: 'again' }));
  await expect(compileSparse(model)).rejects.toThrow(
    /twice \(Doubled\), again \(Doubled\): these layers have no sparse kernel.*defineSparseRule/,
  );
  defineSparseRule('Doubled', ({ inputs: [input] }, build) => operations.scale(build, input as never, 2));
  const sparse = await compileSparse(model);
  expect(differenceOf(sparse, model)).toBeLessThan(ROUNDING);
});

test('a plan that no file may have is refused by the name of its model', async () => {
  class Repeated extends Doubled {
    static override readonly className = 'Repeated';
  }
  defineSparseRule('Repeated', ({ inputs: [input] }, build) => {
    for (let i = 0; i < 8000; i++) build.value([1]);
    return operations.scale(build, input as never, 2);
  });
  const model = modelOf([4], new Repeated());
  await expect(compileSparse(model)).rejects.toThrow(
    new RegExp(`sparse model "${model.name}": its plan has 8002 buffers, and the file of a sparse model may have 8000`),
  );
});

test('a ConvLSTM2D may have 381 steps in time, as the docs say', async () => {
  const activations = async (time: number) => {
    const model = modelOf([time, 2, 2, 1], L.convLstm2d({ filters: 1, kernelSize: 2, padding: 'same' } as never) as tf.layers.Layer);
    return compileNetwork(await readNetwork(model)).plan.buffers.length;
  };
  const [few, more] = [await activations(4), await activations(5)];
  expect(4 + Math.floor((PLAN_LIMITS.buffers - few) / (more - few))).toBe(381);
});

test('a kernel that there is not is told of with those that there are', async () => {
  await expect(compileSparse(modelOf([4], L.dense({ units: 3 })), { kernel: 'fast' as 'dense' })).rejects.toThrow(
    /the option kernel: is "fast"\. Take "sparse" or "dense"/,
  );
});

test('describe says of each layer its zeros, its kernel and what to expect', async () => {
  const model = sparsified(modelOf([400], L.dense({ units: 300, name: 'hidden' }), L.dense({ units: 100, name: 'out' })), 0.95);
  const sparse = await compileSparse(model);
  const [hidden] = sparse.describe();
  expect(hidden).toMatchObject({ layer: 'hidden', type: 'Dense', weights: 120_000, kernel: 'sparse' });
  expect((hidden?.zeros ?? 0) / 120_000).toBeCloseTo(0.95, 1);
  expect(hidden?.gain).toBeGreaterThan(1);
});

test.each<[string, readonly number[], () => tf.layers.Layer, number]>([
  ['LSTM', [4, 3], () => L.lstm({ units: 5, name: 'reader' }), 4 * 5 * (3 + 5)],
  ['GRU', [4, 3], () => L.gru({ units: 6, name: 'reader' }), 3 * 6 * (3 + 6)],
  [
    'Bidirectional',
    [4, 3],
    () => L.bidirectional({ layer: L.lstm({ units: 7 }) as tf.RNN, mergeMode: 'concat', name: 'reader' }),
    2 * 4 * 7 * (3 + 7),
  ],
  [
    'RNN',
    [4, 3],
    () => L.rnn({ cell: [L.lstmCell({ units: 5 }), L.gruCell({ units: 6 })], name: 'reader' } as never) as tf.layers.Layer,
    4 * 5 * (3 + 5) + 3 * 6 * (5 + 6),
  ],
  ['ConvLSTM2D', [4, 5, 5, 3], () => films(), 3 * 3 * 4 * 5 * (3 + 5)],
  ['ConvLSTM2D', [1, 5, 5, 3], () => films(), 3 * 3 * 4 * 5 * (3 + 5)],
  ['Conv3D', [4, 5, 5, 3], () => L.conv3d({ filters: 5, kernelSize: [2, 3, 3], name: 'reader' }), 2 * 3 * 3 * 3 * 5],
  ['Conv3DTranspose', [4, 5, 5, 3], () => L.conv3dTranspose({ filters: 5, kernelSize: [2, 3, 3], name: 'reader' }), 2 * 3 * 3 * 3 * 5],
])('describe counts all matrices of a layer, and nothing that only fills vectors (%s of %j)', async (type, shape, layer, weights) => {
  const model = sparsified(modelOf(shape, layer()));
  const kernels = model.weights.filter(({ originalName }) => originalName.includes('kernel')).map((weight) => weight.read().dataSync());
  const zeros = kernels.reduce((sum, values) => sum + values.filter((value: number) => value === 0).length, 0);
  for (const kernel of ['sparse', 'dense'] as const) {
    const [reader] = (await compileSparse(model, { kernel })).describe();
    expect(reader).toMatchObject({ layer: 'reader', type, weights, zeros, kernel });
  }
});

function films(): tf.layers.Layer {
  return L.convLstm2d({ filters: 5, kernelSize: 3, name: 'reader' } as never) as tf.layers.Layer;
}

test('describe counts the weights of a layer that is called twice once', async () => {
  const inputs = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
  const shared = L.dense({ units: 5, name: 'shared' });
  const model = tf.model({ inputs, outputs: L.add().apply(inputs.map((input) => shared.apply(input) as Flow)) as Flow });
  expect((await compileSparse(model)).describe()).toMatchObject([{ layer: 'shared', weights: 20, zeros: 0 }]);
});

test('takes no more memory than its weights at rest and 1.3 times the largest pair of activations', async () => {
  const image = tf.input({ shape: [32, 32, 8] });
  let flow = image as tf.SymbolicTensor;
  for (let i = 0; i < 6; i++)
    flow = L.conv2d({ filters: 24, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(flow) as tf.SymbolicTensor;
  const sparse = await compileSparse(sparsified(tf.model({ inputs: image, outputs: flow }), 0.9));
  const { weights, total } = sparse.memory;
  expect(total).toBeLessThan(weights + 1.3 * 2 * 4 * 32 * 32 * 24);
});

test('memory is that of weights and activations, exactly, of both ways to compute where there is a batch', async () => {
  const model = modelOf([256], L.dense({ units: 256, activation: 'relu' }), L.dense({ units: 10 }));
  // Outputs in blocks of 16: 256 x 256 and 256 x 16 weights, 256 and 10 biases.
  const weights = 4 * (256 * 256 + 256 + 256 * 16 + 10);
  // The first layer's input and output live at the same time.
  const activations = 4 * (256 + 256);
  // The ten biases end 8 bytes before a multiple of 16; 1024 bytes lie before all, 64 after.
  const total = 1024 + weights + 8 + activations + 64;
  const one = await compileSparse(model, { kernel: 'dense' });
  expect(one.memory).toEqual({ weights, activations, total });

  // Blocks of 4 outputs, and where in the columns each of the 256 inputs is, per layer.
  const columnWeights = 4 * (256 * 256 + 256 + 256 * 12 + 10 + 2 * 256);
  // Eight columns lie 12 numbers apart; 16 numbers of scratch for each input.
  const columnActivations = 4 * (256 * 12 + 256 * 12 + 256 * 16);
  const both = await compileSparse(model, { kernel: 'dense', batch: 8 });
  expect(both.memory).toEqual({
    weights: weights + columnWeights,
    activations: activations + columnActivations,
    total: total + 1024 + columnWeights + 8 + columnActivations + 64,
  });
});

test('is saved to a file and loaded from it, from its bytes and from what gives them', async () => {
  const model = digits();
  const sparse = await compileSparse(model);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sparse-'));
  const file = path.join(folder, 'digits.sparse');
  try {
    await sparse.save(file);
    const bytes = await readFile(file);
    const [input] = inputsFor(model, 2) as [Float32Array];
    const wanted = sparse.predict(input);
    const sources = [
      file,
      pathToFileURL(file),
      bytes,
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      { load: async () => bytes },
    ];
    for (const source of sources) expect((await loadSparse(source as string)).predict(input)).toEqual(wanted);
    const [tensors] = outputsOf(model, [input], 2) as [Float32Array];
    expect(tensors).toHaveLength(20);
    await expect(loadSparse(path.join(folder, 'none'))).rejects.toThrow(/none: the sparse model cannot be read/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('two batch norms that were given the same mean keep what else is theirs', async () => {
  const input = tf.input({ shape: [3] });
  const [one, other] = [tf.layers.batchNormalization(), tf.layers.batchNormalization()];
  const outputs = [one, other].map((norm) => norm.apply(input) as tf.SymbolicTensor);
  const model = tf.model({ inputs: input, outputs });
  const [mean, variance] = [tf.tensor([1, 2, 3]), tf.tensor([1, 4, 9])];
  one.setWeights([tf.tensor([1, 1, 1]), tf.tensor([0, 0, 0]), mean, variance]);
  other.setWeights([tf.tensor([5, 6, 7]), tf.tensor([1, 2, 3]), mean, variance]);
  const sparse = await compileSparse(model, { fold: { batchNorms: false } });
  const x = [0.1, 0.2, 0.3];
  const wanted = (model.predict(tf.tensor([x])) as tf.Tensor[]).map((each) => [...each.dataSync()]);
  sparse.predictAll(x).forEach((found, i) => {
    found.forEach((value, k) => {
      expect(value).toBeCloseTo(wanted[i]?.[k] as number, 4);
    });
  });
});
