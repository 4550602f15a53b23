import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LiveRun } from '../live-run.ts';
import { selectParameters } from '../select-parameters.ts';
import { Budget } from '../step.ts';
import { loss, magnitude, make, optimizer, threshold, useCpu } from '../testing/make.ts';
import { randomSamples } from '../testing/nets.ts';
import { MemoryStore, partsOf } from '../testing/runs.ts';
import { unitsOf } from '../units.ts';

beforeAll(useCpu);

const glorot = () => tf.initializers.glorotUniform({ seed: 3 });
const norm = () => tf.layers.batchNormalization({ name: 'norm' });
const kernel = { kernelSize: 2, kernelInitializer: glorot() };
const recurrent = { name: 'layer', units: 4, inputShape: [3, 2], kernelInitializer: glorot(), recurrentInitializer: glorot() };

/** A layer with units to be cut, what stands behind it, and the weight whose units its outputs are. */
const LAYERS: Readonly<Record<string, { shape: number[]; layers: () => tf.layers.Layer[]; weight?: string }>> = {
  Dense: { shape: [3], layers: () => [tf.layers.dense({ name: 'layer', units: 6, activation: 'relu', kernelInitializer: glorot() })] },
  'Dense with batch norm': {
    shape: [3],
    layers: () => [tf.layers.dense({ name: 'layer', units: 6, kernelInitializer: glorot() }), norm()],
  },
  'Dense with a sigmoid, which gives a half': {
    shape: [3],
    layers: () => [tf.layers.dense({ name: 'layer', units: 6, activation: 'sigmoid', kernelInitializer: glorot() })],
  },
  Conv1D: { shape: [5, 2], layers: () => [tf.layers.conv1d({ name: 'layer', filters: 4, ...kernel })] },
  'Conv2D with batch norm behind a ReLU': {
    shape: [4, 4, 2],
    layers: () => [tf.layers.conv2d({ name: 'layer', filters: 4, ...kernel }), tf.layers.reLU(), norm()],
  },
  Conv2DTranspose: { shape: [3, 3, 2], layers: () => [tf.layers.conv2dTranspose({ name: 'layer', filters: 4, ...kernel }), norm()] },
  DepthwiseConv2D: {
    shape: [4, 4, 2],
    weight: 'depthwise_kernel',
    layers: () => [tf.layers.depthwiseConv2d({ name: 'layer', kernelSize: 2, depthMultiplier: 2, depthwiseInitializer: glorot() }), norm()],
  },
  SeparableConv2D: {
    shape: [4, 4, 2],
    weight: 'pointwise_kernel',
    layers: () => [
      tf.layers.separableConv2d({
        name: 'layer',
        filters: 4,
        kernelSize: 2,
        depthwiseInitializer: glorot(),
        pointwiseInitializer: glorot(),
      }),
      norm(),
    ],
  },
  SimpleRNN: { shape: [3, 2], layers: () => [tf.layers.simpleRNN(recurrent)] },
  LSTM: { shape: [3, 2], layers: () => [tf.layers.lstm({ ...recurrent, returnSequences: true })] },
  GRU: { shape: [3, 2], layers: () => [tf.layers.gru(recurrent as never)] },
};

/** The model, and the outputs of the layer that is cut, behind what follows it. */
function build({ shape, layers }: { shape: number[]; layers: () => tf.layers.Layer[] }) {
  const input = tf.input({ shape });
  let units = input;
  for (const layer of layers()) units = layer.apply(units) as tf.SymbolicTensor;
  const flat = units.shape.length > 2 ? (tf.layers.flatten().apply(units) as tf.SymbolicTensor) : units;
  const output = tf.layers.dense({ name: 'output', units: 2, kernelInitializer: glorot() }).apply(flat) as tf.SymbolicTensor;
  return { model: tf.model({ inputs: input, outputs: output }), units: tf.model({ inputs: input, outputs: units }) };
}

