import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { cacheFolder, useBackend } from '@espalier/backend-node';
import { samplesFor } from '@espalier/core';
import { fileHandler } from '@espalier/models';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { ConfigError, experimentHash, loadExperiment } from '../config/index.ts';
import type { ExperimentEvent } from './experiment-run.ts';
import { prepare } from './prepare.ts';
import type { RunResult } from './result.ts';
import { runExperiment } from './run-experiment.ts';
import {
  events,
  messageOf,
  POINTS,
  plainEvents,
  points,
  pointsCsv,
  temporaryFolder,
  trial,
  type Wanted,
  withoutTimes,
  writePoints,
} from './testing/experiments.ts';

const MNIST = `name: digits
seed: 7
data: { mnist: { limit: { train: 3000, test: 500 } } }
model: { mlp: { hidden: [32, 16] } }
train: { epochs: 2, batchSize: 64 }
prune:
  strategy: { magnitude: { rounds: 2 } }
  sparsity: 0.8
  parameters: [{ match: output/kernel, sparsity: 0.5 }]
  epochs: 2
`;

interface Ran {
  readonly result: RunResult;
  readonly out: string;
  readonly said: ExperimentEvent[];
}

async function run(wanted: Wanted & { out?: string; fresh?: boolean } = {}): Promise<Ran> {
  const { out = path.join(temporaryFolder(), 'out'), fresh } = wanted;
  const said: ExperimentEvent[] = [];
  const result = await runExperiment(await points(wanted), { out, fresh, onEvent: (event) => said.push(event) });
  return { result, out, said };
}

const typesOf = (list: readonly { readonly type: string }[]) => list.map(({ type }) => type);

const withoutLogs = (list: readonly { readonly type: string }[]) => typesOf(list).filter((type) => type !== 'log');

