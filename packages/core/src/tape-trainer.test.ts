import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { cut } from './cut.ts';
import type { Samples } from './data.ts';
import { BrokenPromise, EspalierError } from './errors.ts';
import { RunKeeping } from './keeping.ts';
import type { Loss } from './loss.ts';
import { Mask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import type { Optimizer } from './optimizer.ts';
import { modelParameters } from './parameter.ts';
import { Random } from './random.ts';
import { TapeTrainer } from './tape-trainer.ts';
import { find, loss, magnitude, optimizer, taken, threshold, useCpu, weightsOf } from './testing/make.ts';
import { randomSamples, tinyNet, tinySamples } from './testing/nets.ts';
import type { TrainingSession } from './trainer.ts';

beforeAll(useCpu);

const OPTIMIZERS: [string, unknown][] = [
  ['sgd', { sgd: { learningRate: 0.1 } }],
  ['sgd with weight decay', { sgd: { learningRate: 0.1, weightDecay: 0.1 } }],
  ['momentum', { momentum: { learningRate: 0.05 } }],
  ['Nesterov’s momentum with weight decay', { momentum: { learningRate: 0.05, nesterov: true, weightDecay: 0.1 } }],
  ['adam', { adam: { learningRate: 0.01 } }],
  ['adam with weight decay', { adam: { learningRate: 0.01, weightDecay: 0.1 } }],
  ['rmsprop', { rmsprop: { learningRate: 0.01 } }],
  ['rmsprop with momentum', { rmsprop: { learningRate: 0.01, momentum: 0.9 } }],
];

/** An optimiser of one's own, made by no container. */
class Own implements Optimizer {
  readonly learningRate = optimizer('sgd').learningRate;
  readonly weightDecay = 0;

  constructor(
    readonly slots: readonly string[],
    readonly update: Optimizer['update'],
  ) {}
}

interface Opened {
  readonly model: tf.LayersModel;
  readonly session: TrainingSession;
  readonly masks: MaskSet;
}

function open(model: tf.LayersModel, samples: Samples, config: unknown, lossName = 'sparseCategoricalCrossentropy', seed = 1): Opened {
  const masks = new MaskSet(taken(model));
  return {
    model,
    masks,
    session: new TapeTrainer().open({ model, samples, loss: loss(lossName), optimizer: optimizer(config), masks, seed }),
  };
}

const all = (samples: Samples): Int32Array => Int32Array.from({ length: samples.size }, (_, i) => i);

async function train(session: TrainingSession, samples: Samples, steps: number, rate = 0.05): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(await session.step(all(samples), rate));
  return losses;
}

/** Prunes every second element of every parameter. */
async function pruneHalf({ masks, session }: Opened): Promise<void> {
  for (const parameter of masks.parameters) masks.set(parameter, Mask.of(Array.from({ length: parameter.size }, (_, i) => i % 2)));
  await session.refresh();
}

async function expectPrunedZero({ masks, session }: Opened): Promise<void> {
  await masks.verify('now');
  const { slots } = await session.save();
  let moving = 0;
  for (const parameter of masks.parameters) {
    const kept = masks.get(parameter).toFloat32();
    const weights = parameter.variable.dataSync();
    expect([...weights].filter((weight, i) => kept[i] === 0 && weight !== 0)).toEqual([]);
    expect([...weights].some((weight) => weight !== 0)).toBe(true);
    for (const [name, values] of Object.entries(slots)) {
      if (!name.startsWith(`${parameter.name}/`)) continue;
      expect([...values].filter((value, i) => kept[i] === 0 && value !== 0)).toEqual([]);
      if (values.some((value) => value !== 0)) moving += 1;
    }
  }
  if (Object.keys(slots).length > 0) expect(moving).toBeGreaterThan(0);
}

