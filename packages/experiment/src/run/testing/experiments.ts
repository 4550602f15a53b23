import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';
import { type LoadedExperiment, loadExperiment } from '../../config/index.ts';
import type { LoggedEvent } from '../event-log.ts';
import type { RunResult } from '../result.ts';
import { RUN_FILES } from '../run-folder.ts';

// A moment on a machine at rest; the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A folder that goes with the tests of a file. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'espalier-run-')));
  made.push(folder);
  return folder;
}

/** Baselines that no other test file sees. */
process.env['ESPALIER_CACHE'] = temporaryFolder();

/** Points in the plane, of class 1 where x > y: something that a tiny net learns in a moment. */
export function pointsCsv(rows = 300, shift = 0): string {
  const lines = ['x,y,class'];
  for (let i = shift; i < rows + shift; i++) {
    const [x, y] = [Math.sin(i * 12.9898), Math.sin(i * 78.233)];
    lines.push(`${x.toFixed(4)},${y.toFixed(4)},${x > y ? 1 : 0}`);
  }
  return `${lines.join('\n')}\n`;
}

/** 2-16-8-2: kernels of 32, 128 and 16, biases of 16, 8 and 2; 202 in all. 240 training samples, 60 to test with. */
export const POINTS = `name: points
seed: 3
data: { csv: { file: points.csv, target: class } }
model: { mlp: { hidden: [16, 8] } }
train: { epochs: 8, batchSize: 16, optimizer: { adam: { learningRate: 0.02 } } }
prune:
  strategy: magnitude
  sparsity: 0.5
  epochs: 4
`;

/** Strategies and scorers that break something, or do what no built-in one does. */
export const PLUGIN = `
import { existsSync } from 'node:fs';
import { definePlugin, inject, injectable, OPTIONS, part, SCORER, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

@injectable()
class Gradual {
  constructor(@inject(OPTIONS) private readonly options, @inject(SCORER) private readonly scorer) {}
  async prune(run) {
    const { every, end } = this.options;
    await run.train(run.budget, async (step) => {
      if (step.number % every === 0) await run.cut(this.scorer, run.sparsity * Math.min(1, step.number / (end * run.budget.steps)));
    });
  }
}

@injectable()
class Ticket {
  constructor(@inject(OPTIONS) private readonly options, @inject(SCORER) private readonly scorer) {}
  async prune(run) {
    for (const share of [0.5, 1]) {
      await run.train(run.budget.split(3));
      await run.cut(this.scorer, run.sparsity * share);
      await run.rewind(this.options.to);
    }
    await run.train(run.budget.split(3));
  }
}

@injectable()
class Breaking {
  constructor(@inject(OPTIONS) private readonly options, @inject(SCORER) private readonly scorer) {}
  async prune(run) {
    await run.cut(this.scorer);
    await run.train(run.budget.split(2));
    if (run.rehearsal) return;
    if (this.options.how === 'endless') for (;;) await run.train(run.budget);
    if (this.options.how === 'waits') await new Promise(() => {});
    if (this.options.how === 'spins') for (;;);
    if (this.options.how === 'leaks') tf.zeros([3]);
    if (this.options.how === 'throws') throw new TypeError('nothing is defined');
    if (this.options.how === 'text') throw 'only text';
    if (this.options.how === 'writes') for (const { variable } of run.parameters) tf.tidy(() => variable.assign(tf.onesLike(variable)));
  }
}

@injectable()
class Lingering {
  constructor(@inject(OPTIONS) private readonly options, @inject(SCORER) private readonly scorer) {}
  async prune(run) {
    await run.cut(this.scorer);
    await run.train(run.budget, async () => {
      if (!run.rehearsal && existsSync(this.options.while)) await new Promise((resolve) => setTimeout(resolve, 50));
    });
  }
}

class InRehearsal {
  async prune() { throw new TypeError('not even in a rehearsal'); }
}

class Regrowing {
  async prune(run) {
    await run.cut({ score: (parameters) => parameters.map(({ variable }) => tf.abs(variable)) }, 0.25);
    await run.train(run.budget);
    if (!run.rehearsal) return;
    await run.cut({ score: () => [] });
  }
}

class NaNs {
  score(parameters) { return parameters.map(({ shape }) => tf.fill(shape, NaN)); }
}

class Shapeless {
  score(parameters) { return parameters.map(() => tf.zeros([2])); }
}

class Leaky {
  score(parameters) { return parameters.map(({ variable }) => tf.neg(tf.abs(variable))); }
}

class Changing {
  score(parameters) {
    for (const { variable } of parameters) tf.tidy(() => variable.assign(tf.abs(variable)));
    return parameters.map(({ variable }) => variable.clone());
  }
}

class Throwing {
  score() { throw new Error('no scores today'); }
}

const scorer = part('scorer', 'magnitude');
export default definePlugin({
  name: 'trials',
  scorers: { nans: { use: NaNs }, shapeless: { use: Shapeless }, leaky: { use: Leaky }, changing: { use: Changing }, throwing: { use: Throwing } },
  strategies: {
    steadily: { use: Gradual, options: z.object({ scorer, every: z.int().default(10), end: z.number().default(0.5) }) },
    ticket: { use: Ticket, options: z.object({ scorer, to: z.string().default('initial') }) },
    breaking: { use: Breaking, options: z.object({ scorer, how: z.string() }) },
    lingering: { use: Lingering, options: z.object({ scorer, while: z.string() }) },
    inRehearsal: { use: InRehearsal },
    shy: { use: Regrowing },
  },
});
`;

