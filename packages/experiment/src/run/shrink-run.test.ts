import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { usePlainJavaScript } from '@espalier/backend-node';
import { fileHandler } from '@espalier/models';
import { replay } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { unpackArchive } from './archive.ts';
import type { Spent } from './checkpoint-file.ts';
import { prepare } from './prepare.ts';
import type { RunResult } from './result.ts';
import { runExperiment } from './run-experiment.ts';
import { readRemoval } from './run-folder.ts';
import type { ShrinkRecord } from './shrink-run.ts';
import { events, messageOf, plainEvents, points, runInChild, temporaryFolder, withoutTimes, writePoints } from './testing/experiments.ts';

const UNITS = ['backend=cpu', 'prune.strategy=neuron', 'prune.granularity=unit'];

beforeAll(usePlainJavaScript);

interface Ran {
  readonly result: RunResult;
  readonly out: string;
  readonly record: ShrinkRecord;
}

async function shrunken(set: readonly string[], out = path.join(temporaryFolder(), 'out')): Promise<Ran> {
  const result = await runExperiment(await points({ set }), { out });
  return { result, out, record: (await readRemoval(out)) as ShrinkRecord };
}

const load = (out: string, name: 'model' | 'shrunk') => tf.loadLayersModel(fileHandler(path.join(out, name, 'model.json')));

async function weightsOf(model: tf.LayersModel): Promise<number[][]> {
  return Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));
}

const shapesOf = (model: tf.LayersModel) => model.getWeights().map(({ shape }) => shape);

/** Share of right answers on the test samples, by tfjs alone. */
async function accuracyOf(model: tf.LayersModel, set: readonly string[]): Promise<number> {
  const prepared = await prepare(await points({ set }));
  const { inputs, targets, size } = prepared.data.test;
  const samples = tf.tensor2d([...(inputs[0]?.data ?? [])], [size, 2]);
  const answers = await tf.tidy(() => tf.argMax(model.predict(samples) as tf.Tensor, -1)).data();
  prepared.dispose();
  return answers.filter((answer, i) => answer === targets[0]?.data[i]).length / size;
}

describe('units pruned, removed, trained on, folded', () => {
  const set = [...UNITS, 'shrink={epochs: 2}', 'model={mlp: {hidden: [16, 8], batchNorm: true}}'];
  let ran: Ran;
  beforeAll(async () => {
    ran = await shrunken(set);
  });

  test('the record counts what is left, by hand from what it says was removed', () => {
    const { result, record } = ran;
    const { units } = record.removal;
    const [a, b] = [16 - (units['dense']?.removed.length ?? 0), 8 - (units['dense_1']?.removed.length ?? 0)];
    expect(record.units).toEqual({ removed: 24 - a - b, of: 24 });
    // Folded, each hidden layer has a bias in place of its batch norm.
    const [kernels, biases] = [2 * a + a * b + b * 2, a + b + 2];
    const shrunk = { parameters: kernels + biases, nonzero: kernels + biases, macs: kernels, sparsity: 0, units: record.units };
    expect(result).toMatchObject({ status: 'done', shrunk });
    expect(a + b).toBeLessThan(24);
    expect(result.shrunk?.maxDifference).toBeLessThan(1e-5);
    expect(result.shrunk?.latencyMs).toBeGreaterThan(0);
    expect(result.shrunk?.bytes).toBeLessThan(result.pruned?.bytes ?? 0);
    expect(result.timing.shrinkS).toBeGreaterThan(0);
    expect(events(ran.out).filter(({ type, phase }) => type === 'epoch' && phase === 'shrink')).toHaveLength(2);
  });

  test('plain tfjs loads it, and it is as accurate as recorded', async () => {
    const model = await load(ran.out, 'shrunk');
    expect(model.layers.map((layer) => layer.getClassName())).toEqual(['InputLayer', 'Dense', 'Dense', 'Dense']);
    expect(await accuracyOf(model, set)).toBe(ran.result.shrunk?.accuracy);
  });

  test('with fold: false the layers are those of the pruned model, and what was removed replays to the same shapes', async () => {
    const { out, record } = await shrunken([...set, 'shrink={epochs: 0, fold: false}']);
    expect(record.folded).toEqual({});
    const [pruned, shrunk] = [await load(out, 'model'), await load(out, 'shrunk')];
    const again = await replay(pruned, record.removal);
    expect(again.layers.map((layer) => layer.getClassName())).toContain('BatchNormalization');
    expect(shapesOf(again)).toEqual(shapesOf(shrunk));
    expect(await weightsOf(again)).toEqual(await weightsOf(shrunk));
  });
});