describe('a pruned weight and all that is remembered of it stay exactly zero', () => {
  test.each(OPTIMIZERS)('under %s, pruned in the middle of training', async (_, config) => {
    const samples = tinySamples();
    const opened = open(tinyNet(), samples, config);
    await train(opened.session, samples, 5);
    await pruneHalf(opened);
    await expectPrunedZero(opened);
    await train(opened.session, samples, 5);
    await expectPrunedZero(opened);
  });

  const regularizer = () => tf.regularizers.l1l2({ l1: 0.01, l2: 0.01 });
  const L = tf.layers;
  const nested = () => {
    const inner = tf.sequential({
      layers: [L.dense({ units: 6, inputShape: [4], activation: 'relu' }), L.dense({ units: 5, activation: 'tanh' })],
    });
    return tf.sequential({ layers: [L.dense({ units: 4, inputShape: [10] }), inner, L.dense({ units: 3, activation: 'softmax' })] });
  };
  const siamese = () => {
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const shared = L.dense({ units: 5, activation: 'relu' });
    const joint = L.concatenate().apply([shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[]) as tf.SymbolicTensor;
    const outputs = [L.dense({ units: 2 }).apply(joint), L.dense({ units: 1 }).apply(joint)] as tf.SymbolicTensor[];
    return tf.model({ inputs: [a, b], outputs });
  };

  test.each<[string, () => tf.LayersModel, Samples, string]>([
    ['batch norm', () => tinyNet(1, [L.batchNormalization()]), tinySamples(), 'sparseCategoricalCrossentropy'],
    ['layer norm', () => tinyNet(1, [L.layerNormalization()]), tinySamples(), 'sparseCategoricalCrossentropy'],
    ['dropout', () => tinyNet(1, [L.dropout({ rate: 0.3 })]), tinySamples(), 'sparseCategoricalCrossentropy'],
    [
      'regularisers',
      () =>
        tf.sequential({
          layers: [
            L.dense({ units: 5, inputShape: [10], kernelRegularizer: regularizer() }),
            L.dense({ units: 3, activation: 'softmax', kernelRegularizer: regularizer() }),
          ],
        }),
      tinySamples(),
      'sparseCategoricalCrossentropy',
    ],
    ['a nested model', nested, tinySamples(), 'sparseCategoricalCrossentropy'],
    ['two inputs, two outputs and a shared layer', siamese, randomSamples(20, [[4], [4]], [[2], [1]]), 'meanSquaredError'],
    [
      'convolutions',
      () =>
        tf.sequential({
          layers: [
            L.conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 1], activation: 'relu' }),
            L.depthwiseConv2d({ kernelSize: 2 }),
            L.flatten(),
            L.dense({ units: 2 }),
          ],
        }),
      randomSamples(8, [[6, 6, 1]], [[2]]),
      'meanSquaredError',
    ],
    [
      'a recurrent layer',
      () => tf.sequential({ layers: [L.lstm({ units: 4, inputShape: [3, 2] }), L.dense({ units: 1 })] }),
      randomSamples(8, [[3, 2]], [[1]]),
      'meanSquaredError',
    ],
  ])('with %s', async (_, build, samples, lossName) => {
    const opened = open(build(), samples, { adam: { learningRate: 0.01, weightDecay: 0.01 } }, lossName);
    await train(opened.session, samples, 3);
    await pruneHalf(opened);
    await train(opened.session, samples, 4);
    await expectPrunedZero(opened);
  });

  test('also what the strategy prunes without telling the session: at the next step', async () => {
    const samples = tinySamples();
    const opened = open(tinyNet(), samples, 'momentum');
    await train(opened.session, samples, 2);
    const [parameter] = opened.masks.parameters;
    if (parameter) opened.masks.set(parameter, Mask.of(Array.from({ length: parameter.size }, (_, i) => i % 3)));
    await train(opened.session, samples, 1);
    await expectPrunedZero(opened);
  });
});

