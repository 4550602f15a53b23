import {
  corePlugin,
  definePlugin,
  EspalierError,
  injectable,
  Mask,
  MaskSet,
  Momentum,
  modelParameters,
  optimizerOptions,
  Part,
  PartContainer,
  type PartKind,
  type PartTypes,
  Random,
  Registry,
  type Samples,
  SparseCategoricalCrossentropy,
  selectParameters,
  type TrainingJob,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend.ts';
import trainers from './index.ts';

const registry = new Registry([corePlugin, trainers]);

function make<K extends PartKind>(kind: K, name: string, options: Record<string, unknown> = {}): PartTypes[K] {
  return new PartContainer(registry).make(registry.complete(new Part(kind, name, options)).part);
}

function seeded(seed: number) {
  return tf.initializers.glorotUniform({ seed });
}

/** Nets that between them use every layer with a native rule. No bias stands before a batch norm: its gradient would be rounding alone. */
const NETS: Readonly<Record<string, () => tf.LayersModel>> = {
  'dense layers': () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, activation: 'relu', inputShape: [20], kernelInitializer: seeded(1) }),
        tf.layers.dense({ units: 12, activation: 'tanh', kernelInitializer: seeded(2) }),
        tf.layers.dense({ units: 10, activation: 'sigmoid', kernelInitializer: seeded(3) }),
        tf.layers.dense({ units: 8, activation: 'softplus', kernelInitializer: seeded(4) }),
        tf.layers.dense({ units: 8, activation: 'selu', kernelInitializer: seeded(5) }),
        tf.layers.dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(6) }),
      ],
    }),
  'convolutions and pooling': () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [12, 12, 1], kernelInitializer: seeded(1) }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', strides: 2, kernelInitializer: seeded(2) }),
        tf.layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
        tf.layers.flatten(),
        tf.layers.reshape({ targetShape: [4, 6] }),
        tf.layers.conv1d({ filters: 5, kernelSize: 2, kernelInitializer: seeded(3) }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, kernelInitializer: seeded(4) }),
        tf.layers.activation({ activation: 'softmax' }),
      ],
    }),
  'batch norm, branches, depthwise and separable': () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const conv = tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', useBias: false, kernelInitializer: seeded(1) });
    let x = conv.apply(input) as tf.SymbolicTensor;
    x = tf.layers.batchNormalization().apply(x) as tf.SymbolicTensor;
    x = tf.layers.reLU({ maxValue: 6 }).apply(x) as tf.SymbolicTensor;
    const separable = { filters: 6, kernelSize: 3, padding: 'same', useBias: false } as const;
    let y = tf.layers
      .separableConv2d({ ...separable, depthwiseInitializer: seeded(2), pointwiseInitializer: seeded(3) })
      .apply(x) as tf.SymbolicTensor;
    y = tf.layers
      .depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false, depthwiseInitializer: seeded(4) })
      .apply(y) as tf.SymbolicTensor;
    x = tf.layers.add().apply([x, y]) as tf.SymbolicTensor;
    x = tf.layers.concatenate().apply([x, y]) as tf.SymbolicTensor;
    x = tf.layers.zeroPadding2d({ padding: 1 }).apply(x) as tf.SymbolicTensor;
    x = tf.layers.globalAveragePooling2d({}).apply(x) as tf.SymbolicTensor;
    x = tf.layers.dense({ units: 5, useBias: false, kernelInitializer: seeded(5) }).apply(x) as tf.SymbolicTensor;
    x = tf.layers.batchNormalization().apply(x) as tf.SymbolicTensor;
    x = tf.layers.activation({ activation: 'elu' }).apply(x) as tf.SymbolicTensor;
    const output = tf.layers.dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(6) }).apply(x);
    return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
  },
  'strided shortcuts and overlapping pools': () => {
    const input = tf.input({ shape: [9, 8, 3] });
    const convolved = (x: tf.SymbolicTensor, seed: number, args: Partial<Parameters<typeof tf.layers.conv2d>[0]>) =>
      tf.layers.conv2d({ filters: 4, kernelSize: 1, kernelInitializer: seeded(seed), ...args }).apply(x) as tf.SymbolicTensor;
    const wide = convolved(convolved(input, 1, { strides: [2, 3] }), 2, { kernelSize: 3, padding: 'same', strides: 2, activation: 'tanh' });
    const short = convolved(convolved(input, 3, { strides: [2, 3], padding: 'same' }), 4, { strides: 2 });
    let x = tf.layers.add().apply([wide, short]) as tf.SymbolicTensor;
    x = tf.layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding: 'same' }).apply(x) as tf.SymbolicTensor;
    x = tf.layers.flatten().apply(x) as tf.SymbolicTensor;
    const output = tf.layers.dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(5) }).apply(x);
    return tf.model({ inputs: input, outputs: output as tf.SymbolicTensor });
  },
  'a nested and a shared layer': () => {
    const inner = tf.sequential({
      layers: [tf.layers.dense({ units: 6, activation: 'relu', inputShape: [5], kernelInitializer: seeded(1) })],
    });
    const shared = tf.layers.dense({ units: 5, activation: 'softsign', kernelInitializer: seeded(2) });
    const input = tf.input({ shape: [5] });
    const once = shared.apply(input) as tf.SymbolicTensor;
    const twice = shared.apply(once) as tf.SymbolicTensor;
    const output = tf.layers
      .dense({ units: 4, activation: 'softmax', kernelInitializer: seeded(3) })
      .apply(inner.apply(twice)) as tf.SymbolicTensor;
    return tf.model({ inputs: input, outputs: output });
  },
};

