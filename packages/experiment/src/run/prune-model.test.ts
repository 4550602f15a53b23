import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import {
  type Dataset,
  definePlugin,
  EspalierError,
  inject,
  injectable,
  RANDOM,
  type Random,
  type RunEvent,
  readWeights,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../config/index.ts';
import { loadData, type PruneOptions, prune, train } from './prune-model.ts';
import { messageOf, writePoints } from './testing/experiments.ts';

let data: Dataset;
beforeAll(async () => {
  await useBackend({ choice: 'cpu' });
  data = await loadData({ csv: { file: 'points.csv', target: 'class' } }, { from: path.dirname(writePoints()) });
});

let model: tf.LayersModel;
beforeEach(() => {
  model?.dispose();
  const dense = (units: number, options: object) =>
    tf.layers.dense({ units, kernelInitializer: tf.initializers.glorotUniform({ seed: units }), ...options });
  model = tf.sequential({
    layers: [dense(16, { name: 'first', inputShape: [2], activation: 'relu' }), dense(2, { name: 'last', activation: 'softmax' })],
  });
});

const kernels = async () =>
  Object.entries(await readWeights(model)).flatMap(([name, { data: values }]) => (name.endsWith('kernel') ? [[...values]] : []));

describe('train', () => {
  test('trains the model in place, the same way twice', async () => {
    const before = tf.memory().numTensors;
    const events: RunEvent[] = [];
    const untrained = await readWeights(model);
    const report = await train(model, {
      data,
      epochs: 4,
      batchSize: 16,
      optimizer: { adam: { learningRate: 0.02 } },
      onEvent: (event) => events.push(event),
    });
    expect(report).toMatchObject({ steps: 60 });
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(4);
    const trained = await readWeights(model);
    expect(trained).not.toEqual(untrained);
    expect(tf.memory().numTensors).toBe(before);

    const { writeWeights } = await import('@espalier/core');
    writeWeights(model, untrained);
    await train(model, { data, epochs: 4, batchSize: 16, optimizer: { adam: { learningRate: 0.02 } } });
    expect(await readWeights(model)).toEqual(trained);
  });

  test('a training that diverges says so, and the model stays usable', async () => {
    await expect(train(model, { data, optimizer: { sgd: { learningRate: 1e30 } } })).rejects.toThrow(/training diverged/);
    tf.dispose(model.predict(tf.zeros([1, 2])));
  });
});

describe('prune', () => {
  test('names the layers whose last weight was kept', async () => {
    // 30.72 of 32 are 31, 31.52 all of them.
    const asked = { data, sparsity: 0.96, threshold: 'layer', parameters: [{ match: 'first', sparsity: 0.985 }], epochs: 0 };
    const { spared, sparsity } = await prune(model, asked);
    expect(spared).toEqual(['first/kernel']);
    expect(sparsity).toBe(62 / 64);
    const emptied = await prune(model, { ...asked, mayEmpty: true });
    expect(emptied.spared).toEqual([]);
    expect(emptied.sparsity).toBe(63 / 64);
  });

  test('prunes in place, to the element; zeros stay zero through training', async () => {
    await train(model, { data, epochs: 6, batchSize: 16, optimizer: { adam: { learningRate: 0.02 } } });
    const before = tf.memory().numTensors;
    const report = await prune(model, { data, sparsity: 0.5, epochs: 2, batchSize: 16 });
    expect(report.sparsity).toBe(0.5);
    expect((await kernels()).flat().filter((weight) => weight === 0)).toHaveLength(32);
    expect(report.parameters.map(({ name }) => name)).toEqual(['first/kernel', 'last/kernel']);
    expect(report.dense.accuracy).toBeGreaterThan(0.8);
    expect(report.pruned.accuracy).toBeGreaterThan(0.5);
    const [mask] = report.parameters.map((parameter) => parameter.mask);
    expect((await kernels())[0]?.map((weight) => weight !== 0)).toEqual(Array.from({ length: 32 }, (_, i) => mask?.keeps(i)));
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a threshold that decides, rules, and no data of weights to train', async () => {
    const report = await prune(model, {
      data,
      threshold: { fixed: { value: 0.2 } },
      epochs: 0,
      parameters: [{ match: 'last', exclude: true }],
    });
    expect(report.parameters.map(({ name }) => name)).toEqual(['first/kernel']);
    expect((await kernels())[0]?.every((weight) => weight === 0 || Math.abs(weight) >= 0.2)).toBe(true);
  });

  test('a plugin’s parts may be named', async () => {
    class Ones {
      score = (parameters: readonly { readonly shape: readonly number[] }[]) => parameters.map(({ shape }) => tf.ones([...shape]));
    }
    const plugin = definePlugin({ name: 'mine', scorers: { ones: { use: Ones as never } } });
    const report = await prune(model, { data, strategy: { magnitude: { scorer: 'ones' } }, sparsity: 0.25, epochs: 0, plugins: [plugin] });
    expect(report.sparsity).toBe(0.25);
    expect(
      (await kernels())
        .flat()
        .slice(0, 16)
        .every((weight) => weight === 0),
    ).toBe(true);
  });

  test.each<[string, Partial<PruneOptions>, RegExp]>([
    ['an unknown strategy', { strategy: 'magnitud' }, /options:\d+:\d+: .*magnitud[\s\S]*did you mean "magnitude"\?/],
    ['no sparsity', { sparsity: undefined }, /sparsity is missing: the threshold "global" needs to know/],
    ['a sparsity that is none', { sparsity: 90 }, /expected a number of 0 or more and under 1, got 90/],
    ['an option that the strategy has not', { strategy: { magnitude: { round: 3 } } }, /round[\s\S]*did you mean "rounds"\?/],
    ['a rule that matches nothing', { parameters: [{ match: 'furst', exclude: true }] }, /"furst" matches no prunable parameter/],
    ['everything excluded', { parameters: [{ match: '**', exclude: true }] }, /there is nothing to prune/],
    ['a loss that is none', { loss: 'crossentropi' }, /crossentropi/],
  ])('%s: the diagnostics are shown, and nothing is changed', async (_what, options, message) => {
    const untouched = await readWeights(model);
    const before = tf.memory().numTensors;
    const error = await prune(model, { data, sparsity: 0.5, epochs: 1, ...options }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
    expect(await readWeights(model)).toEqual(untouched);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(model.predict(tf.zeros([1, 2])));
  });

  test('a model that does not fit the data', async () => {
    const narrow = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [5] })] });
    expect(await messageOf(prune(narrow, { data, sparsity: 0.5 }))).toMatch(/the model takes \[5\], but the data has \[2\]/);
    expect(narrow.getWeights()[0]?.isDisposed).toBe(false);
    narrow.dispose();
  });

  test('a strategy that goes back to the initial weights, which nobody has', async () => {
    class Ticket {
      async prune(run: { cut(scorer: unknown): Promise<void>; rewind(to: string): Promise<void> }) {
        await run.cut({ score: () => [] });
        await run.rewind('initial');
      }
    }
    const plugin = definePlugin({ name: 'mine', strategies: { back: { use: Ticket as never } } });
    const untouched = await readWeights(model);
    expect(await messageOf(prune(model, { data, sparsity: 0.5, strategy: 'back', plugins: [plugin] }))).toMatch(
      /goes back to first weights, and model "given" comes trained/,
    );
    expect(await readWeights(model)).toEqual(untouched);
  });
});

describe('loadData', () => {
  test('gives a dataset of a plugin what a run gives it', async () => {
    class Drawn {
      constructor(private readonly random: Random) {}
      async load() {
        return { ...data, name: `drawn ${this.random.next()}` };
      }
    }
    inject(RANDOM)(Drawn, undefined, 0);
    injectable()(Drawn);
    const plugins = [definePlugin({ name: 'drawn', datasets: { drawn: { use: Drawn } } })];
    const names = [1, 1, 2].map(async (seed) => (await loadData('drawn', { seed, plugins })).name);
    const [one, again, other] = await Promise.all(names);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test('by name', async () => {
    const mnist = await loadData({ mnist: { limit: { train: 20, test: 10 } } });
    expect([mnist.train.size, mnist.test.size, mnist.classes]).toEqual([20, 10, 10]);
  });

  test('what is wrong with its options, or no name at all', async () => {
    expect(await messageOf(loadData({ mnist: { limits: 3 } }))).toMatch(/^EspalierError: mnist.*limits/);
    expect(await messageOf(loadData('mnits'))).toMatch(/mnits/);
    await expect(loadData({ a: {}, b: {} })).rejects.toThrow(EspalierError);
  });
});
