/** Every scorer beside torch, on the same weights and samples: fixtures/make_scores.py computes the formulas in float64. */
import { readFileSync } from 'node:fs';
import {
  MaskSet,
  type PrunableParameter,
  type Samples,
  type ScoringContext,
  selectParameters,
  unitsOf,
  writeWeights,
} from '@espalier/core';
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
  /** By scorer and parameter, one per unit. */
  readonly scores: Record<string, Record<string, number[]>>;
}
const FIXTURES = JSON.parse(readFileSync(new URL('../fixtures/scores.json', import.meta.url), 'utf8')) as {
  readonly batchSize: number;
  readonly nets: Record<string, Net>;
};

const output = () => tf.layers.dense({ name: 'output', units: 3, activation: 'softmax' });
const MODELS: Record<string, () => tf.LayersModel> = {
  mlp: () => tf.sequential({ layers: [tf.layers.dense({ name: 'hidden', units: 5, activation: 'relu', inputShape: [4] }), output()] }),
  norm: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, useBias: false, inputShape: [5, 5, 2] }),
        tf.layers.batchNormalization({ name: 'norm' }),
        tf.layers.reLU(),
        tf.layers.flatten(),
        output(),
      ],
    }),
};
const SCORERS: Record<string, unknown> = {
  'norm l1': { norm: { norm: 'l1', relative: false } },
  'norm l2': { norm: { norm: 'l2', relative: false } },
  fpgm: { fpgm: { relative: false } },
};

const cases = Object.entries(FIXTURES.nets).flatMap(([net, { scores }]) => Object.keys(scores).map((scorer) => [scorer, net] as const));

describe('scores of units are torch’s to 1e-5', () => {
  test.each(cases)('%s, %s', async (name, net) => {
    const { weights, inputs, labels, scores } = FIXTURES.nets[net] as Net;
    const model = (MODELS[net] as () => tf.LayersModel)();
    writeWeights(
      model,
      Object.fromEntries(Object.entries(weights).map(([key, { shape, data }]) => [key, { shape, data: Float32Array.from(data) }])),
    );
    const samples: Samples = {
      size: labels.length,
      inputs: [{ shape: inputs.shape.slice(1), data: Float32Array.from(inputs.data) }],
      targets: [{ shape: [], data: Int32Array.from(labels) }],
    };
    const stage = bed.on({ model, samples }, { batchSize: FIXTURES.batchSize, loss: 'sparseCategoricalCrossentropy' });

    const expected = scores[name] as Record<string, number[]>;
    const parameters = selectParameters(model).taken.filter((parameter) => parameter.name in expected);
    const context = { model, masks: new MaskSet(parameters) } as unknown as ScoringContext;
    const found = await stage.make('scorer', SCORERS[name] ?? name).score(parameters, context);
    expect(parameters).toHaveLength(Object.keys(expected).length);
    for (const [i, tensor] of found.entries()) {
      const parameter = parameters[i] as PrunableParameter;
      const wanted = expected[parameter.name] as number[];
      const largest = Math.max(...wanted);
      const { of } = unitsOf(parameter);
      for (const [at, score] of tensor.dataSync().entries()) {
        expect(Math.abs(score - (wanted[of[at] as number] as number))).toBeLessThanOrEqual(1e-5 * largest);
      }
    }
    tf.dispose(found);
  });
});