function samplesOf(model: tf.LayersModel, target: Samples['targets'][number]['data'], shape: readonly number[] = []): Samples {
  const inputShape = (model.inputs[0] as tf.SymbolicTensor).shape.slice(1) as number[];
  const width = inputShape.reduce((product, size) => product * size, 1);
  const random = Random.of(3, 'pixels');
  const data = Uint8Array.from({ length: 256 * width }, () => random.int(256));
  return { size: 256, inputs: [{ shape: inputShape, data, scale: 1 / 255 }], targets: [{ shape, data: target }] };
}

interface Trained {
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly loss: number;
}

interface Setting {
  readonly net: () => tf.LayersModel;
  readonly optimizer: readonly [string, Record<string, unknown>];
  readonly loss?: string;
  readonly masked?: boolean;
  readonly samples?: (model: tf.LayersModel) => Samples;
}

async function train(
  trainer: string,
  { net, optimizer: [name, options], loss = 'sparseCategoricalCrossentropy', masked, samples }: Setting,
): Promise<Trained> {
  const model = net();
  const random = Random.of(5, 'labels');
  const data =
    samples?.(model) ??
    samplesOf(
      model,
      Int32Array.from({ length: 256 }, () => random.int(4)),
    );
  const { taken } = selectParameters(model);
  const masks = new MaskSet(taken);
  if (masked)
    for (const parameter of taken)
      masks.set(parameter, Mask.of(Float32Array.from({ length: parameter.size }, (_, i) => Number(i % 3 === 0))));
  const optimizer = make('optimizer', name, options);
  const session = make('trainer', trainer).open({ model, samples: data, loss: make('loss', loss), optimizer, masks, seed: 1 });
  await session.refresh();
  let last = Number.NaN;
  for (let step = 1; step <= 100; step++) {
    const order = Int32Array.from({ length: 32 }, (_, i) => (step * 32 + i) % 256);
    last = await session.step(order, optimizer.learningRate.rateAt({ number: step, total: 100, progress: step / 100 }));
  }
  await session.sync();
  await masks.verify('after 100 steps');
  const weights = new Map(
    modelParameters(model).map((each) => [each.name.replace(/_?[A-Za-z0-9]*\d+/g, ''), Float32Array.from(each.variable.dataSync())]),
  );
  session.dispose();
  masks.dispose();
  model.dispose();
  return { weights, loss: last };
}

function expectSame(native: Trained, tape: Trained): void {
  expect(native.loss).toBeCloseTo(tape.loss, 5);
  expect([...native.weights.keys()]).toEqual([...tape.weights.keys()]);
  for (const [name, values] of native.weights) {
    const other = tape.weights.get(name) as Float32Array;
    const scale = other.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const gap = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))), 0);
    expect(gap / scale, name).toBeLessThan(1e-5);
  }
}

const OPTIMIZERS = [
  ['sgd', { learningRate: 0.05 }],
  ['momentum', { learningRate: 0.0002 }],
  ['momentum', { learningRate: 0.002, nesterov: true, weightDecay: 0.01 }],
  // Small rates: training amplifies differences of rounding, the more the further it goes.
  // With a tiny ε Adam moves a weight whose gradient is rounding alone as far as any other, one way or the other.
  ['adam', { learningRate: 0.001, epsilon: 1e-3 }],
  ['adam', { learningRate: 0.001, epsilon: 1e-3, weightDecay: 0.1 }],
  ['rmsprop', { learningRate: 0.0005, epsilon: 1e-3, momentum: 0.5 }],
] as const;