describe('a step', () => {
  const line = () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ name: 'line', units: 1, inputShape: [2] })] });
    model.setWeights([tf.tensor2d([1, 2], [2, 1]), tf.tensor1d([0.5])]);
    return model;
  };
  // One sample, x = (1, 3), t = 4: y = 7.5, the loss is 12.25, its gradient 2·3.5·x = (7, 21) and 7 for the bias.
  const samples: Samples = {
    size: 1,
    inputs: [{ shape: [2], data: Float32Array.of(1, 3) }],
    targets: [{ shape: [1], data: Float32Array.of(4) }],
  };

  test('is worked out by hand: the loss before it, and w − η·g', async () => {
    const model = line();
    const { session } = open(model, samples, 'sgd', 'meanSquaredError');
    expect(await session.step(all(samples), 0.1)).toBeCloseTo(12.25, 5);
    expect(weightsOf(model)['line/kernel']?.[0]).toBeCloseTo(1 - 0.7, 5);
    expect(weightsOf(model)['line/kernel']?.[1]).toBeCloseTo(2 - 2.1, 5);
    expect(weightsOf(model)['line/bias']?.[0]).toBeCloseTo(0.5 - 0.7, 5);
  });

  test('decays kernels by η·λ·w, and leaves biases alone', async () => {
    const model = line();
    const { session } = open(model, samples, { sgd: { weightDecay: 0.5 } }, 'meanSquaredError');
    await session.step(all(samples), 0.1);
    expect(weightsOf(model)['line/kernel']?.[0]).toBeCloseTo(1 - 0.7 - 0.1 * 0.5 * 1, 5);
    expect(weightsOf(model)['line/kernel']?.[1]).toBeCloseTo(2 - 2.1 - 0.1 * 0.5 * 2, 5);
    expect(weightsOf(model)['line/bias']?.[0]).toBeCloseTo(0.5 - 0.7, 5);
  });

  test('decay does not go through adam’s moments', async () => {
    const weights = async (config: unknown) => {
      const model = line();
      await open(model, samples, config, 'meanSquaredError').session.step(all(samples), 0.01);
      return weightsOf(model)['line/kernel'] as number[];
    };
    const [plain, decayed] = [await weights('adam'), await weights({ adam: { weightDecay: 0.5 } })];
    expect((plain[0] as number) - (decayed[0] as number)).toBeCloseTo(0.01 * 0.5 * 1, 6);
    expect((plain[1] as number) - (decayed[1] as number)).toBeCloseTo(0.01 * 0.5 * 2, 6);
  });

  test('adds the penalties of the layers’ regularisers, those of nested models, too', async () => {
    const penalised = () =>
      tf.layers.dense({
        units: 1,
        inputShape: [1],
        useBias: false,
        kernelInitializer: 'ones',
        kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }),
      });
    const data: Samples = {
      size: 1,
      inputs: [{ shape: [1], data: Float32Array.of(1) }],
      targets: [{ shape: [1], data: Float32Array.of(1) }],
    };
    const flat = open(tf.sequential({ layers: [penalised()] }), data, 'sgd', 'meanSquaredError');
    expect(await flat.session.step(all(data), 0.1)).toBeCloseTo(0.5, 6);
    const deep = open(tf.sequential({ layers: [tf.sequential({ layers: [penalised()] })] }), data, 'sgd', 'meanSquaredError');
    expect(await deep.session.step(all(data), 0.1)).toBeCloseTo(0.5, 6);
  });

  test('counts the penalty of a shared layer once, and those of recurrent cells', async () => {
    const regularizer = tf.regularizers.l2({ l2: 0.5 });
    const shared = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones', kernelRegularizer: regularizer });
    const input = tf.input({ shape: [1] });
    const twice = tf.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tf.SymbolicTensor });
    const data: Samples = {
      size: 1,
      inputs: [{ shape: [1], data: Float32Array.of(1) }],
      targets: [{ shape: [1], data: Float32Array.of(1) }],
    };
    expect(await open(twice, data, 'sgd', 'meanSquaredError').session.step(all(data), 0.1)).toBeCloseTo(0.5, 6);

    const cell = tf.layers.simpleRNN({
      units: 1,
      inputShape: [1, 1],
      activation: 'linear',
      kernelInitializer: 'ones',
      kernelRegularizer: regularizer,
    });
    const sequence: Samples = { ...data, inputs: [{ shape: [1, 1], data: Float32Array.of(1) }] };
    expect(await open(tf.sequential({ layers: [cell] }), sequence, 'sgd', 'meanSquaredError').session.step(all(data), 0.1)).toBeCloseTo(
      0.5,
      6,
    );
  });

  test('counts the penalty within a wrapper once', async () => {
    const inner = tf.layers.dense({
      units: 1,
      useBias: false,
      kernelInitializer: 'ones',
      kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }),
    });
    const model = tf.sequential({ layers: [tf.layers.timeDistributed({ layer: inner, inputShape: [1, 1] })] });
    const data: Samples = {
      size: 1,
      inputs: [{ shape: [1, 1], data: Float32Array.of(1) }],
      targets: [{ shape: [1, 1], data: Float32Array.of(1) }],
    };
    expect(await open(model, data, 'sgd', 'meanSquaredError').session.step(all(data), 0.1)).toBeCloseTo(0.5, 6);
  });

  test('leaves frozen layers as they are', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ name: 'frozen', units: 3, inputShape: [10], trainable: false }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const before = weightsOf(model)['frozen/kernel'];
    const data = tinySamples();
    const { session } = open(model, data, 'adam');
    await train(session, data, 3);
    expect(weightsOf(model)['frozen/kernel']).toEqual(before);
  });

  test('lowers the loss', async () => {
    const data = tinySamples();
    const losses = await train(open(tinyNet(), data, 'adam').session, data, 40);
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
  });

  test('of a model that is frozen whole is refused', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [10], trainable: false })] });
    expect(() => open(model, samples, 'sgd')).toThrow('the model has no weights to train');
  });
});

