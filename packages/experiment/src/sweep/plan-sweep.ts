import { availableParallelism } from 'node:os';
import path from 'node:path';
import { threadsFor } from '@espalier/backend-node';
import type { Experiment } from '../config/experiment.ts';
import { canonicalJson } from '../config/experiment-hash.ts';
import { checkPlans } from './check-plans.ts';
import { estimate } from './estimate.ts';
import type { LoadedSweep, SweepRun } from './parse-sweep.ts';
import type { Task } from './schedule.ts';
import { type RecordedRun, recordedIn } from './sweep-folder.ts';
import { SweepPace } from './sweep-pace.ts';

/** What a sweep will do. */
export interface SweepPlan {
  readonly sweep: string;
  readonly folder: string;
  readonly runs: readonly PlannedRun[];
  readonly duplicates: LoadedSweep['duplicates'];
  /** Folders of runs that the sweep does not have (any more). */
  readonly others: number;
  readonly workers: number;
  /** Threads of each worker. */
  readonly threads: number;
  /** An estimate for all that is missing. */
  readonly seconds: number;
}

export interface PlannedRun {
  readonly run: SweepRun;
  /** Where it is recorded already. */
  readonly recorded: RecordedRun | undefined;
  /** What is wrong with a record that cannot be read; such a run is left alone. */
  readonly damaged: string | undefined;
  /** An estimate, the dense baseline included where it is the first that needs it. */
  readonly seconds: number;
}

/** How many workers, and how many threads each. */
export interface Team {
  readonly workers: number;
  readonly threads: number;
}

/**
 * Which runs of a sweep are done in a folder, which are missing, and how long those will take. Runs nothing and writes
 * nothing.
 *
 * @throws ConfigError where a run can be seen beforehand not to come out as it was asked.
 */
export async function planSweep(
  sweep: LoadedSweep,
  { out, workers }: { readonly out?: string; readonly workers?: number } = {},
): Promise<SweepPlan> {
  return (await planned(sweep, { folder: folderOf(sweep, out), workers })).plan;
}

export function folderOf({ name }: LoadedSweep, out: string | undefined): string {
  return path.resolve(out ?? path.join('sweeps', name));
}

/** A plan, and what is needed to carry it out. */
export interface Planned {
  readonly plan: SweepPlan;
  readonly tasks: readonly SweepTask[];
  readonly pace: SweepPace;
}

export interface SweepTask extends Task {
  readonly run: SweepRun;
  /** Steps of the dense training that runs of the sweep rewind to: who trains it keeps the weights of all of them. */
  readonly steps: readonly number[];
  attempt: number;
}

export async function planned(
  sweep: LoadedSweep,
  { folder, workers }: { readonly folder: string; readonly workers: number | undefined },
): Promise<Planned> {
  const { finished, damaged, others } = recordedIn(folder, sweep);
  const missing = sweep.runs.filter(({ hash }) => !finished.has(hash) && !damaged.has(hash));
  const nets = missing.length === 0 ? undefined : await checkPlans(sweep, missing);
  const secondsOf = ({ experiment }: SweepRun) =>
    nets === undefined ? { denseS: 0, pruneS: 0 } : estimate(experiment, nets.sizeOf(experiment));
  const tasks = missing.map((run) => ({
    ...{ run, attempt: 1, baseline: baselineOf(run.experiment), steps: nets?.stepsOf(run.experiment) ?? [] },
    ...secondsOf(run),
  }));
  const perStep = missing.map(({ experiment }) => (nets?.sizeOf(experiment).macs ?? 0) * experiment.prune.batchSize);
  const team = teamFor({ macsPerStep: median(perStep), runs: missing.length, workers });

  // As the schedule has it: of the runs that share a baseline, the longest trains it.
  const trainers = new Map<string, SweepTask>();
  for (const task of tasks) if (task.pruneS > (trainers.get(task.baseline)?.pruneS ?? -1)) trainers.set(task.baseline, task);
  const seconds = new Map(
    tasks.map((task) => [task.run.hash, task.pruneS + (trainers.get(task.baseline) === task ? task.denseS : 0)] as const),
  );
  const pace = new SweepPace({ left: [...seconds.values()].reduce((sum, each) => sum + each, 0), workers: team.workers });
  for (const run of sweep.runs) {
    const known = finished.get(run.hash);
    if (known !== undefined && nets !== undefined) pace.learn({ estimated: secondsOf(run).pruneS, taken: known.seconds });
  }
  const runs = sweep.runs.map((run) => ({
    run,
    recorded: finished.get(run.hash),
    damaged: damaged.get(run.hash),
    seconds: seconds.get(run.hash) ?? 0,
  }));
  const plan = { sweep: sweep.name, folder, runs, duplicates: sweep.duplicates, others, ...team, seconds: pace.secondsLeft() };
  return { plan, tasks, pace };
}

/** One thread for each of many small nets at once; a large one takes all cores. */
function teamFor({ macsPerStep, runs, workers }: { macsPerStep: number; runs: number; workers: number | undefined }): Team {
  const cores = availableParallelism();
  const each = threadsFor(macsPerStep, { isAlone: runs === 1 }) ?? (Number(process.env['TF_NUM_INTRAOP_THREADS']) || cores);
  const wanted = workers ?? Math.max(1, Math.floor(cores / each));
  return { workers: Math.max(1, Math.min(wanted, runs)), threads: Math.max(1, Math.min(each, Math.floor(cores / wanted))) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Runs with the same text start from the same dense baseline. */
function baselineOf({ data, model, loss, train, seed, trainer, backend }: Experiment): string {
  return canonicalJson({ data, model, loss, train, seed, trainer, backend });
}
