import { Budget, readWeights } from '@espalier/core';
import { NETS } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';
import { oneNeuron } from '../testing/one-neuron.ts';
import { watchRun } from '../testing/watch-run.ts';

beforeAll(() => tf.setBackend('cpu'));

test('goes back to the untrained weights, cuts them by SNIP, trains for the whole budget', async () => {
  const { make, runParts, model } = oneNeuron();
  const initial = await readWeights(model);
  // After training the scores are others: there they would be (0, 0, 0).
  model.setWeights([tf.tensor2d([4, -3, 1], [3, 1])]);
  const parts = runParts({ sparsity: 1 / 3, snapshots: { initial }, budget: new Budget(1, 1), optimizer: make('optimizer', 'sgd') });
  expect(await watchRun(make('strategy', 'at-init'), parts)).toEqual(['rewind to initial', `cut to ${1 / 3} at 0`, '1 steps']);
  // (2, 2, 3), ties by position.
  expect(model.getWeights()[0]?.dataSync()[0]).toBe(0);
});

test('in rounds the sparsity rises as 1 − (1 − s)^(r/R), all before any training', async () => {
  const { model, samples } = NETS['convolutions with batch norm']();
  const { make, runParts, parameters } = bed.on({ model, samples });
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const parts = runParts({ sparsity: 0.8, snapshots: { initial: await readWeights(model) } });
  expect(await watchRun(make('strategy', { 'at-init': { scorer: 'synflow', rounds: 4 } }), parts)).toEqual([
    'rewind to initial',
    ...[1, 2, 3, 4].map((round) => `cut to ${Math.round((1 - 0.2 ** (round / 4)) * size) / size} at 0`),
    '4 steps',
  ]);
});

test('where the threshold decides, the rounds go part of the way to it: 1/R, 2/R, all', async () => {
  const { model, samples } = NETS['convolutions with batch norm']();
  const { make, runParts, parameters } = bed.on({ model, samples });
  const size = parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const threshold = make('threshold', { budget: { parameters: 0.25 } });
  const parts = runParts({ sparsity: Number.NaN, threshold, snapshots: { initial: await readWeights(model) } });
  const happened = await watchRun(make('strategy', { 'at-init': { scorer: 'synflow', rounds: 3 } }), parts);
  const cuts = happened.flatMap((what) => (what.startsWith('cut to ') ? [Number(what.split(' ')[2]) * size] : []));
  for (const [round, cut] of cuts.entries()) expect(Math.abs(cut - 0.75 * ((round + 1) / 3) * size)).toBeLessThanOrEqual(1);
  expect(cuts).toHaveLength(3);
});

test('SynFlow takes a hundred rounds where no number is given', async () => {
  const { make, runParts, model } = oneNeuron();
  const parts = runParts({ snapshots: { initial: await readWeights(model) } });
  const happened = await watchRun(make('strategy', { 'at-init': { scorer: 'synflow' } }), parts);
  expect(happened.filter((what) => what.startsWith('cut'))).toHaveLength(100);
});

/** Three layers; the one in the middle has 8 weights among 2 × 64. */
function bottleneck(): tf.LayersModel {
  const dense = (units: number, seed: number, inputShape?: number[]) =>
    tf.layers.dense({ units, inputShape, useBias: false, activation: 'relu', kernelInitializer: tf.initializers.glorotNormal({ seed }) });
  return tf.sequential({ layers: [dense(8, 1, [8]), dense(1, 2), dense(8, 3), dense(2, 4)] });
}

test('over many rounds SynFlow leaves no layer without weights where the number of them allows it', async () => {
  const model = bottleneck();
  const column = (width: number) => ({ shape: [width], data: Float32Array.from({ length: 4 * width }, (_, i) => Math.sin(i)) });
  const { make, runParts, parameters } = bed.on({ model, samples: { size: 4, inputs: [column(8)], targets: [column(2)] } });
  const parts = runParts({ sparsity: 0.92, snapshots: { initial: await readWeights(model) }, mayEmpty: true, budget: new Budget(0, 1) });
  await watchRun(make('strategy', { 'at-init': { scorer: 'synflow' } }), parts);
  for (const { name, variable } of parameters) expect([name, variable.dataSync().some((weight) => weight !== 0)]).toEqual([name, true]);
});