describe('an optimiser may give what it was given', () => {
  test.each([
    ['without masks', false],
    ['with masks', true],
  ])('%s: weight and slots then stay as they are', async (_, isMasked) => {
    const samples = tinySamples();
    const model = tinyNet();
    const masks = isMasked ? new MaskSet(taken(model)) : undefined;
    const own = new Own(['m'], (weight, _gradient, slots) => ({ weight, slots }));
    const job = { model, samples, loss: loss('sparseCategoricalCrossentropy'), optimizer: own, masks, seed: 1 };
    const session = new TapeTrainer().open(job);
    const before = weightsOf(model);
    const tensors = tf.memory().numTensors;
    await train(session, samples, 2);
    expect(tf.memory().numTensors).toBe(tensors + (masks?.tensorCount ?? 0));
    expect(weightsOf(model)).toEqual(before);
    for (const values of Object.values((await session.save()).slots)) expect([...values]).toEqual(Array(values.length).fill(0));
  });

  test('slots that change places, or take the weight: as it was before the step', async () => {
    const samples = tinySamples();
    const model = tinyNet();
    // a: the weight before the step; b: what a was before it.
    const own = new Own(['a', 'b'], (weight, _gradient, [a]) => ({ weight: tf.add(weight, 1), slots: [weight, a as tf.Tensor] }));
    const session = new TapeTrainer().open({ model, samples, loss: loss('sparseCategoricalCrossentropy'), optimizer: own, seed: 1 });
    const bias = [weightsOf(model)['hidden/bias'] as number[]];
    for (let i = 0; i < 3; i++) {
      await train(session, samples, 1);
      bias.push(weightsOf(model)['hidden/bias'] as number[]);
    }
    const { slots } = await session.save();
    expect([...(slots['hidden/bias/a'] as Float32Array)]).toEqual(bias[2]);
    expect([...(slots['hidden/bias/b'] as Float32Array)]).toEqual(bias[1]);
    expect(bias[3]).toEqual(bias[0]?.map((value) => value + 3));
  });
});