describe.each(Object.entries(LAYERS))('half of the units of %s', (name, made) => {
  test.each([{ momentum: { learningRate: 0.05, weightDecay: 0.1 } }, { adam: { learningRate: 0.02, weightDecay: 0.1 } }])(
    'give the same for every sample after training with %o',
    async (config) => {
      const { model, units } = build(made);
      const granularity = make('granularity', 'unit');
      const parameters = selectParameters(model, [], granularity).taken;
      expect(parameters.map(({ layer }) => layer.name)).not.toContain('output');
      const run = await LiveRun.open(
        partsOf({
          model,
          parameters,
          granularity,
          sparsity: 0.5,
          threshold: threshold('layer'),
          train: randomSamples(24, [made.shape], [[2]]),
          validation: undefined,
          task: 'regression',
          loss: loss('meanSquaredError'),
          optimizer: optimizer(config),
          budget: new Budget(9, 3),
        }),
      );
      // Moments are warm before the cut.
      await run.train(run.budget.share(0.5));
      await run.cut(magnitude());
      await run.train(run.budget.share(0.5));
      await run.finish();

      const weight = parameters.find((parameter) => parameter.name === `layer/${made.weight ?? 'kernel'}`);
      if (weight === undefined) expect.fail('no weight');
      const axis = unitsOf(weight);
      const mask = run.masks.get(weight);
      const isKept = (unit: number) => axis.of.some((of, i) => of === unit && mask.keeps(i));
      const outputs = units.predict(tf.randomNormal([7, ...made.shape], 0, 1, 'float32', 5)) as tf.Tensor;
      const byUnit = await outputs.reshape([-1, axis.units]).transpose().array();
      let silent = 0;
      for (const [unit, values] of (byUnit as number[][]).entries()) {
        if (isKept(unit)) continue;
        silent += 1;
        expect(new Set(values)).toEqual(new Set([name.includes('sigmoid') ? 0.5 : 0]));
      }
      expect(silent).toBe(axis.units / 2);
      run.dispose();
    },
  );
});

test('the masks of biases and norms are in the checkpoints: a run that was stopped ends with the numbers of one that was not', async () => {
  const granularity = make('granularity', 'unit');
  const open = async (store?: MemoryStore, signal?: AbortSignal) => {
    const { model } = build(LAYERS['Conv2D with batch norm behind a ReLU'] as (typeof LAYERS)[string]);
    const run = await LiveRun.open(
      partsOf({
        model,
        parameters: selectParameters(model, [], granularity).taken,
        granularity,
        sparsity: 0.5,
        threshold: threshold('layer'),
        train: randomSamples(24, [[4, 4, 2]], [[2]]),
        validation: undefined,
        task: 'regression',
        loss: loss('meanSquaredError'),
        budget: new Budget(9, 3),
        checkpoints: store,
        signal,
      }),
    );
    return { run, model };
  };
  const prune = async (run: LiveRun, at = (_step: number) => {}) => {
    await run.train(run.budget.share(0.5));
    await run.cut(magnitude());
    await run.train(run.budget.share(0.5), ({ number }) => at(number));
    await run.finish();
  };
  const whole = await open();
  await prune(whole.run);

  const store = new MemoryStore();
  const controller = new AbortController();
  const stopped = await open(store, controller.signal);
  await expect(prune(stopped.run, (step) => void (step === 2 && controller.abort()))).rejects.toThrow();
  expect(Object.keys(store.saved?.masks ?? {})).toEqual(['layer/kernel', 'layer/bias', 'norm/gamma', 'norm/beta']);
  const again = await open(store);
  await prune(again.run);
  for (const parameter of whole.run.masks.all) {
    const resumed = again.run.masks.all.find(({ name }) => name === parameter.name);
    if (resumed === undefined) expect.fail(parameter.name);
    expect(again.run.masks.get(resumed).equals(whole.run.masks.get(parameter))).toBe(true);
    expect(again.run.masks.get(resumed).sparsity).toBe(0.5);
    expect([...resumed.variable.dataSync()]).toEqual([...parameter.variable.dataSync()]);
  }
  for (const { run } of [whole, stopped, again]) run.dispose();
});