test('what masks of single weights leave stays masked while the small model is trained', async () => {
  const { out, result, record } = await shrunken(['backend=cpu', 'prune.sparsity=0.85', 'shrink={epochs: 3}']);
  const before = await weightsOf(await replay(await load(out, 'model'), record.removal));
  const after = await weightsOf(await load(out, 'shrunk'));
  // Kernels only: a bias is not masked.
  const kernels = [0, 2, 4];
  const zeros = (weights: number[][]) => kernels.map((i) => weights[i]?.map((weight) => weight === 0));
  expect(zeros(after)).toEqual(zeros(before));
  const all = zeros(after).flat();
  expect(all).toContain(true);
  expect(result.shrunk?.sparsity).toBeCloseTo(all.filter(Boolean).length / all.length, 12);
  expect(after).not.toEqual(before);
});

test('a layer that the masks empty is refused by name, or keeps a unit where the config says so', async () => {
  const set = ['backend=cpu', 'prune.mayEmpty=true', 'prune.parameters=[{match: dense_1/kernel, sparsity: 0.999}]'];
  const out = path.join(temporaryFolder(), 'out');
  expect(await messageOf(shrunken([...set, 'shrink=true'], out))).toContain('EspalierError: dense_1: the masks leave no unit alive');
  const failed = JSON.parse(readFileSync(path.join(out, 'result.json'), 'utf8')) as RunResult;
  expect(failed).toMatchObject({ status: 'failed', failures: [expect.stringContaining('dense_1')], shrunk: null });
  const { result } = await shrunken([...set, 'shrink={emptied: keepOne}']);
  expect(result).toMatchObject({ status: 'done', shrunk: { macs: expect.any(Number) } });
});

/** A net of points with a residual block. */
const BLOCK = `import * as tf from '@tensorflow/tfjs';
const L = tf.layers;
export default () => {
  const input = tf.input({ shape: [2] });
  const stem = L.dense({ name: 'stem', units: 8, activation: 'relu' }).apply(input);
  const inner = L.dense({ name: 'inner', units: 6, activation: 'relu', useBias: false }).apply(stem);
  const outer = L.dense({ name: 'outer', units: 8, useBias: false }).apply(inner);
  const sum = L.add({ name: 'sum' }).apply([stem, outer]);
  return tf.model({ inputs: input, outputs: L.dense({ name: 'classes', units: 2, activation: 'softmax' }).apply(sum) });
};`;

test('a block that died is left out where the config says so, and its units are counted', async () => {
  const rules = 'prune.parameters=[{match: "**", exclude: true}, {match: inner/kernel, exclude: false, sparsity: 0.999}]';
  const set = [...UNITS, 'model={module: {path: ./net.ts}}', 'prune.mayEmpty=true', 'prune.epochs=0', rules, 'shrink={emptied: bypass}'];
  const out = path.join(temporaryFolder(), 'out');
  const result = await runExperiment(await points({ set, files: { 'net.ts': BLOCK } }), { out });
  const { removal } = (await readRemoval(out)) as ShrinkRecord;
  expect(removal.bypassed).toEqual([{ layer: 'sum', input: 'outer' }]);
  // All of "inner"; those of "outer" are the stem's, too.
  const byHand = removal.units['stem']?.removed.length ?? 0;
  expect(result.shrunk?.units).toEqual({ removed: 6 + byHand, of: 14 });
});