describe('what goes wrong in a part is told of the part', () => {
  const error = async (parts: { optimizer?: Optimizer; loss?: Loss }): Promise<EspalierError> => {
    const [model, samples] = [tinyNet(), tinySamples()];
    const job = { model, samples, loss: loss('sparseCategoricalCrossentropy'), optimizer: optimizer('sgd'), seed: 1, ...parts };
    const reason: unknown = await train(new TapeTrainer().open(job), samples, 1).catch((one: unknown) => one);
    expect(reason).toBeInstanceOf(EspalierError);
    return reason as EspalierError;
  };
  const weight = (w: tf.Tensor) => tf.add(w, 0);

  test.each<[string, readonly string[], (...given: Parameters<Optimizer['update']>) => unknown, string]>([
    [
      'a weight of another shape',
      [],
      (w) => ({ weight: tf.sum(w), slots: [] }),
      'gave the new weight the shape [], where the weight has [10, 12]',
    ],
    [
      'a weight of another type',
      [],
      (w) => ({ weight: tf.cast(w, 'int32'), slots: [] }),
      'gave the new weight the type int32, not float32',
    ],
    ['a promise', [], async (w) => ({ weight: weight(w), slots: [] }), 'gave no new weight'],
    ['nothing', [], () => undefined, 'gave no new weight'],
    ['no slots', ['m'], (w) => ({ weight: weight(w) }), 'gave no list of slots'],
    ['too few slots', ['m', 'v'], (w, g) => ({ weight: weight(w), slots: [g] }), 'gave 1 slots, and names 2 (m, v)'],
    ['slots without a name', [], (w, g) => ({ weight: weight(w), slots: [g] }), 'gave 1 slots, and names 0 (none)'],
    [
      'a slot of another shape',
      ['m', 'v'],
      (w, g) => ({ weight: weight(w), slots: [g, tf.mean(g)] }),
      'gave the slot v the shape [], where the weight has [10, 12]',
    ],
    ['a slot that is no tensor', ['m'], (w) => ({ weight: weight(w), slots: [1] }), 'gave no tensor for the slot m'],
  ])('an optimiser that gives %s', async (_, slots, update, what) => {
    const reason = await error({ optimizer: new Own(slots, update as Optimizer['update']) });
    expect(reason).toBeInstanceOf(BrokenPromise);
    expect(reason.parts).toMatchObject({ where: 'Own on hidden/kernel', what, remedy: expect.stringContaining('update gives') });
  });

  test('an optimiser that throws', async () => {
    const slip = new TypeError('no such thing');
    const update = () => {
      throw slip;
    };
    const reason = await error({ optimizer: new Own([], update) });
    expect(reason.message).toBe('Own on hidden/kernel: failed: no such thing');
    expect(reason.cause).toBe(slip);
  });

  test('one of ours, by the name that a config knows it by', async () => {
    const momentum = optimizer('momentum');
    const reason = await error({ optimizer: Object.assign(momentum, { slots: ['momentum', 'more'] }) });
    expect(reason.parts.where).toBe('optimizer "momentum" of @espalier/core on hidden/kernel');
  });

  class OwnLoss implements Loss {
    constructor(readonly compute: Loss['compute']) {}
  }

  test.each<[string, (target: tf.Tensor, output: tf.Tensor) => unknown, string]>([
    ['one number per sample', (_, output) => tf.sum(output, 1), `gave a tensor of the shape [${tinySamples().size}], no scalar`],
    ['a number that is no tensor', () => 1, 'gave no tensor'],
  ])('a loss that gives %s', async (_, compute, what) => {
    const reason = await error({ loss: new OwnLoss(compute as Loss['compute']) });
    expect(reason).toBeInstanceOf(BrokenPromise);
    expect(reason.parts).toMatchObject({ where: 'OwnLoss', what, remedy: expect.stringContaining('A loss gives one number') });
  });

  test('what a layer says of its own connection is no word about gradients', async () => {
    class Lookup extends tf.layers.Layer {
      static className = 'Lookup';
      override call(): tf.Tensor {
        throw new Error('Cannot find a connection to the table');
      }
    }
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [10] }), new Lookup()] });
    const samples = tinySamples();
    const job = { model, samples, loss: loss('sparseCategoricalCrossentropy'), optimizer: optimizer('sgd'), seed: 1 };
    await expect(train(new TapeTrainer().open(job), samples, 1)).rejects.toThrow(/^Cannot find a connection to the table$/);
  });

  test.each<[string, Loss['compute']]>([
    ['has an operation without a gradient', (_, output) => tf.mean(tf.topk(output, 1).values) as tf.Scalar],
    ['leaves the output aside', (target) => tf.mean(target) as tf.Scalar],
  ])('a loss that %s', async (_, compute) => {
    const reason = await error({ loss: new OwnLoss(compute) });
    expect(reason.parts).toMatchObject({
      where: 'OwnLoss',
      what: 'no gradients lead from it to the weights',
      remedy: expect.stringContaining('tf.customGrad'),
    });
    expect(reason.cause).toBeInstanceOf(Error);
  });

  test('a loss that throws', async () => {
    const slip = new TypeError('no such thing');
    const compute = () => {
      throw slip;
    };
    const reason = await error({ loss: new OwnLoss(compute) });
    expect(reason.message).toBe('OwnLoss: failed: no such thing');
    expect(reason.cause).toBe(slip);
  });
});