beforeAll(async () => {
  // These nets are small: two threads would wait for each other.
  await useBackend({ choice: 'tensorflow', threads: 1 });
});

const [PLAINEST, , , , MOST_STATE] = OPTIMIZERS;
const SIMPLEST = 'dense layers';
/** Every update where layers are simplest, elsewhere the plainest and the one with most state: what follows the gradients knows no layers. */
const SETTINGS = [
  ...OPTIMIZERS.map((optimizer) => ({ name: SIMPLEST, optimizer, masked: true })),
  ...Object.keys(NETS).map((name) => ({ name, optimizer: MOST_STATE, masked: name !== SIMPLEST })),
  ...Object.keys(NETS).flatMap((name) => (name === SIMPLEST ? [] : [{ name, optimizer: PLAINEST, masked: true }])),
];

test.each(SETTINGS)(
  'native training of $name with $optimizer equals the tape’s after 100 steps (masked: $masked)',
  async ({ name, ...how }) => {
    const setting = { net: NETS[name] as () => tf.LayersModel, ...how };
    expectSame(await train('native', setting), await train('tape', setting));
  },
);

describe('losses', () => {
  const head = (units: number, activation: 'linear' | 'sigmoid' | 'softmax') => () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 8, activation: 'tanh', inputShape: [6], kernelInitializer: seeded(1) }),
        tf.layers.dense({ units, activation, kernelInitializer: seeded(2) }),
      ],
    });
  const values = (count: number, whole: boolean) => {
    const random = Random.of(9, 'targets');
    return Float32Array.from({ length: count }, () => (whole ? random.int(2) : random.next()));
  };

  test.each([
    ['binaryCrossentropy', head(1, 'sigmoid'), (model: tf.LayersModel) => samplesOf(model, values(256, true), [])],
    ['meanSquaredError', head(3, 'linear'), (model: tf.LayersModel) => samplesOf(model, values(768, false), [3])],
    ['meanAbsoluteError', head(3, 'sigmoid'), (model: tf.LayersModel) => samplesOf(model, values(768, false), [3])],
    [
      'categoricalCrossentropy',
      head(3, 'softmax'),
      (model: tf.LayersModel) =>
        samplesOf(
          model,
          Float32Array.from({ length: 768 }, (_, i) => Number(i % 3 === Math.floor(i / 3) % 3)),
          [3],
        ),
    ],
  ] as const)('%s equals the tape’s', async (loss, net, samples) => {
    const setting = { net, optimizer: ['momentum', { learningRate: 0.05 }] as const, loss, samples };
    expectSame(await train('native', setting), await train('tape', setting));
  });
});

test('inputs that are scaled and moved are the tape’s', async () => {
  const net = NETS['dense layers'] as () => tf.LayersModel;
  const samples = (model: tf.LayersModel): Samples => {
    const plain = samplesOf(
      model,
      Int32Array.from({ length: 256 }, (_, i) => i % 4),
    );
    return { ...plain, inputs: plain.inputs.map((column) => ({ ...column, offset: -0.4 })) };
  };
  const setting = { net, optimizer: ['sgd', { learningRate: 0.05 }] as const, samples };
  expectSame(await train('native', setting), await train('tape', setting));
});

/** Counts in whole numbers, beside what it passes on. */
class Counter extends tf.layers.Layer {
  static readonly className = 'Counter';
  override build(): void {
    this.addWeight('count', [1], 'int32', tf.initializers.zeros(), undefined, false);
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return (Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs).clone();
  }
}

test.each([
  ['a layer without a native rule', () => tf.layers.leakyReLU({ name: 'odd' }), 'odd (LeakyReLU) has no native rule'],
  ['a weight of a type without a native rule', () => new Counter({ name: 'odd' }), 'odd/count holds int32'],
])('%s is named, and its model trains through the tape', async (_, odd, why) => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [3] }), odd(), tf.layers.dense({ units: 2, activation: 'softmax' })],
  });
  const samples = samplesOf(model, new Int32Array(256));
  const job = { model, samples, loss: make('loss', 'sparseCategoricalCrossentropy'), optimizer: make('optimizer', 'adam'), seed: 1 };
  const session = make('trainer', 'auto').open(job);
  expect(session.notes).toEqual([`trains through the gradient tape: ${why}`]);
  expect(await session.step(Int32Array.of(0, 1, 2), 0.001)).toBeGreaterThan(0);
  session.dispose();
  expect(() => make('trainer', 'native').open(job)).toThrow(`trainer "native": ${why}. Write trainer: auto`);
  model.dispose();
});

