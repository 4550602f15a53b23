import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../config/index.ts';
import { prepare } from './prepare.ts';
import { POINTS, points, pointsCsv, type Wanted } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

/** What is wrong, as `line:column path: message`; checks that it is a ConfigError and that no tensor is left behind. */
async function complaint(wanted: Wanted): Promise<string> {
  const loaded = await points(wanted);
  const before = tf.memory().numTensors;
  const error = await prepare(loaded).then(
    (prepared) => prepared.dispose(),
    (thrown: unknown) => thrown,
  );
  expect(tf.memory().numTensors).toBe(before);
  expect(error).toBeInstanceOf(ConfigError);
  const [diagnostic, ...more] = (error as ConfigError).diagnostics;
  expect(more).toEqual([]);
  if (diagnostic === undefined) return '';
  const where = diagnostic.argument === undefined ? `${diagnostic.line}:${diagnostic.column}` : '--set';
  return `${where} ${diagnostic.path.join('.')}: ${diagnostic.message}`.replaceAll(`${loaded.baseFolder}/`, '');
}

const PARTS = `
import { definePlugin, EspalierError } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
const failing = (what) => class { load() { throw new TypeError(what); } build() { throw new TypeError(what); } };
const column = (shape, data) => ({ shape, data: Float32Array.from(data) });
class Odd {
  async load() {
    const samples = { size: 2, inputs: [column([3], [1, 2, 3, 4, 5, 6])], targets: [] };
    return { name: 'odd', task: 'regression', train: samples, test: samples, fingerprint: 'x' };
  }
}
class Classless {
  async load() {
    const samples = { size: 2, inputs: [column([2], [1, 2, 3, 4])], targets: [column([], [0, 1])] };
    return { name: 'classless', task: 'classification', train: samples, test: samples, fingerprint: 'x' };
  }
}
class Narrow {
  build() { return tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [5] })] }); }
}
class Unmakeable { constructor() { throw new EspalierError('not today'); } }
export default definePlugin({
  name: 'parts',
  datasets: { broken: { use: failing('no data here') }, odd: { use: Odd }, classless: { use: Classless } },
  models: { broken: { use: failing('no model here') }, narrow: { use: Narrow } },
  losses: { unmakeable: { use: Unmakeable } }, optimizers: { unmakeable: { use: Unmakeable } }, trainers: { unmakeable: { use: Unmakeable } },
  strategies: { unmakeable: { use: Unmakeable } },
});
`;
const withParts = (...replaced: [string, string][]): Wanted => ({
  config: replaced.reduce((text, [from, to]) => text.replace(from, to), `${POINTS}plugins: [./parts.ts]\n`),
  files: { 'parts.ts': PARTS },
});

test('makes all that the config names, and disposes what it has made', async () => {
  const before = tf.memory().numTensors;
  const prepared = await prepare(await points({ set: ['train.validationSplit=0.25'] }));
  expect(prepared.train.size).toBe(180);
  expect(prepared.validation?.size).toBe(60);
  expect(prepared.data.test.size).toBe(60);
  expect(prepared.task).toMatchObject({ inputShapes: [[2]], task: 'classification', outputs: 2, seed: 3 });
  expect(prepared.selection.taken.map(({ size }) => size)).toEqual([32, 128, 16]);
  expect(tf.memory().numTensors).toBeGreaterThan(before);
  prepared.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('validation samples are drawn by the seed: the same ones twice, others for another', async () => {
  const drawn = async (seed: number) => {
    const prepared = await prepare(
      await points({
        set: ['train.validationSplit=0.1', `seed=${seed}`, 'data={csv: {train: points.csv, test: points.csv, target: class}}'],
      }),
    );
    prepared.dispose();
    return [...(prepared.validation?.inputs[0]?.data ?? [])];
  };
  expect(await drawn(1)).toEqual(await drawn(1));
  expect(await drawn(1)).not.toEqual(await drawn(2));
});

test('a model that is given is the caller’s, also where something is wrong', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], activation: 'softmax' })] });
  const prepared = await prepare(await points(), { model });
  expect(prepared.model).toBe(model);
  prepared.dispose();
  const before = tf.memory().numTensors;
  await expect(prepare(await points({ set: ['prune.parameters=[{match: nope, exclude: true}]'] }), { model })).rejects.toThrow('nope');
  expect(tf.memory().numTensors).toBe(before);
  expect(model.getWeights()[0]?.isDisposed).toBe(false);
  model.dispose();
});