export interface Wanted {
  /** Arguments of --set. */
  readonly set?: readonly string[];
  readonly config?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Writes the points experiment into a folder of its own. The path of its config. */
export function writePoints({ config = POINTS, files = {}, folder = temporaryFolder() }: Wanted = {}): string {
  const all = { 'points.csv': pointsCsv(), 'trials.ts': PLUGIN, 'x.yaml': config, ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(path.join(folder, name), text);
  return path.join(folder, 'x.yaml');
}

export async function points(wanted: Wanted = {}): Promise<LoadedExperiment> {
  return loadExperiment(writePoints(wanted), { set: wanted.set });
}

/** An argument of --set that chooses a strategy of the plugin. */
export function trial(strategy: string): string[] {
  return ['plugins=[./trials.ts]', `prune.strategy=${strategy}`];
}

export function events(folder: string): LoggedEvent[] {
  const lines = readFileSync(path.join(folder, RUN_FILES.events), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as LoggedEvent);
}

/** What two runs of the same experiment have in common: everything but the time it took. */
export function plainEvents(folder: string): unknown[] {
  return events(folder).map(({ at: _at, seconds: _seconds, ...event }) => event);
}

export function withoutTimes({ timing: _timing, dense, pruned, ...rest }: RunResult) {
  return { ...rest, dense: { ...dense, latencyMs: 0 }, pruned: { ...pruned, latencyMs: 0 } };
}

export async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing went wrong',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

const DIST = new URL('../../../dist/index.js', import.meta.url).href;
const INTERNALS = (name: string) => new URL(`../../../dist/run/${name}.js`, import.meta.url).href;

export interface RunInChild {
  readonly set?: readonly string[];
  /** Seconds. */
  readonly checkpointEvery?: number;
  /** Seconds. */
  readonly timeLimit?: number;
  /** The folder of baselines. */
  readonly cache?: string;
}

/** A process of its own that runs an experiment and says each event: its type, phase, and how many steps are done. SIGINT cancels it. */
export function runInChild(file: string, out: string, { set = [], checkpointEvery = 10, timeLimit, cache }: RunInChild = {}): Child {
  const program = `
    import { loadExperiment, runExperiment } from ${JSON.stringify(DIST)};
    const controller = new AbortController();
    process.on('SIGINT', () => controller.abort());
    const loaded = await loadExperiment(${JSON.stringify(file)}, { set: ${JSON.stringify(set)} });
    const onEvent = ({ type, phase, done }) => console.log([type, phase, done].filter(Boolean).join(' '));
    const checkpointEvery = ${checkpointEvery};
    const timeLimit = ${timeLimit};
    try {
      await runExperiment(loaded, { out: ${JSON.stringify(out)}, onEvent, signal: controller.signal, checkpointEvery, timeLimit });
    } catch (error) {
      if (error.name !== 'Cancelled') throw error;
      process.exitCode = 130;
    }`;
  return new Child(program, cache === undefined ? {} : { ESPALIER_CACHE: cache });
}

/** A process of its own that makes a dense baseline, says each event, and at last a checksum of its weights. */
export function baselineInChild(file: string, folder: string, set: readonly string[], { checkpointEvery = 10 } = {}): Child {
  return new Child(`
    import { createHash } from 'node:crypto';
    import { useBackend } from '@espalier/backend-node';
    import { denseBaseline, loadExperiment, prepare } from ${JSON.stringify(DIST)};
    const loaded = await loadExperiment(${JSON.stringify(file)}, { set: ${JSON.stringify(set)} });
    await useBackend({ choice: loaded.experiment.backend });
    const onEvent = ({ type, done }) => console.log(type, done);
    const { snapshots } = await denseBaseline(await prepare(loaded), {
      folder: ${JSON.stringify(folder)}, hash: 'abc', steps: [], circumstances: {}, onEvent, checkpointEvery: ${checkpointEvery},
    });
    const hash = createHash('sha256');
    for (const { data } of Object.values(snapshots.dense)) hash.update(new Uint8Array(data.buffer));
    console.log('weights', hash.digest('hex'));`);
}

/** A process of its own that takes a lock, says so, and sleeps. */
export function lockInChild(file: string): Child {
  return new Child(`
    import { ProcessLock } from ${JSON.stringify(INTERNALS('process-lock'))};
    await ProcessLock.take(${JSON.stringify(file)}, { onWait() {} });
    console.log('locked');
    setInterval(() => {}, 1000);`);
}

export class Child {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  stderr = '';
  private readonly listeners = new Set<(line: string) => void>();

  constructor(program: string, env: Record<string, string> = {}) {
    const cwd = fileURLToPath(new URL('../../../', import.meta.url));
    this.process = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd, env: { ...process.env, ...env } });
    let half = '';
    this.process.stdout?.on('data', (data) => {
      const lines = `${half}${data}`.split('\n');
      half = lines.pop() ?? '';
      for (const line of lines) {
        this.lines.push(line);
        for (const listener of this.listeners) listener(line);
      }
    });
    this.process.stderr?.on('data', (data) => {
      this.stderr += data;
    });
    this.ended = new Promise((resolve) => this.process.on('close', resolve));
  }

  /** Resolves with the first line that fits; rejects where the process ends without one. */
  async says(wanted: (line: string) => boolean): Promise<string> {
    const found = this.lines.find(wanted);
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      this.listeners.add((line) => wanted(line) && resolve(line));
      void this.ended.then((status) => reject(new Error(`ended with ${status} before it said so: ${this.stderr}`)));
    });
  }

  /** Resolves when it has said so many lines in all. */
  async saysTimes(lines: number): Promise<void> {
    await this.says(() => this.lines.length >= lines);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}