describe('what extends a part with a native rule is of its own mind', () => {
  @injectable()
  class Still extends Momentum {
    override update(weight: tf.Tensor, _gradient: tf.Tensor, [momentum]: readonly [tf.Tensor]) {
      return { weight: tf.add(weight, 0), slots: [tf.add(momentum, 0)] };
    }
  }

  @injectable()
  class Flat extends SparseCategoricalCrossentropy {
    override compute(_target: tf.Tensor, output: tf.Tensor): tf.Scalar {
      return tf.tidy(() => tf.add(tf.mul(tf.sum(output), 0), 7));
    }
  }

  const plugin = definePlugin({
    name: 'own',
    optimizers: {
      still: {
        use: Still,
        options: z.object({ ...optimizerOptions(0.01), momentum: z.number().default(0.9), nesterov: z.boolean().default(false) }),
        description: 'Moves nothing.',
      },
    },
    losses: { flat: { use: Flat, description: 'Always 7.' } },
  });
  const own = new Registry([corePlugin, trainers, plugin]);
  const ownPart = <K extends PartKind>(kind: K, name: string): PartTypes[K] =>
    new PartContainer(own).make(own.complete(new Part(kind, name, {})).part);

  test.each([
    [
      'an optimiser',
      () => ({ loss: make('loss', 'sparseCategoricalCrossentropy'), optimizer: ownPart('optimizer', 'still') }),
      'optimizer "still" of own extends Momentum and may change it',
    ],
    [
      'a loss',
      () => ({ loss: ownPart('loss', 'flat'), optimizer: make('optimizer', 'sgd') }),
      'loss "flat" of own extends SparseCategoricalCrossentropy and may change it',
    ],
  ])('%s trains through the tape, as it says itself', async (_, parts, why) => {
    const model = (NETS[SIMPLEST] as () => tf.LayersModel)();
    const weights = () => modelParameters(model).map(({ variable }) => [...variable.dataSync()]);
    const before = weights();
    const job = { model, samples: samplesOf(model, new Int32Array(256)), seed: 1, ...parts() };
    const session = make('trainer', 'auto').open(job);
    expect(session.notes).toEqual([`trains through the gradient tape: ${why}`]);
    const loss = await session.step(Int32Array.of(0, 1, 2), 0.5);
    await session.sync();
    // The one moves nothing; of the other, which is always 7, nothing moves.
    expect(weights()).toEqual(before);
    if (job.loss instanceof Flat) expect(loss).toBe(7);
    session.dispose();
    expect(() => make('trainer', 'native').open(job)).toThrow(`trainer "native": ${why}. Write trainer: auto`);
    model.dispose();
  });
});

test('a part that is no kin of ours has no native rule, and is named', () => {
  const model = (NETS[SIMPLEST] as () => tf.LayersModel)();
  const plain = { model, samples: samplesOf(model, new Int32Array(256)), seed: 1 };
  const [loss, optimizer] = [make('loss', 'sparseCategoricalCrossentropy'), make('optimizer', 'sgd')];
  const refusal = (job: TrainingJob) => {
    try {
      make('trainer', 'native').open(job);
    } catch (error) {
      return error;
    }
  };
  const strange = { learningRate: optimizer.learningRate, weightDecay: 0, slots: [], update: optimizer.update };
  for (const [job, why] of [
    [{ ...plain, loss, optimizer: strange }, 'Object has no native rule'],
    [{ ...plain, loss: { compute: loss.compute }, optimizer }, 'Object has no native rule'],
  ] as const) {
    const error = refusal(job) as EspalierError;
    expect(error).toBeInstanceOf(EspalierError);
    expect(error.parts).toMatchObject({ where: 'trainer "native"', what: why });
  }
  model.dispose();
});