describe('what is wrong is shown at its place in the config', () => {
  test.each<[string, Wanted, RegExp]>([
    ['a data file that is not there', { config: POINTS.replace('points.csv', 'ponits.csv') }, /^3:\d+ data.*: ponits\.csv/],
    [
      'a data file that is cut short',
      { files: { 'points.csv': pointsCsv().slice(0, pointsCsv().lastIndexOf(',', 3000)) } },
      /^3:\d+ data: points\.csv:177:\d+: has 2 fields instead of 3/,
    ],
    ['a column that is not there', { config: POINTS.replace('target: class', 'target: clas') }, /^3:\d+ data.*clas/],
    [
      'data whose loading fails in a plugin',
      withParts(['data: { csv: { file: points.csv, target: class } }', 'data: broken']),
      /^3:7 data: dataset "broken" of parts failed: no data here$/,
    ],
    [
      'data without targets',
      withParts(['data: { csv: { file: points.csv, target: class } }', 'data: odd']),
      /^3:7 data: odd: has no targets to learn$/,
    ],
    [
      'a classification without classes',
      withParts(['data: { csv: { file: points.csv, target: class } }', 'data: classless']),
      /^3:7 data: classless: is a classification without a number of classes$/,
    ],
    [
      'a model file that is not there',
      { config: POINTS.replace('{ mlp: { hidden: [16, 8] } }', '{ file: { path: ./net/model.json } }') },
      /^4:\d+ model.*: net\/model\.json/,
    ],
    [
      'a model whose building fails in a plugin',
      withParts(['{ mlp: { hidden: [16, 8] } }', 'broken']),
      /^4:8 model: model "broken" of parts failed: no model here$/,
    ],
    [
      'a model of another shape than the data',
      withParts(['{ mlp: { hidden: [16, 8] } }', 'narrow']),
      /^4:8 model: .*the model takes \[5\], but the data has \[2\]/,
    ],
    [
      'a split that leaves nothing',
      { set: ['train.validationSplit=0.999'] },
      /^--set train\.validationSplit: .*leaves no training samples of 240/,
    ],
    [
      'a rule that matches nothing',
      { config: `${POINTS}  parameters:\n    - { match: dense/kernel, sparsity: 0.2 }\n    - { match: densse, exclude: true }\n` },
      /^12:7 prune\.parameters\.1: .*"densse" matches no prunable parameter.*There are: dense\/kernel/,
    ],
    [
      'a loss that cannot be made',
      withParts(['prune:\n', 'loss: unmakeable\nprune:\n']),
      /^6:7 loss: loss "unmakeable" of parts: cannot be made: not today/,
    ],
    [
      'an optimiser that cannot be made',
      withParts(['optimizer: { adam: { learningRate: 0.02 } }', 'optimizer: unmakeable']),
      /^5:\d+ train\.optimizer: optimizer "unmakeable" of parts: cannot be made: not today/,
    ],
    ['a trainer that cannot be made', withParts(['prune:\n', 'trainer: unmakeable\nprune:\n']), /^6:10 trainer: trainer "unmakeable"/],
    [
      'a strategy that cannot be made',
      withParts(['strategy: magnitude', 'strategy: unmakeable']),
      /^7:13 prune\.strategy: strategy "unmakeable" of parts: cannot be made: not today/,
    ],
  ])('%s', async (_what, wanted, message) => {
    expect(await complaint(wanted)).toMatch(message);
  });

  test('and rendered with file, line and column', async () => {
    const loaded = await points({ config: POINTS.replace('points.csv', 'ponits.csv') });
    await expect(prepare(loaded)).rejects.toThrow(new RegExp(`^${path.join(loaded.baseFolder, 'x.yaml')}:3:\\d+: `));
  });
});
