import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import { Cancelled, type RunEvent, readWeights, type Samples } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { baselineHash } from '../config/index.ts';
import { type Baseline, type BaselineOptions, denseBaseline } from './baseline.ts';
import type { LoggedEvent } from './event-log.ts';
import { type PreparedExperiment, prepare } from './prepare.ts';
import { baselineInChild, points, temporaryFolder, writePoints } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

interface Trained {
  readonly baseline: Baseline;
  readonly events: readonly RunEvent[];
  readonly history: readonly LoggedEvent[];
  /** Of the model, afterwards. */
  readonly weights: Awaited<ReturnType<typeof readWeights>>;
}

async function train(options: Partial<BaselineOptions> = {}, set: readonly string[] = []): Promise<Trained> {
  const prepared = await prepare(await points({ set }));
  const events: RunEvent[] = [];
  let history: readonly LoggedEvent[] = [];
  try {
    const baseline = await denseBaseline(prepared, {
      folder,
      hash: 'abc',
      steps: [],
      circumstances: { data: prepared.data.fingerprint },
      onEvent: (event) => events.push(event),
      onHistory: (given) => {
        history = given;
      },
      ...options,
    });
    return { baseline, events, history, weights: await readWeights(prepared.model) };
  } finally {
    prepared.dispose();
  }
}

const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

test('is trained once and found again by its hash, with the history of its training', async () => {
  const before = tf.memory().numTensors;
  const first = await train();
  expect(first.baseline.seconds).toBeGreaterThan(0);
  expect(first.weights).toEqual(first.baseline.snapshots.dense);
  expect(first.baseline.snapshots.initial).not.toEqual(first.baseline.snapshots.dense);
  expect(first.history).toEqual([]);
  expect(typesOf(first.events).filter((type) => type === 'epoch')).toHaveLength(8);

  const second = await train();
  expect(second.events).toEqual([]);
  expect(second.baseline).toEqual({ ...first.baseline, seconds: 0 });
  expect(second.weights).toEqual(first.weights);
  expect(typesOf(second.history)).toEqual(typesOf(first.events));
  expect(second.history[0]).toMatchObject({ ...first.events[0], at: expect.stringMatching(/^\d{4}-/) });
  expect(readdirSync(folder)).toEqual(['abc.bin']);
  expect(tf.memory().numTensors).toBe(before);
});

test('the same config and seed give the same weights, another seed others', async () => {
  const first = await train();
  expect((await train({ hash: 'other' })).weights).toEqual(first.weights);
  expect((await train({ hash: 'seed' }, ['seed=4'])).weights).not.toEqual(first.weights);
});

test('no training, where the config asks for none', async () => {
  const { baseline, weights } = await train({}, ['train.epochs=0']);
  expect(baseline.snapshots.dense).toEqual(baseline.snapshots.initial);
  expect(weights).toEqual(baseline.snapshots.initial);
});

test('a damaged file is trained again', async () => {
  const first = await train();
  truncateSync(path.join(folder, 'abc.bin'), 1000);
  const again = await train();
  expect(again.events.length).toBeGreaterThan(0);
  expect(again.weights).toEqual(first.weights);
});

test('weights of single steps are kept: those of a training that ends there', async () => {
  const { baseline } = await train({ steps: [15, 40] });
  const oneEpoch = await train({ hash: 'one' }, ['train.epochs=1']);
  expect(baseline.snapshots['step-15']).toEqual(oneEpoch.weights);
  expect(baseline.snapshots['step-40']).not.toEqual(oneEpoch.weights);
});

test('other steps than those that are there: its training is gone through as far as those, and it has both afterwards', async () => {
  const first = await train({ steps: [15] });
  const second = await train({ steps: [40] });
  // It has no other story, and the same end.
  expect(second.events).toEqual([expect.objectContaining({ type: 'log', message: expect.stringContaining('again as far as step 40') })]);
  expect(second.baseline.history).toEqual(first.baseline.history);
  expect(second.weights).toEqual(first.weights);
  const whole = await train({ hash: 'whole', steps: [40] });
  expect(second.baseline.snapshots['step-40']).toEqual(whole.baseline.snapshots['step-40']);
  expect(Object.keys(second.baseline.snapshots).sort()).toEqual(['dense', 'initial', 'step-15', 'step-40']);
  expect(second.baseline.snapshots['step-15']).toEqual(first.baseline.snapshots['step-15']);
  expect((await train({ steps: [15] })).events).toEqual([]);
});

test('a step that an early stop never reached has no weights', async () => {
  const set = ['train.validationSplit=0.3', 'train.earlyStop={patience: 0, minDelta: 1}'];
  const { baseline } = await train({ steps: [5, 118] }, set);
  expect(baseline.stoppedEarly).toMatch(/validation loss has not improved/);
  expect(Object.keys(baseline.snapshots).sort()).toEqual(['dense', 'initial', 'step-5']);
});

