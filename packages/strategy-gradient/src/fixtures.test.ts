/** Every scorer beside torch, on the same weights and samples: fixtures/make_scores.py computes the formulas in float64. */
import { readFileSync } from 'node:fs';
import { Budget, LiveRun, MaskSet, modelParameters, type Samples, type ScoringContext, writeWeights } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { bed } from './testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));

interface Stored {
  readonly shape: number[];
  readonly data: number[];
}
interface Net {
  readonly weights: Record<string, Stored>;
  readonly inputs: Stored;
  readonly labels: number[];
  readonly scores: Record<string, Record<string, number[]>>;
}
const FIXTURES = JSON.parse(readFileSync(new URL('../fixtures/scores.json', import.meta.url), 'utf8')) as {
  readonly batchSize: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly nets: Record<string, Net>;
};

const { dense, conv2d, maxPooling2d, flatten, batchNormalization, activation } = tf.layers;
const output = () => dense({ name: 'output', units: 3, activation: 'softmax' });
const MODELS: Record<string, () => tf.LayersModel> = {
  mlp: () => tf.sequential({ layers: [dense({ name: 'hidden', units: 5, activation: 'relu', inputShape: [4] }), output()] }),
  conv: () =>
    tf.sequential({
      layers: [
        conv2d({ name: 'conv', filters: 4, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 2] }),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        output(),
      ],
    }),
  norm: () =>
    tf.sequential({
      layers: [
        conv2d({ name: 'conv', filters: 4, kernelSize: 3, strides: 2, useBias: false, inputShape: [5, 5, 2] }),
        batchNormalization({ name: 'norm' }),
        activation({ activation: 'relu' }),
        conv2d({ name: 'point', filters: 3, kernelSize: 1, activation: 'relu' }),
        flatten(),
        output(),
      ],
    }),
};

/** The scorer that stands behind each name of a fixture. */
const SCORERS: Record<string, unknown> = {
  gradient: 'gradient',
  taylor: 'taylor',
  'taylor squared': { taylor: { squared: true } },
  fisher: 'fisher',
  'fisher of batches': { fisher: { batchSize: FIXTURES.batchSize } },
  snip: 'snip',
  grasp: 'grasp',
  'grasp without temperature': { grasp: { temperature: 1 } },
  synflow: 'synflow',
  wanda: { wanda: { compare: 'layer' } },
  'wanda within outputs': 'wanda',
  movement: 'movement',
};

function setUpNet(name: string) {
  const { weights, inputs, labels } = FIXTURES.nets[name] as Net;
  const model = (MODELS[name] as () => tf.LayersModel)();
  writeWeights(
    model,
    Object.fromEntries(Object.entries(weights).map(([key, { shape, data }]) => [key, { shape, data: Float32Array.from(data) }])),
  );
  const samples: Samples = {
    size: labels.length,
    inputs: [{ shape: inputs.shape.slice(1), data: Float32Array.from(inputs.data) }],
    targets: [{ shape: [], data: Int32Array.from(labels) }],
  };
  return bed.on({ model, samples }, { batchSize: FIXTURES.batchSize, loss: 'sparseCategoricalCrossentropy' });
}

/** Equal to so much of the largest score of the tensor, element by element. */
function expectEqual(got: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) {
    expect(Math.abs((got[i] as number) - value), `element ${i}: ${got[i]} and ${value}`).toBeLessThanOrEqual(tolerance * largest);
  }
}

const CASES = Object.entries(FIXTURES.nets).flatMap(([net, { scores }]) => Object.keys(scores).map((scorer) => ({ net, scorer })));

describe('scores are torch’s', () => {
  test.each(CASES.filter(({ scorer }) => scorer !== 'movement'))('$scorer, $net', async ({ net, scorer }) => {
    const { model, make, parameters } = setUpNet(net);
    const masks = new MaskSet(parameters);
    const before = modelParameters(model).map(({ variable }) => [...variable.dataSync()]);
    const tensors = tf.memory().numTensors;
    const made = make('scorer', SCORERS[scorer]);
    const scores = await made.score(parameters, { model, masks } as ScoringContext);
    expect(tf.memory().numTensors - tensors).toBe(parameters.length);
    for (const [i, parameter] of parameters.entries()) {
      const expected = FIXTURES.nets[net]?.scores[scorer]?.[parameter.name] as number[];
      expectEqual((scores[i] as tf.Tensor).dataSync(), expected, scorer.startsWith('grasp') ? 1e-3 : 1e-5);
    }
    tf.dispose(scores);
    expect(modelParameters(model).map(({ variable }) => [...variable.dataSync()])).toEqual(before);
  });

  test.each(Object.keys(FIXTURES.nets))('grasp, %s: a difference that reaches over the bends of ReLUs does not see them', async (net) => {
    const { model, make, parameters } = setUpNet(net);
    const context = { model, masks: new MaskSet(parameters) } as Partial<ScoringContext> as ScoringContext;
    const scores = await make('scorer', { grasp: { reach: 0.01 } }).score(parameters, context);
    for (const [i, { name }] of parameters.entries()) {
      expectEqual((scores[i] as tf.Tensor).dataSync(), FIXTURES.nets[net]?.scores['grasp']?.[name] as number[], 1e-3);
    }
  });

  test.each(CASES.filter(({ scorer }) => scorer === 'movement'))('$scorer, $net: the sums over a training', async ({ net }) => {
    const { make, samples, parameters, runParts } = setUpNet(net);
    const scorer = make('scorer', 'movement');
    const { learningRate, steps } = FIXTURES;
    const optimizer = make('optimizer', { sgd: { learningRate } });
    const run = await LiveRun.open(runParts({ task: 'classification', optimizer, budget: new Budget(steps, 1), batchSize: samples.size }));
    await run.train(run.budget, { watch: scorer });
    const scores = await scorer.score(parameters, run);
    for (const [i, { name }] of parameters.entries()) {
      expectEqual((scores[i] as tf.Tensor).dataSync(), FIXTURES.nets[net]?.scores['movement']?.[name] as number[], 1e-5);
    }
    run.dispose();
  });
});
