import path from 'node:path';
import { type Backend, threadsFor, useBackend, usePlainJavaScript } from '@espalier/backend-node';
import { EspalierError } from '@espalier/core';
import { experimentHash, experimentYaml, type LoadedExperiment } from '../config/index.ts';
import { changes } from './checkpoint-file.ts';
import { fingerprintsOf } from './circumstances.ts';
import type { DatasetCache } from './dataset-cache.ts';
import { type ExperimentEvent, ExperimentRun } from './experiment-run.ts';
import { LiveBoard } from './live-board.ts';
import { makePlan, type Plan } from './plan.ts';
import { prepare } from './prepare.ts';
import type { RunResult } from './result.ts';
import { RunFolder } from './run-folder.ts';
import { writeTensorBoard } from './tensorboard.ts';

export interface RunOptions {
  /** The run's folder; `runs/NAME-HASH` in the current folder where it is not given. */
  readonly out?: string;
  /** Run again although the record is there. */
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExperimentEvent) => void;
  /** Threads of the backend; by default as many as a net of this size trains fastest with. */
  readonly threads?: number;
  /** Seconds of training between two checkpoints; 10 where it is not given. */
  readonly checkpointEvery?: number;
  /** Seconds that the strategy has to come to its end, over all starts of the run; as many as it takes where it is not given. */
  readonly timeLimit?: number;
  /** Datasets that this process has loaded before, for programs that run more than one experiment. */
  readonly datasets?: DatasetCache;
  /** Also writes a log for `tensorboard --logdir` into a folder in this one: on the native backend as the run goes on. */
  readonly tensorboard?: string;
  /** Steps of the dense training whose weights are kept for other runs, besides those that this one rewinds to. */
  readonly keepSteps?: readonly number[];
  /** Wait for the folder where another process holds it still, in place of an error. */
  readonly waitForFolder?: boolean;
}

/**
 * From a checked experiment to its record: dense baseline, pruning, measuring, saving. A folder that holds the record
 * already gives it back at once; one that holds a run that was killed or failed goes on from its last checkpoint.
 *
 * @throws ConfigError before anything is run, also for what shows only with data and model at hand; Cancelled through
 *   the signal (what is done is kept); EspalierError where the run fails (its folder then has a record with the reason).
 */
export async function runExperiment(loaded: LoadedExperiment, options: RunOptions = {}): Promise<RunResult> {
  const { experiment, baseFolder } = loaded;
  const hash = experimentHash(experiment, loaded.plugins);
  const out = path.resolve(options.out ?? path.join('runs', `${experiment.name}-${hash.slice(0, 8)}`));
  const { fresh = false, signal, checkpointEvery, timeLimit, onEvent = () => {} } = options;

  // Built in plain JavaScript: how large the net is decides how many threads its backend is loaded with.
  await usePlainJavaScript();
  const prepared = await prepare(loaded, { log: (message) => onEvent({ type: 'log', message }), datasets: options.datasets });
  try {
    const plan = await makePlan(loaded, prepared);
    const tellPlan = () => onEvent({ type: 'plan', plan, folder: out });
    if (plan.problems.length > 0) {
      tellPlan();
      throw loaded.error(plan.problems);
    }
    const fingerprints = await fingerprintsOf(prepared);
    const folder = await RunFolder.open(out, hash, { isWaiting: options.waitForFolder, signal });
    try {
      // Not before the folder is known to take it.
      tellPlan();
      if (fresh) await folder.clear();
      const recorded = await folder.readResult();
      // One that failed on its way is no end: it goes on from where it was last well.
      if (recorded !== undefined && recorded.pruned !== null) {
        refuseOtherFiles(recorded, fingerprints, out);
        onEvent({ type: 'recorded', folder: out });
        if (options.tensorboard !== undefined) await writeTensorBoard(out, options.tensorboard);
        return recorded;
      }
      const threads = options.threads ?? threadsFor(plan.dense.macs * experiment.prune.batchSize);
      const backend: Backend = await useBackend({ choice: experiment.backend, threads });
      onEvent({ type: 'backend', backend });
      await folder.removeResult();
      await folder.writeExperiment(experimentYaml(experiment), hash, baseFolder);
      const { tensorboard } = options;
      const run = { experiment: experiment.name, hash };
      const board = tensorboard === undefined ? undefined : await LiveBoard.open(tensorboard, run, folder.log);
      const follow = (event: ExperimentEvent) => {
        onEvent(event);
        // Before the first step the log may yet be cut back to a checkpoint.
        if (event.type === 'step' || event.type === 'dense') board?.follow(event.type === 'dense');
      };
      const parts = {
        loaded,
        prepared,
        plan,
        folder,
        backend,
        fingerprints,
        hash,
        signal,
        checkpointEvery,
        timeLimit,
        keepSteps: options.keepSteps,
        onEvent: follow,
      };
      const result = await new ExperimentRun(parts).execute();
      if (board !== undefined) await board.end(out, result);
      else if (tensorboard !== undefined) await writeTensorBoard(out, tensorboard);
      return result;
    } finally {
      await folder.close();
    }
  } finally {
    prepared.dispose();
  }
}

/** The same preparation as for a run, and nothing after it. */
export async function planExperiment(loaded: LoadedExperiment): Promise<Plan> {
  await usePlainJavaScript();
  const prepared = await prepare(loaded);
  try {
    return await makePlan(loaded, prepared);
  } finally {
    prepared.dispose();
  }
}

/** A record of other data is not the answer, and yet not to be thrown away unasked. */
function refuseOtherFiles({ fingerprints = {} as never }: RunResult, now: RunResult['fingerprints'], folder: string): void {
  const changed = changes(fingerprints, now);
  if (changed.length === 0) return;
  throw new EspalierError({
    where: folder,
    what: 'the record here is of other files',
    why: `the content of the ${changed.join(' and the ')} has changed since`,
    remedy: 'Run it anew with --fresh, or choose another folder with --out',
  });
}