test.each([{ steps: [] }, { steps: [20, 70] }])(
  'stopped and started again it comes to the same weights, and tells each thing once (steps $steps)',
  async ({ steps }) => {
    const whole = await train({ hash: 'whole', steps });
    const controller = new AbortController();
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent) => {
      events.push(event);
      if (event.type === 'step' && event.done === 50) controller.abort();
    };
    await expect(train({ steps, signal: controller.signal, onEvent })).rejects.toThrow(Cancelled);
    expect(readdirSync(folder).filter((name) => name.startsWith('abc'))).toEqual([
      `abc.bin.${steps.map((step) => `${step}.`).join('')}checkpoint`,
    ]);
    const rest = await train({ steps });
    expect(rest.weights).toEqual(whole.weights);
    expect(rest.baseline.snapshots).toEqual(whole.baseline.snapshots);
    expect(typesOf(rest.history)).toEqual(typesOf(events));
    expect([...typesOf(rest.history), ...typesOf(rest.events)]).toEqual(typesOf(whole.events));
    expect(readdirSync(folder).sort()).toEqual(['abc.bin', 'whole.bin']);
  },
);

test('a checkpoint of other data is not gone on from', async () => {
  const controller = new AbortController();
  const onEvent = (event: RunEvent) => event.type === 'step' && event.done === 50 && controller.abort();
  await expect(train({ signal: controller.signal, onEvent })).rejects.toThrow(Cancelled);
  const { events, history } = await train({ circumstances: { data: 'other' } });
  expect(history).toEqual([]);
  expect(events[0]).toEqual({ type: 'log', message: 'Starting anew: since the last checkpoint there is another data' });
  expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(8);
});

test('of two processes at the same time one trains, the other waits for it', async () => {
  const file = writePoints();
  const set = ['train.epochs=24', 'backend=cpu'];
  const both = [baselineInChild(file, folder, set), baselineInChild(file, folder, set)];
  expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
  const said = both.map(({ lines }) => lines.filter((line) => line.startsWith('epoch')).length);
  expect(said.sort()).toEqual([0, 24]);
  expect(both.flatMap(({ lines }) => lines.filter((line) => line.startsWith('weights')))).toHaveLength(2);
  expect(new Set(both.map(({ lines }) => lines.at(-1))).size).toBe(1);
});

test('killed in the middle it goes on from its checkpoint, to the same weights', async () => {
  const file = writePoints();
  const set = ['train.epochs=20', 'backend=cpu'];
  const whole = baselineInChild(file, temporaryFolder(), set);
  const killed = baselineInChild(file, folder, set, { checkpointEvery: 0.05 });
  await killed.says((line) => line === 'step 200');
  await killed.kill();
  expect(existsSync(path.join(folder, 'abc.bin'))).toBe(false);
  const rest = baselineInChild(file, folder, set);
  expect(await Promise.all([whole.ended, rest.ended])).toEqual([0, 0]);
  expect(rest.lines.at(-1)).toBe(whole.lines.at(-1));
  expect(rest.lines.filter((line) => line.startsWith('epoch')).length).toBeLessThan(15);
});

test('a folder that cannot be', async () => {
  const file = path.join(folder, 'abc.bin');
  await train();
  rmSync(path.join(folder, 'abc.bin.lock'), { force: true });
  await expect(train({ folder: path.join(file, 'x') })).rejects.toThrow(/a file is where a folder is needed/);
  expect(readFileSync(file).subarray(0, 18).toString()).toBe('espalier archive 1');
});

test('its hash is that of all that makes its weights: content of the data included', async () => {
  const hashOf = async (wanted: Parameters<typeof points>[0]) => {
    const loaded = await points(wanted);
    const prepared: PreparedExperiment = await prepare(loaded);
    prepared.dispose();
    const samples: Samples = prepared.data.train;
    expect(samples.size).toBeGreaterThan(0);
    return baselineHash(loaded.experiment, 'cpu', { tfjs: '4' }, { data: prepared.data.fingerprint, model: '' });
  };
  const hash = await hashOf({});
  expect(await hashOf({})).toBe(hash);
  expect(await hashOf({ set: ['prune.sparsity=0.7', 'name=y'] })).toBe(hash);
  expect(await hashOf({ files: { 'points.csv': 'x,y,class\n'.concat('1,2,1\n2,1,0\n'.repeat(20)) } })).not.toBe(hash);
  for (const set of ['seed=4', 'train.epochs=9', 'train.batchSize=8']) expect(await hashOf({ set: [set] })).not.toBe(hash);
});