describe('MNIST on the best backend of the machine', () => {
  test('the record has every field of the contract, with the figures of the saved model', async () => {
    const { result, out } = await run({ config: MNIST });
    expect(JSON.parse(readFileSync(path.join(out, 'result.json'), 'utf8'))).toEqual(result);
    const loaded = await loadExperiment(path.join(out, 'experiment.yaml'));
    expect(result).toMatchObject({
      experiment: 'digits',
      hash: experimentHash(loaded.experiment),
      seed: 7,
      strategy: 'magnitude',
      status: 'done',
      shrunk: null,
      sparse: null,
      backend: { name: expect.stringMatching(/^(tensorflow|wasm|cpu)$/), version: expect.stringMatching(/^\d/) },
      versions: { espalier: expect.stringMatching(/^\d/), node: process.version, tfjs: tf.version_core },
    });
    expect(result.failures).toBeUndefined();

    // By hand: kernels 784×32, 32×16, 16×10, biases 32, 16, 10.
    const kernels = 784 * 32 + 32 * 16 + 16 * 10;
    const { dense, pruned } = result;
    expect(dense).toMatchObject({ parameters: kernels + 58, nonzero: kernels + 58, bytes: 4 * (kernels + 58), macs: kernels });
    // Half of the 160 of the output, and 80 % of the other two together.
    const gone = 80 + Math.round(0.8 * (784 * 32 + 32 * 16));
    expect(pruned).toMatchObject({
      parameters: kernels + 58,
      nonzero: kernels + 58 - gone,
      macs: kernels - gone,
      sparsity: gone / kernels,
    });
    expect(result.asked).toBeCloseTo(gone / kernels, 4);
    expect(result.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['dense/kernel', [784, 32]],
      ['dense_1/kernel', [32, 16]],
      ['output/kernel', [16, 10]],
    ]);
    expect(result.parameters[2]?.sparsity).toBe(0.5);
    for (const { threshold } of result.parameters) expect(threshold).toBeGreaterThan(0);
    expect(dense?.accuracy).toBeGreaterThan(0.8);
    expect(pruned?.trainAccuracy).toBeGreaterThan(0.8);
    for (const { latencyMs } of [dense, pruned] as { latencyMs: number }[]) expect(latencyMs).toBeGreaterThan(0);

    // What is stored: weights gzipped beside the plain ones, which are all there once unpacked.
    const weights = path.join(out, 'model', 'weights.bin');
    expect(pruned?.bytes).toBe(statSync(`${weights}.gz`).size);
    expect(gunzipSync(readFileSync(`${weights}.gz`)).equals(readFileSync(weights))).toBe(true);
    expect(existsSync(path.join(out, 'checkpoint.bin'))).toBe(false);

    await checkSaved(path.join(out, 'experiment.yaml'), out, result);
  });

  test('twice the same: masks, accuracies, bytes', async () => {
    const [first, second] = [await run({ config: MNIST }), await run({ config: MNIST })];
    expect(withoutTimes(second.result)).toEqual(withoutTimes(first.result));
    const weights = ({ out }: Ran) => readFileSync(path.join(out, 'model', 'weights.bin'));
    expect(weights(second).equals(weights(first))).toBe(true);
    // Nor is it the baseline alone that makes them the same.
    const [anew] = [await run({ config: MNIST, set: ['train.epochs=1'] })];
    expect(anew.result.pruned?.accuracy).not.toBe(first.result.pruned?.accuracy);
  });

  test('no tensor is left after a run, nor after a second one', async () => {
    await useBackend();
    const before = tf.memory().numTensors;
    await run({ config: MNIST, set: ['seed=8'] });
    expect(tf.memory().numTensors).toBe(before);
    await run({ config: MNIST, set: ['seed=8', 'prune.threshold=layer'] });
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the plan foretells what is stored, within 15 %', async () => {
    for (const sparsity of [0.8, 0.9, 0.95]) {
      const set = ['model={mlp: {hidden: [128, 64]}}', `prune.sparsity=${sparsity}`, 'prune.parameters=[]', 'prune.epochs=1'];
      const { result, said } = await run({ config: MNIST, set });
      const plan = said.find((event) => event.type === 'plan');
      const foretold = plan?.type === 'plan' ? (plan.plan.expected?.bytes ?? 0) : 0;
      expect(Math.abs(foretold / (result.pruned?.bytes ?? 0) - 1)).toBeLessThan(0.15);
      expect(result.pruned?.nonzero).toBe(plan?.type === 'plan' ? plan.plan.expected?.nonzero : 0);
    }
  });

  test('what it takes is training: the rest is little, and the times add up', async () => {
    const started = performance.now();
    const { result } = await run({ config: MNIST, set: ['seed=9', 'prune.epochs=3'] });
    const whole = (performance.now() - started) / 1000;
    const { denseS, pruneS, scoreS, trainS, measureS, saveS } = result.timing;
    console.info(`digits: ${JSON.stringify({ whole, ...result.timing })}`);
    expect(scoreS + trainS).toBeLessThanOrEqual(pruneS);
    expect(denseS + pruneS + measureS + saveS).toBeLessThanOrEqual(whole);
    for (const seconds of [denseS, pruneS, scoreS, trainS, measureS, saveS]) expect(seconds).toBeGreaterThan(0);
  });
});

/** Plain tfjs loads the model, and its answers are those that were measured. */
async function checkSaved(config: string, out: string, result: RunResult): Promise<void> {
  const model = await tf.loadLayersModel(fileHandler(path.join(out, 'model', 'model.json')));
  const prepared = await prepare(await loadExperiment(config));
  const { test: samples } = prepared.data;
  const { inputs, targets } = samplesFor(model, samples);
  const [input, target] = [inputs[0], targets[0]];
  if (input === undefined || target === undefined) throw new Error('no data');
  const pixels = tf.tidy(() => tf.mul(tf.tensor([...input.data], [samples.size, ...input.shape]), input.scale ?? 1));
  const answers = await tf.tidy(() => tf.argMax(model.predict(pixels) as tf.Tensor, -1)).data();
  const right = answers.filter((answer, i) => answer === target.data[i]).length;
  expect(right / samples.size).toBe(result.pruned?.accuracy);
  const kernels = model.getWeights().filter(({ shape }) => shape.length > 1);
  for (const [i, kernel] of kernels.entries()) {
    const zeros = [...(await kernel.data())].filter((weight) => weight === 0).length;
    expect(zeros / kernel.size).toBe(result.parameters[i]?.sparsity);
  }
  prepared.dispose();
  model.dispose();
  pixels.dispose();
}