test('state from batch to batch is refused before anything is trained', async () => {
  const net = `import * as tf from '@tensorflow/tfjs';
    export default () => tf.sequential({ layers: [
      tf.layers.reshape({ targetShape: [2, 1], batchInputShape: [20, 2] }),
      tf.layers.lstm({ name: 'memory', units: 4, stateful: true }), tf.layers.dense({ units: 2, activation: 'softmax' }),
    ] });`;
  const out = path.join(temporaryFolder(), 'out');
  const set = ['backend=cpu', 'model={module: {path: ./net.ts}}', 'shrink=true'];
  expect(await messageOf(runExperiment(await points({ set, files: { 'net.ts': net } }), { out }))).toContain('memory: keeps its state');
  expect(existsSync(out)).toBe(false);
});

test('what the config keeps stays, and widths are what it asks for', async () => {
  const widths = async (shrink: string) => {
    const { out } = await shrunken([...UNITS, `shrink=${shrink}`, 'prune.threshold=layer', 'prune.sparsity=0.6']);
    return shapesOf(await load(out, 'shrunk')).flatMap((shape) => (shape.length === 2 ? [shape[1]] : []));
  };
  // Of 16 and 8 units 10 and 5 go.
  expect(await widths('true')).toEqual([6, 3, 2]);
  expect(await widths('{keep: [dense]}')).toEqual([16, 3, 2]);
  expect(await widths('{roundTo: 4}')).toEqual([8, 4, 2]);
  expect(await widths('{minimum: 5}')).toEqual([6, 5, 2]);
});

test('with shrink: false there is none', async () => {
  const { result, out, record } = await shrunken(['backend=cpu', 'shrink=false']);
  expect(result.shrunk).toBeNull();
  expect(record).toBeUndefined();
  expect(existsSync(path.join(out, 'shrunk'))).toBe(false);
});

test('no tensor is left', async () => {
  const before = tf.memory().numTensors;
  await shrunken([...UNITS, 'shrink={epochs: 1}']);
  expect(tf.memory().numTensors).toBe(before);
});

test('killed and cancelled while the small model is trained, it comes to the same end', async () => {
  const file = writePoints();
  const folder = temporaryFolder();
  const cache = temporaryFolder();
  const start = (name: string) =>
    runInChild(file, path.join(folder, name), { set: [...UNITS, 'shrink={epochs: 6}'], checkpointEvery: 0.03, cache });
  const whole = start('whole');
  expect([await whole.ended, whole.stderr]).toEqual([0, '']);

  const killed = start('other');
  await killed.says((line) => line === 'step shrink 30');
  await killed.kill();
  expect(readdirSync(path.join(folder, 'other'))).toContain('shrink-checkpoint.bin');
  const cancelled = start('other');
  await cancelled.says((line) => line === 'step shrink 60');
  cancelled.process.kill('SIGINT');
  expect(await cancelled.ended).toBe(130);
  expect(cancelled.lines).not.toContain('step shrink 5');
  const checkpoint = path.join(folder, 'other', 'shrink-checkpoint.bin');
  const { spent } = unpackArchive(readFileSync(checkpoint), checkpoint) as { readonly spent: Spent };
  const rest = start('other');
  expect(await rest.ended).toBe(0);

  const [one, other] = ['whole', 'other'].map((name) => {
    const out = path.join(folder, name);
    const { shrunk, ...result } = withoutTimes(JSON.parse(readFileSync(path.join(out, 'result.json'), 'utf8')) as RunResult);
    const weights = readFileSync(path.join(out, 'shrunk', 'weights.bin')).toString('base64');
    return { result, shrunk: { ...shrunk, latencyMs: 0 }, events: plainEvents(out), weights, files: readdirSync(out).sort() };
  });
  expect(other).toEqual(one);
  const { timing } = JSON.parse(readFileSync(path.join(folder, 'other', 'result.json'), 'utf8')) as RunResult;
  expect(spent.prune).toBeGreaterThan(0);
  expect(timing.shrinkS).toBeGreaterThan(spent.prune);
  expect(one?.files).toEqual(['events.jsonl', 'experiment.yaml', 'model', 'removal.json', 'result.json', 'shrunk']);
});