describe('training is repeatable', () => {
  const L = tf.layers;
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  const recurrent = {
    units: 4,
    inputShape: [3, 2] as [number, number],
    dropout: 0.3,
    recurrentDropout: 0.3,
    kernelInitializer: seeded(1),
    recurrentInitializer: seeded(2),
  };
  const sequence = (layer: tf.layers.Layer) => tf.sequential({ layers: [layer, L.dense({ units: 1, kernelInitializer: seeded(3) })] });

  const builds: [string, () => tf.LayersModel, Samples, string][] = [
    ['dropout', () => tinyNet(1, [L.dropout({ rate: 0.5 })]), tinySamples(), 'sparseCategoricalCrossentropy'],
    [
      'two dropouts, one in a nested model',
      () => tinyNet(1, [L.dropout({ rate: 0.5 }), tf.sequential({ layers: [L.dropout({ rate: 0.5, inputShape: [12] })] })]),
      tinySamples(),
      'sparseCategoricalCrossentropy',
    ],
    [
      'dropout in a timeDistributed',
      () => sequence(L.timeDistributed({ layer: L.dropout({ rate: 0.5 }), inputShape: [3, 2] })),
      randomSamples(8, [[3, 2]], [[3, 1]]),
      'meanSquaredError',
    ],
    ['dropout within a simpleRNN', () => sequence(L.simpleRNN(recurrent)), randomSamples(8, [[3, 2]], [[1]]), 'meanSquaredError'],
    ['dropout within an LSTM', () => sequence(L.lstm(recurrent)), randomSamples(8, [[3, 2]], [[1]]), 'meanSquaredError'],
    ['dropout within a GRU', () => sequence(L.gru(recurrent)), randomSamples(8, [[3, 2]], [[1]]), 'meanSquaredError'],
    [
      'dropout within a bidirectional',
      () => sequence(L.bidirectional({ layer: L.gru(recurrent) as never, mergeMode: 'concat', inputShape: [3, 2] })),
      randomSamples(8, [[3, 2]], [[1]]),
      'meanSquaredError',
    ],
  ];

  test.each(builds)('with %s: by the seed', async (_, build, samples, lossName) => {
    const losses = async (seed: number) =>
      train(open(build(), samples, { sgd: { learningRate: 0.1 } }, lossName, seed).session, samples, 4, 0.1);
    const first = await losses(1);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });

  test('with another dropout mask at each step', async () => {
    const samples = tinySamples();
    const { session } = open(tinyNet(1, [L.dropout({ rate: 0.5 })]), samples, 'sgd');
    const losses = await train(session, samples, 3, 1e-12);
    expect(new Set(losses).size).toBe(3);
  });
});

