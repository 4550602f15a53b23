import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadExperiment } from '../config/parse-experiment.ts';
import { runExperiment } from '../run/run-experiment.ts';
import { POINTS, temporaryFolder, trial, withoutTimes } from '../run/testing/experiments.ts';
import { JobPerformer } from './perform-job.ts';
import { planSweep } from './plan-sweep.ts';
import { runSweep } from './run-sweep.ts';
import type { SweepEvent } from './running-sweep.ts';
import { records, SMALL, sweepOf, writeSweep } from './testing/sweeps.ts';
import { type Job, type Worker, WorkerLost } from './worker.ts';

const newFolder = () => path.join(temporaryFolder(), 'sweep');

/** A worker in this process; several of them take turns at the one backend. */
class HereWorker implements Worker {
  static readonly jobs: Job[] = [];
  private static last: Promise<unknown> = Promise.resolve();
  private readonly performer = new JobPerformer();

  run(job: Job, around: Parameters<Worker['run']>[1]): ReturnType<Worker['run']> {
    // What crosses is data.
    const crossed = JSON.parse(JSON.stringify(job)) as Job;
    HereWorker.jobs.push(crossed);
    const outcome = HereWorker.last.then(() => this.performer.perform(crossed, around));
    HereWorker.last = outcome.catch(() => {});
    return outcome.then((each) => JSON.parse(JSON.stringify(each)));
  }

  async close(): Promise<void> {}
}
const here = { makeWorkers: ({ workers }: { workers: number }) => Array.from({ length: workers }, () => new HereWorker()) };