const CPU = { set: ['backend=cpu'] };

describe('on plain JavaScript', () => {
  test('twice the same, though nothing is shared', async () => {
    const first = await run(CPU);
    expect(first.result.status).toBe('done');
    const cache = process.env['ESPALIER_CACHE'];
    process.env['ESPALIER_CACHE'] = temporaryFolder();
    const second = await run(CPU);
    process.env['ESPALIER_CACHE'] = cache;
    expect(second.result.timing.denseS).toBeGreaterThan(0);
    expect(withoutTimes(second.result)).toEqual(withoutTimes(first.result));
  });

  test('the log: dense training, dense figures, cut, pruning; the same where the baseline was there already', async () => {
    const set = ['backend=cpu', 'seed=21'];
    const [trained, found] = [await run({ set }), await run({ set })];
    const lines = events(trained.out);
    expect(withoutLogs(lines)).toEqual([
      ...Array.from({ length: 8 }, () => [...Array(15).fill('step'), 'epoch']).flat(),
      'dense',
      'cut',
      ...Array.from({ length: 4 }, () => [...Array(15).fill('step'), 'epoch']).flat(),
    ]);
    expect(lines.every(({ at }) => /^\d{4}-\d\d-\d\dT/.test(at))).toBe(true);
    expect(plainEvents(found.out)).toEqual(plainEvents(trained.out));
    expect(found.result.timing.denseS).toBe(0);
    expect(withoutLogs(trained.said).slice(0, 2)).toEqual(['plan', 'backend']);
  });

  test('a record is given back at once, until it is asked for anew', async () => {
    const { out, result } = await run(CPU);
    const before = statSync(path.join(out, 'result.json')).mtimeMs;
    const again = await run({ ...CPU, out });
    expect(again.result).toEqual(result);
    expect(withoutLogs(again.said)).toEqual(['plan', 'recorded']);
    expect(statSync(path.join(out, 'result.json')).mtimeMs).toBe(before);
    const anew = await run({ ...CPU, out, fresh: true });
    expect(typesOf(anew.said)).toContain('cut');
    expect(withoutTimes(anew.result)).toEqual(withoutTimes(result));
    expect(events(out).filter(({ type }) => type === 'cut')).toHaveLength(1);
  });

  test('a record of data that has changed since is not the answer, and not thrown away', async () => {
    const folder = temporaryFolder();
    const { out } = await run({ ...CPU, folder });
    const record = readFileSync(path.join(out, 'result.json'), 'utf8');
    const files = { 'points.csv': pointsCsv(300, 5) };
    expect(await messageOf(run({ ...CPU, folder, files, out }))).toBe(
      `EspalierError: ${out}: the record here is of other files: the content of the data has changed since. Run it anew with --fresh, or choose another folder with --out`,
    );
    expect(readFileSync(path.join(out, 'result.json'), 'utf8')).toBe(record);
    const anew = await run({ ...CPU, folder, files, out, fresh: true });
    expect(anew.result.fingerprints).not.toEqual(JSON.parse(record).fingerprints);
  });

  test('a record that a hand has garbled is refused by name', async () => {
    const { out } = await run(CPU);
    writeFileSync(path.join(out, 'result.json'), '{ "hash": ');
    expect(await messageOf(run({ ...CPU, out }))).toContain(`${path.join(out, 'result.json')}: is not JSON`);
  });

  test('the experiment.yaml of a run folder can be run again, from wherever: paths in it start where they did', async () => {
    const { out, result } = await run({ set: ['backend=cpu', ...trial('{steadily: {every: 15}}')] });
    const loaded = await loadExperiment(path.join(out, 'experiment.yaml'));
    expect(experimentHash(loaded.experiment, loaded.plugins)).toBe(result.hash);
    const other = path.join(temporaryFolder(), 'other');
    expect(withoutTimes(await runExperiment(loaded, { out: other }))).toEqual(withoutTimes(result));
    // In its own folder it is the record that is there.
    expect(await runExperiment(loaded, { out })).toEqual(result);
    const { out: third } = await run({ ...CPU, out: path.join(temporaryFolder(), 'x') });
    expect(readFileSync(path.join(third, 'experiment.yaml'), 'utf8')).toMatch(/^# base: "\.\./m);
  });

  test('a plugin whose source was changed is another experiment', async () => {
    const file = writePoints({ files: { 'helper.ts': 'export const helper = 1;\n' } });
    const hash = async () => {
      const { experiment, plugins } = await loadExperiment(file, { set: trial('shy') });
      return experimentHash(experiment, plugins);
    };
    const plugin = path.join(path.dirname(file), 'trials.ts');
    const source = readFileSync(plugin, 'utf8');
    const first = await hash();
    writeFileSync(plugin, `${source}// changed\n`);
    expect(await hash()).not.toBe(first);
    writeFileSync(plugin, source);
    expect(await hash()).toBe(first);
    writeFileSync(plugin, `import './helper.ts';\n${source}`);
    const second = await hash();
    writeFileSync(path.join(path.dirname(file), 'helper.ts'), 'export const helper = 2;\n');
    expect(await hash()).not.toBe(second);
  });

  test('what the config expects and what does not hold: the run fails, with a sentence each', async () => {
    const expected =
      'expect={accuracy: {min: 0.2}, accuracyDrop: {max: -1}, sparsity: {min: 0.5}, macs: {max: 10}, denseAccuracy: {min: 0.99999}}';
    const { result } = await run({ set: ['backend=cpu', expected] });
    expect(result.status).toBe('failed');
    expect(result.failures).toEqual([
      expect.stringMatching(/^expect\.accuracyDrop: -?\S+ is more than -1$/),
      'expect.macs: 88 is more than 10',
      ...(result.dense?.accuracy === 1 ? [] : [expect.stringMatching(/^expect\.denseAccuracy: 0\.\d+ is less than 0\.99999$/)]),
    ]);
    expect(result.pruned).not.toBeNull();
  });

  test('rewound to a step of the dense training, which is trained once for it', async () => {
    const { result, out } = await run({ set: ['backend=cpu', ...trial('{ticket: {to: step-30}}')] });
    expect(result.status).toBe('done');
    expect(events(out).filter(({ type }) => type === 'rewind')).toMatchObject([{ to: 'step-30' }, { to: 'step-30' }]);
    expect(result.pruned?.sparsity).toBe(0.5);
  });

  test.each(['random', 'shuffled', 'reinitialised', 'scratch'])('under the control "%s", which its record names', async (control) => {
    const { result, out } = await run({ set: ['backend=cpu', `prune.control=${control}`] });
    expect(result).toMatchObject({ status: 'done', control, strategy: 'magnitude', pruned: { sparsity: 0.5 } });
    const steps = events(out).filter(({ type, phase }) => type === 'epoch' && phase === 'prune');
    expect(steps).toHaveLength({ random: 4, shuffled: 8, reinitialised: 8, scratch: 16 }[control] ?? 0);
  });

  test('regression has no accuracy', async () => {
    const config = POINTS.replace('target: class', 'target: y, task: regression').replace(
      '{ mlp: { hidden: [16, 8] } }',
      '{ mlp: { hidden: [8] } }',
    );
    const { result } = await run({ config, ...CPU });
    expect(result.dense).toMatchObject({ accuracy: null, trainAccuracy: null, loss: expect.any(Number) });
    expect(result.status).toBe('done');
  });

  test('what is wrong with the config is found before anything is written', async () => {
    for (const set of [
      ['prune.parameters=[{match: nope, exclude: true}]'],
      trial('{steadily: {every: 1000}}'),
      ['data={csv: {file: nope.csv, target: class}}'],
    ]) {
      const out = path.join(temporaryFolder(), 'out');
      const error = await run({ set: ['backend=cpu', ...set], out }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect(existsSync(out)).toBe(false);
    }
    expect(cacheFolder()).toBe(process.env['ESPALIER_CACHE']);
  });
});
