import type { LoadedSweep } from './parse-sweep.ts';
import { folderOf, planned } from './plan-sweep.ts';
import { RunningSweep, type SweepResult, type SweepRunOptions } from './running-sweep.ts';
import { SweepFolder } from './sweep-folder.ts';

/**
 * Runs what is missing of a sweep, on all workers at once.
 *
 * @throws ConfigError before anything is run; Cancelled through the signal (what is done is kept); EspalierError where
 *   it cannot go on: a full disk, workers that die whatever they do.
 */
export async function runSweep(sweep: LoadedSweep, options: SweepRunOptions = {}): Promise<SweepResult> {
  const started = performance.now();
  const out = folderOf(sweep, options.out);
  const before = await planned(sweep, { folder: out, workers: options.workers });
  const folder = await SweepFolder.open(out, sweep);
  try {
    await folder.describe(sweep);
    options.onEvent?.({ type: 'plan', plan: before.plan });
    const running = new RunningSweep(sweep, folder, before, options);
    await running.run();
    return running.result((performance.now() - started) / 1000);
  } finally {
    await folder.close();
  }
}