describe('a sweep on processes of this machine', () => {
  test('runs each experiment once, with the numbers that espalier run gives; a dense baseline is trained once', async () => {
    const sweep = await sweepOf(SMALL);
    const out = newFolder();
    const events: SweepEvent[] = [];
    const result = await runSweep(sweep, { out, workers: 2, onEvent: (event) => events.push(event) });
    expect(result).toMatchObject({ status: 'done', counts: { done: 4, failed: 0, missing: 0, ranNow: 4 } });
    const found = records(out);
    expect(Object.keys(found)).toEqual(['gradual_seed-1', 'gradual_seed-2', 'magnitude_seed-1', 'magnitude_seed-2']);
    for (const seed of [1, 2]) {
      const trainings = ['gradual', 'magnitude'].map((name) => found[`${name}_seed-${seed}`]?.timing.denseS ?? 0);
      expect(trainings.filter((seconds) => seconds > 0)).toHaveLength(1);
    }
    const file = path.join(path.dirname(sweep.file), 'x.yaml');
    const alone = await runExperiment(await loadExperiment(file, { set: ['seed=2', 'prune.strategy=gradual'] }), { out: newFolder() });
    expect(withoutTimes(found['gradual_seed-2'] as never)).toEqual(withoutTimes(alone));
    expect(events.filter(({ type }) => type === 'ended')).toHaveLength(4);
    expect(events.some((event) => event.type === 'progress' && event.phase === 'prune' && event.sparsity > 0)).toBe(true);

    const folder = path.join(out, 'runs', readdirSync(path.join(out, 'runs'))[0] as string);
    expect(JSON.parse(readFileSync(path.join(folder, 'variant.json'), 'utf8'))).toEqual({
      ...{ sweep: 'sweep', run: 'gradual_seed-1', hash: found['gradual_seed-1']?.hash, values: { 'prune.strategy': 'gradual', seed: 1 } },
    });
    const lines = readFileSync(path.join(out, 'runs.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).name)).toEqual(sweep.runs.map(({ name }) => name));
    // A run of a sweep can be run by itself: it is recorded there already.
    const again = await runExperiment(await loadExperiment(path.join(folder, 'experiment.yaml')), { out: folder });
    expect(again.hash).toBe(found['gradual_seed-1']?.hash);
  });

  test('a worker that dies takes one attempt down', async () => {
    // It kills its own process, the first time only.
    const dying = `export default { name: 'dying', strategies: { dying: { use: class { async prune(run) {
      await run.cut({ score: (parameters) => parameters.map(({ variable }) => variable.abs()) });
      const fs = await import('node:fs');
      if (run.rehearsal || fs.existsSync(process.env.DIED)) return;
      fs.writeFileSync(process.env.DIED, '');
      process.kill(process.pid, 'SIGKILL');
    } } } } };`;
    process.env['DIED'] = path.join(temporaryFolder(), 'died');
    const file = writeSweep('base: x.yaml\nvary: { prune.strategy: [magnitude, dying] }\n', { base: `${POINTS}plugins: [./dying.mjs]\n` });
    writeFileSync(path.join(path.dirname(file), 'dying.mjs'), dying);
    const { loadSweep } = await import('./parse-sweep.ts');
    const out = newFolder();
    const events: SweepEvent[] = [];
    const result = await runSweep(await loadSweep(file), { out, workers: 1, onEvent: (event) => events.push(event) });
    expect(result.counts).toMatchObject({ done: 2, failed: 0 });
    const failed = events.filter((event) => event.type === 'failed');
    expect(failed).toMatchObject([
      { run: { name: 'dying' }, attempt: 1, again: true, error: expect.stringContaining('was killed by SIGKILL') },
    ]);
    const folder = readdirSync(path.join(out, 'runs')).find((name) => name.startsWith('dying')) as string;
    const { attempts } = JSON.parse(readFileSync(path.join(out, 'runs', folder, 'attempts.json'), 'utf8'));
    expect(attempts).toMatchObject([{ error: expect.stringContaining('SIGKILL') }]);
  });

  test('a model whose layers have no names is given the names that it has when it runs alone', async () => {
    const net = `import * as tf from '@tensorflow/tfjs';
export default (task: any) => tf.sequential({ layers: [
  tf.layers.dense({ units: 8, inputShape: [2] }), tf.layers.dense({ units: task.outputs, activation: 'softmax' }),
] });`;
    const base = POINTS.replace('{ mlp: { hidden: [16, 8] } }', '{ module: { path: net.ts } }');
    const file = writeSweep('base: x.yaml\nvary: { prune.sparsity: [0.25, 0.5] }\n', {
      base: `${base}  parameters: [{ match: dense_Dense2, exclude: true }]\n`,
    });
    writeFileSync(path.join(path.dirname(file), 'net.ts'), net);
    const { loadSweep } = await import('./parse-sweep.ts');
    const out = newFolder();
    const result = await runSweep(await loadSweep(file), { out, workers: 1 });
    expect(result.runs.flatMap(({ failures = [] }) => failures)).toEqual([]);
    for (const { parameters } of Object.values(records(out))) expect(parameters.map(({ name }) => name)).toEqual(['dense_Dense1/kernel']);
  });
});

test('a dense model is trained once, though strategies rewind to different steps of it', async () => {
  const tickets = '[{ ticket: { to: step-5 } }, { ticket: { to: step-20 } }, magnitude]';
  const base = `${POINTS.replace('seed: 3', 'seed: 31')}plugins: [./trials.ts]\n`;
  const out = newFolder();
  const result = await runSweep(await sweepOf(`base: x.yaml\nvary: { prune.strategy: ${tickets} }\n`, { base }), { out, ...here });
  expect(result.counts).toMatchObject({ done: 3 });
  expect(Object.values(records(out)).filter(({ timing }) => timing.denseS > 0)).toHaveLength(1);
});

describe('what is done', () => {
  test('is not done again; more values do what is missing; another config is another run', async () => {
    const out = newFolder();
    const file = writeSweep('base: x.yaml\nvary: { seed: [1] }\n');
    const { loadSweep } = await import('./parse-sweep.ts');
    await runSweep(await loadSweep(file), { out, ...here });
    const before = readFileSync(path.join(out, 'runs', readdirSync(path.join(out, 'runs'))[0] as string, 'result.json'), 'utf8');

    const again = await runSweep(await loadSweep(file), { out, ...here });
    expect(again.counts).toEqual({ done: 1, failed: 0, missing: 0, ranNow: 0 });
    const more = await runSweep(await loadSweep(file, { set: ['vary.seed=[1, 2]'] }), { out, ...here });
    expect(more.counts).toEqual({ done: 2, failed: 0, missing: 0, ranNow: 1 });
    // The same experiment under another name, as it varies in more ways now.
    const renamed = await runSweep(await loadSweep(file, { set: ['vary.prune.epochs=[4]', 'vary.seed=[1]'] }), { out, ...here });
    expect(renamed.counts.ranNow).toBe(0);
    expect(readFileSync(path.join(renamed.runs[0]?.folder ?? '', 'result.json'), 'utf8')).toBe(before);

    const plan = await planSweep(await loadSweep(file, { set: ['prune.epochs=3'] }), { out });
    expect(plan.runs.map(({ recorded }) => recorded)).toEqual([undefined]);
    expect(plan.others).toBe(2);
  });

  test('is not touched where its folder is of another sweep, a run, or something else', async () => {
    const out = newFolder();
    await runSweep(await sweepOf('name: first\nbase: x.yaml\nvary: { seed: [1] }\n'), { out, ...here });
    const other = await sweepOf('name: second\nbase: x.yaml\nvary: { seed: [1] }\n');
    await expect(runSweep(other, { out, ...here })).rejects.toThrow('this folder holds another sweep, "first", and not "second"');
    const run = path.join(out, 'runs', readdirSync(path.join(out, 'runs'))[0] as string);
    await expect(runSweep(other, { out: run, ...here })).rejects.toThrow('this folder holds a run, and no sweep');
    const full = temporaryFolder();
    writeFileSync(path.join(full, 'thesis.doc'), '');
    await expect(runSweep(other, { out: full, ...here })).rejects.toThrow('this folder holds something else');
    await expect(runSweep(other, { out: path.join(full, 'thesis.doc'), ...here })).rejects.toThrow(
      'is no folder that a sweep can be kept in',
    );
  });

  test('is named where its record was edited by hand; the rest goes on', async () => {
    const out = newFolder();
    const sweep = await sweepOf('base: x.yaml\nvary: { seed: [1, 2, 3] }\n');
    await runSweep(sweep, { out, ...here });
    const folders = readdirSync(path.join(out, 'runs')).map((name) => path.join(out, 'runs', name));
    writeFileSync(path.join(folders[0] as string, 'result.json'), '{ "hash": ');
    rmSync(path.join(folders[1] as string, 'result.json'));
    const result = await runSweep(sweep, { out, ...here });
    expect(result.counts).toEqual({ done: 2, failed: 1, missing: 0, ranNow: 1 });
    expect(result.runs.find(({ status }) => status === 'failed')?.failures?.[0]).toMatch(/result\.json: is not JSON/);
    expect(readFileSync(path.join(folders[0] as string, 'result.json'), 'utf8')).toBe('{ "hash": ');
  });
});

describe('a run that fails', () => {
  const breaking = 'base: x.yaml\nvary: { prune.strategy: [{ breaking: { how: throws } }, magnitude, gradual] }\n';
  const set = trial('magnitude').slice(0, 1);

  test('is tried again as often as is said, then recorded with its error; the sweep goes on', async () => {
    const out = newFolder();
    const events: SweepEvent[] = [];
    const result = await runSweep(await sweepOf(breaking, { set }), { out, retries: 2, onEvent: (event) => events.push(event), ...here });
    expect(result).toMatchObject({ status: 'failed', counts: { done: 2, failed: 1, missing: 0 } });
    const failed = events.flatMap((event) => (event.type === 'failed' ? [[event.attempt, event.again]] : []));
    expect(failed).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
    const record = records(out)['breaking-how-throws'];
    expect(record).toMatchObject({ status: 'failed', pruned: null, failures: [expect.stringContaining('nothing is defined')] });
    // It is what is missing.
    const again = await runSweep(await sweepOf(breaking, { set }), { out: newFolder(), retries: 0, ...here });
    expect(again.runs[0]).toMatchObject({ status: 'failed', failures: [expect.stringContaining('nothing is defined')] });
  });

  test('is not tried again where it can only come out the same', async () => {
    const base = POINTS.replace('learningRate: 0.02', 'learningRate: 1e30').replace('adam', 'sgd');
    const events: SweepEvent[] = [];
    const result = await runSweep(await sweepOf('base: x.yaml\nvary: { seed: [1] }\n', { base }), {
      ...{ out: newFolder(), retries: 5, onEvent: (event) => events.push(event), ...here },
    });
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([{ attempt: 1, again: false }]);
    expect(result.runs[0]?.failures?.[0]).toContain('diverged');
  });

  test('stops the sweep where that is asked for', async () => {
    const text = 'base: x.yaml\nvary: { prune.strategy: [{ breaking: { how: throws } }], seed: [1, 2, 3] }\n';
    const result = await runSweep(await sweepOf(text, { set }), { out: newFolder(), retries: 0, failFast: true, workers: 1, ...here });
    expect(result).toMatchObject({ status: 'failed', counts: { done: 0, failed: 1, missing: 2 } });
  });

  test('that is recorded, what it expects not holding, is complete', async () => {
    const base = `${POINTS}expect: { bytes: { max: 10 } }\n`;
    const out = newFolder();
    const sweep = await sweepOf('base: x.yaml\nvary: { seed: [1] }\n', { base });
    expect((await runSweep(sweep, { out, ...here })).counts).toMatchObject({ failed: 1, ranNow: 1 });
    const again = await runSweep(sweep, { out, ...here });
    expect(again.counts).toMatchObject({ failed: 1, ranNow: 0 });
    expect(again.runs[0]?.failures).toEqual([expect.stringMatching(/^expect\.bytes/)]);
  });

  test('because its worker died has a record, too; workers that all die end the sweep', async () => {
    const lost = { run: () => Promise.reject(new WorkerLost('the worker process was killed by SIGSEGV')), close: async () => {} };
    const makeWorkers = () => [lost];
    const out = newFolder();
    await runSweep(await sweepOf('base: x.yaml\nvary: { seed: [1] }\n'), { out, makeWorkers, retries: 1 });
    expect(Object.values(records(out))).toMatchObject([{ status: 'failed', failures: [expect.stringContaining('SIGSEGV')], pruned: null }]);
    const many = await sweepOf('base: x.yaml\nvary: { seed: [1, 2, 3, 4, 5, 6, 7, 8] }\n');
    await expect(runSweep(many, { out: newFolder(), makeWorkers, retries: 0 })).rejects.toThrow('5 workers died and no run was done');
  });
});

describe('before anything is run', () => {
  test('what shows only with data and model is refused, each with the run that it is of', async () => {
    const text = 'base: x.yaml\nvary: { prune.granularity: [element, { nm: { n: 2, m: 4 } }], prune.sparsity: [0.4, 0.9], seed: [1, 2] }\n';
    const out = newFolder();
    const told = await runSweep(await sweepOf(text), { out, ...here }).catch((error: Error) => error);
    expect((told as Error).name).toBe('ConfigError');
    expect((told as Error).message).toMatch(
      /sweep\.yaml:2:\d+: a sparsity of 90 % is out of reach[\s\S]*in the run nm-n-2-m-4_sparsity-0\.9_seed-1/,
    );
    expect((told as Error).message.match(/out of reach/g)).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });

  test('data that is not there is shown in the base', async () => {
    const base = POINTS.replace('points.csv', 'nowhere.csv');
    await expect(runSweep(await sweepOf(SMALL, { base }), { out: newFolder(), ...here })).rejects.toThrow(
      /x\.yaml:3:\d+[\s\S]*nowhere\.csv/,
    );
  });

  test('the plan says what is missing and how long it takes, the longest first to run', async () => {
    const out = newFolder();
    const sweep = await sweepOf('base: x.yaml\nvary: { prune.epochs: [2, 40, 8] }\n');
    HereWorker.jobs.length = 0;
    const plan = await planSweep(sweep, { out, workers: 1 });
    expect(existsSync(out)).toBe(false);
    expect(plan).toMatchObject({ workers: 1 });
    const [short, long, middle] = plan.runs.map(({ seconds }) => seconds) as [number, number, number];
    expect(long).toBeGreaterThan(middle);
    expect(middle).toBeGreaterThan(short);
    await runSweep(sweep, { out, workers: 1, ...here });
    expect(HereWorker.jobs.map(({ name }) => name)).toEqual(['epochs-40', 'epochs-8', 'epochs-2']);
  });
});

test('a sweep that is stopped keeps what is done, and goes on to the same numbers', async () => {
  const undisturbed = newFolder();
  const sweep = await sweepOf(SMALL);
  await runSweep(sweep, { out: undisturbed, ...here });
  const out = newFolder();
  const controller = new AbortController();
  const onEvent = (event: SweepEvent) => {
    if (event.type === 'ended') controller.abort();
  };
  await expect(runSweep(sweep, { out, workers: 2, signal: controller.signal, onEvent })).rejects.toThrow('cancelled');
  const before = readdirSync(path.join(out, 'runs')).filter((name) => existsSync(path.join(out, 'runs', name, 'result.json'))).length;
  expect(before).toBeLessThan(4);
  const result = await runSweep(sweep, { out, workers: 2 });
  expect(result.counts).toMatchObject({ done: 4, ranNow: 4 - before });
  const plain = (folder: string) => Object.entries(records(folder)).map(([name, result]) => [name, withoutTimes(result)]);
  expect(plain(out)).toEqual(plain(undisturbed));
});

test('two sweeps do not run in one folder at the same time', async () => {
  const out = newFolder();
  mkdirSync(out, { recursive: true });
  const sweep = await sweepOf(SMALL);
  const first = runSweep(sweep, { out, ...here });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await expect(runSweep(sweep, { out, ...here })).rejects.toThrow('another process is running this sweep');
  await first;
});

test('a run that hangs in an endless loop is ended when its time is up, named in its record, and the others go on', async () => {
  const sweep = await sweepOf('base: x.yaml\nvary: { prune.strategy: [{ breaking: { how: spins } }, magnitude] }\n', {
    base: `${POINTS}plugins: [./trials.ts]\n`,
  });
  const out = newFolder();
  const result = await runSweep(sweep, { out, workers: 1, retries: 0, timeLimit: 5 });
  expect(result.counts).toMatchObject({ done: 1, failed: 1 });
  const failed = Object.values(records(out)).find(({ status }) => status === 'failed');
  expect(failed?.failures?.[0]).toMatch(/^strategy "breaking" of trials, at step \d+: has not come to its end within 5 s/);
});