test('what was saved of another optimiser is refused by name', async () => {
  const model = (NETS[SIMPLEST] as () => tf.LayersModel)();
  const open = (optimizer: string) =>
    make('trainer', 'native').open({
      model,
      samples: samplesOf(model, new Int32Array(256)),
      loss: make('loss', 'sparseCategoricalCrossentropy'),
      optimizer: make('optimizer', optimizer),
      seed: 1,
    });
  const [momentum, adam] = [open('momentum'), open('adam')];
  const error = await adam.restore(await momentum.save()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EspalierError);
  expect((error as EspalierError).message).toMatch(/kernel\/m: the checkpoint does not fit this optimiser$/);
  momentum.dispose();
  adam.dispose();
  model.dispose();
});

test('what is saved goes on as if it had not been interrupted', async () => {
  const net = NETS['dense layers'] as () => tf.LayersModel;
  const run = async (breakAt: number | undefined) => {
    const model = net();
    const random = Random.of(5, 'labels');
    const samples = samplesOf(
      model,
      Int32Array.from({ length: 256 }, () => random.int(4)),
    );
    const open = () =>
      make('trainer', 'native').open({
        model,
        samples,
        loss: make('loss', 'sparseCategoricalCrossentropy'),
        optimizer: make('optimizer', 'adam'),
        seed: 1,
      });
    let session = open();
    for (let step = 0; step < 20; step++) {
      if (step === breakAt) {
        await session.sync();
        const state = await session.save();
        session.dispose();
        session = open();
        await session.restore(state);
      }
      await session.step(
        Int32Array.from({ length: 32 }, (_, i) => (step * 32 + i) % 256),
        0.01,
      );
    }
    await session.sync();
    const weights = modelParameters(model).map(({ variable }) => [...variable.dataSync()]);
    session.dispose();
    model.dispose();
    return weights;
  };
  expect(await run(7)).toEqual(await run(undefined));
});

test('what masks prune is zeroed when they are taken over, in the model, too', async () => {
  const model = (NETS['dense layers'] as () => tf.LayersModel)();
  const { taken } = selectParameters(model);
  const masks = new MaskSet(taken);
  const session = make('trainer', 'native').open({
    model,
    samples: samplesOf(model, new Int32Array(256)),
    loss: make('loss', 'sparseCategoricalCrossentropy'),
    optimizer: make('optimizer', 'adam'),
    masks,
    seed: 1,
  });
  expect(session.zeroes).toBe(true);
  await session.step(
    Int32Array.from({ length: 32 }, (_, i) => i),
    0.001,
  );
  await session.sync();
  const before = taken.map(({ variable }) => variable.dataSync().slice());
  for (const parameter of taken) masks.replace(parameter, Mask.of(Float32Array.from({ length: parameter.size }, (_, i) => i % 3)));
  await session.refresh();
  for (const [i, { variable }] of taken.entries()) {
    expect([...variable.dataSync()]).toEqual([...(before[i] as Float32Array)].map((weight, at) => (at % 3 === 0 ? 0 : weight)));
  }
  const { slots } = await session.save();
  for (const parameter of taken) {
    const moment = slots[`${parameter.name}/m`] as Float32Array;
    expect(moment.every((value, at) => at % 3 !== 0 || Object.is(value, 0))).toBe(true);
    expect(moment.some((value) => value !== 0)).toBe(true);
  }
  session.dispose();
  masks.dispose();
  model.dispose();
});

test('memory stays as it is over 2,000 steps with a mask update every 50', async () => {
  const model = (NETS['dense layers'] as () => tf.LayersModel)();
  const { taken } = selectParameters(model);
  const masks = new MaskSet(taken);
  const samples = samplesOf(model, new Int32Array(256));
  const session = make('trainer', 'native').open({
    model,
    samples,
    loss: make('loss', 'sparseCategoricalCrossentropy'),
    optimizer: make('optimizer', 'adam'),
    masks,
    seed: 1,
  });
  let after100 = 0;
  for (let step = 1; step <= 2000; step++) {
    await session.step(
      Int32Array.from({ length: 32 }, (_, i) => (step * 32 + i) % 256),
      0.001,
    );
    if (step % 50 === 0) {
      await session.sync();
      for (const parameter of taken) {
        const mask = masks.get(parameter).clone();
        mask.prune(step % parameter.size);
        masks.set(parameter, mask);
      }
      await session.refresh();
    }
    if (step === 100) after100 = tf.memory().numTensors;
  }
  expect(tf.memory().numTensors).toBe(after100);
  await session.sync();
  await masks.verify('after 2,000 steps');
  session.dispose();
  masks.dispose();
  model.dispose();
});
