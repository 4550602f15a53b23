import path from 'node:path';
import { Cancelled, Registry } from '@espalier/core';
import { parse } from 'yaml';
import { experimentHash } from '../config/experiment-hash.ts';
import { type LoadedPlugin, loadPlugins } from '../config/load-plugins.ts';
import { type LoadedExperiment, parseExperiment } from '../config/parse-experiment.ts';
import { DatasetCache } from '../run/dataset-cache.ts';
import type { ExperimentEvent } from '../run/experiment-run.ts';
import { readIfThere, sweepHalves, writeAtomically } from '../run/files.ts';
import type { Plan } from '../run/plan.ts';
import { runExperiment } from '../run/run-experiment.ts';
import { OutOfTime } from '../run/time-limit.ts';
import { isAutoNamed } from './auto-names.ts';
import { VARIANT_FILE } from './sweep-folder.ts';
import type { Job, JobError, JobEvent, Outcome } from './worker.ts';

/** Milliseconds between two events that only say how far it is. */
const PACE = 100;

interface Around {
  readonly onEvent: (event: JobEvent) => void;
  readonly signal: AbortSignal;
}

/** Does jobs in this process, one after the other. What they share (plugins, datasets) is loaded once. */
export class JobPerformer {
  private readonly datasets = new DatasetCache();
  private readonly plugins = new Map<string, { readonly plugins: readonly LoadedPlugin[]; readonly registry: Registry }>();

  /** Never throws: how it went is the outcome, and the record is in the run's folder. */
  async perform(job: Job, around: Around): Promise<Outcome> {
    const started = performance.now();
    const outcome = await this.attempt(job, around);
    return { ...outcome, seconds: (performance.now() - started) / 1000 };
  }

  private async attempt(job: Job, { onEvent, signal }: Around): Promise<Outcome> {
    const telling = new Telling(onEvent);
    try {
      const loaded = await this.load(job);
      await keepVariant(job);
      const { threads, checkpointEvery, timeLimit, tensorboard, keepSteps } = job;
      const { datasets } = this;
      const result = await runExperiment(loaded, {
        ...{ out: job.folder, waitForFolder: true, datasets, signal, threads, checkpointEvery, timeLimit, tensorboard, keepSteps },
        onEvent: (event) => telling.hear(event),
      });
      const { accuracy = null, sparsity = null } = result.pruned ?? {};
      const figures = { accuracy, sparsity, isSpent: telling.isSpent };
      if (result.status === 'done') return { status: 'done', ...figures };
      return { status: 'failed', ...figures, error: { name: 'MissedExpectation', message: (result.failures ?? []).join('; ') } };
    } catch (error) {
      // What was left behind may be at work still.
      const isSpent = telling.isSpent || error instanceof OutOfTime;
      return error instanceof Cancelled ? { status: 'interrupted', isSpent } : { status: 'failed', isSpent, error: asData(error) };
    }
  }

  private async load({ experiment, base, folder, hash, name }: Job): Promise<LoadedExperiment> {
    const specs = (parse(experiment) as { plugins?: string[] }).plugins ?? [];
    const key = JSON.stringify([base, specs]);
    let known = this.plugins.get(key);
    if (known === undefined) {
      const { plugins, problems } = await loadPlugins(specs, { from: base });
      // What is wrong with them parsing says, with its place.
      known = { plugins, registry: new Registry(plugins.map(({ plugin }) => plugin)) };
      if (problems.length === 0) this.plugins.set(key, known);
    }
    const text = `# base: ${JSON.stringify(base)}\n${experiment}`;
    const loaded = await parseExperiment(text, { ...known, file: path.join(folder, 'experiment.yaml') });
    if (experimentHash(loaded.experiment, loaded.plugins) === hash) return loaded;
    throw new Error(`${name} is another experiment here than it was planned as: is another version of a plugin, or of Espalier, at work?`);
  }
}

async function keepVariant({ folder, variant }: Job): Promise<void> {
  const file = path.join(folder, VARIANT_FILE);
  const text = `${JSON.stringify(variant, null, 2)}\n`;
  await sweepHalves(file);
  const before = await readIfThere(file);
  if (before?.toString('utf8') !== text) await writeAtomically(file, text);
}

/** What a run tells, as a worker passes it on. */
class Telling {
  isSpent = false;
  private readonly onEvent: (event: JobEvent) => void;
  private plan: Plan | undefined;
  private isDenseThere = false;
  private sparsity = 0;
  private last = 0;

  constructor(onEvent: (event: JobEvent) => void) {
    this.onEvent = onEvent;
  }

  hear(event: ExperimentEvent): void {
    if (event.type === 'plan') {
      this.plan = event.plan;
      this.isSpent = isAutoNamed(event.plan.parameters.map(({ name }) => name));
    } else if (event.type === 'dense') {
      this.isDenseThere = event.seconds === 0;
      this.onEvent({ type: 'dense', seconds: event.seconds });
    } else if (event.type === 'cut') this.sparsity = event.sparsity;
    else if (event.type === 'log') this.onEvent(event);
    else if (event.type === 'step' && performance.now() > this.last + PACE) this.step(event);
  }

  private step({ phase, done, loss }: Extract<ExperimentEvent, { type: 'step' }>): void {
    this.last = performance.now();
    const { denseSteps = 0, pruneSteps = 0, shrinkSteps = 0 } = this.plan?.training ?? {};
    const dense = this.isDenseThere ? 0 : denseSteps;
    const before = { dense: 0, prune: dense, shrink: dense + pruneSteps }[phase];
    const total = dense + pruneSteps + shrinkSteps;
    this.onEvent({ type: 'progress', phase, share: Math.min(1, (before + done) / Math.max(1, total)), loss, sparsity: this.sparsity });
  }
}

function asData(error: unknown): JobError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const code = codeOf(error);
  return { name: error.name, message: error.message, ...(code === undefined ? {} : { code }) };
}

/** Of the system's error that it came from. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
}