describe('state', () => {
  test.each(OPTIMIZERS)('of %s is saved and restored: training goes on with the same numbers', async (_, config) => {
    const samples = tinySamples();
    const build = () => tinyNet(1, [tf.layers.dropout({ rate: 0.2 })]);
    const whole = open(build(), samples, config);
    await train(whole.session, samples, 4);
    const state = await whole.session.save();
    const weights = modelParameters(whole.model).map(({ variable }) => variable.dataSync().slice());
    await train(whole.session, samples, 4);

    const rest = open(build(), samples, config);
    for (const [i, { variable, shape }] of modelParameters(rest.model).entries())
      variable.assign(tf.tensor(weights[i] as Float32Array, [...shape]));
    await rest.session.restore(state);
    await train(rest.session, samples, 4);
    expect(Object.values(weightsOf(rest.model))).toEqual(Object.values(weightsOf(whole.model)));
  });

  test('reset forgets all that was', async () => {
    const samples = tinySamples();
    const { session } = open(tinyNet(), samples, 'adam');
    await train(session, samples, 3);
    session.reset();
    const { updates, slots } = await session.save();
    expect(updates).toBe(0);
    for (const values of Object.values(slots)) expect(values.every((value) => value === 0)).toBe(true);
  });

  test('names its slots by parameter', async () => {
    const { session } = open(tinyNet(), tinySamples(), 'adam');
    const { slots } = await session.save();
    expect(Object.keys(slots)).toEqual(
      ['hidden/kernel', 'hidden/bias', 'output/kernel', 'output/bias'].flatMap((name) => [`${name}/m`, `${name}/v`]),
    );
  });

  test('of another optimiser or model is refused by name', async () => {
    const samples = tinySamples();
    const state = await open(tinyNet(), samples, 'momentum').session.save();
    await expect(open(tinyNet(), samples, 'adam').session.restore(state)).rejects.toThrow(
      'hidden/kernel/m: the checkpoint does not fit this optimiser',
    );
  });
});

test('over 1,000 steps with a cut every 10 no tensor is left behind', { timeout: 60_000 }, async () => {
  const samples = tinySamples(8);
  const before = tf.memory().numTensors;
  const model = tinyNet(1, [tf.layers.batchNormalization(), tf.layers.dropout({ rate: 0.1 })]);
  const { session, masks } = open(model, samples, 'adam');
  const context = { model, masks, random: Random.of(1), keep: new RunKeeping() };
  const counts = new Set<number>();
  for (let step = 1; step <= 1000; step++) {
    await session.step(all(samples), 0.001);
    if (step % 10 > 0) continue;
    const sparsity = 0.01 + (0.9 * step) / 1000;
    await cut({ masks, scorer: magnitude(step % 20 > 0), threshold: threshold('layer'), sparsity, target: 0.91, context });
    await session.refresh();
    counts.add(tf.memory().numTensors);
  }
  expect(counts.size).toBe(1);
  session.dispose();
  masks.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('a weight that is not a kernel is trained and never masked', async () => {
  const samples = tinySamples();
  const model = tinyNet();
  const opened = open(model, samples, 'sgd');
  await pruneHalf(opened);
  await train(opened.session, samples, 2);
  expect(
    find(model, 'hidden/bias')
      .variable.dataSync()
      .some((value) => value !== 0),
  ).toBe(true);
});
