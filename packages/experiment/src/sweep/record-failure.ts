import { controlOf } from '../config/experiment.ts';
import { experimentYaml } from '../config/experiment-yaml.ts';
import { versions } from '../run/circumstances.ts';
import type { RunResult } from '../run/result.ts';
import { RunFolder } from '../run/run-folder.ts';
import type { LoadedSweep, SweepRun } from './parse-sweep.ts';

/** Leaves a record of a run that had no time for one itself: its worker died, or it was refused before it began. */
export async function recordFailure(
  sweep: LoadedSweep,
  run: SweepRun,
  { folder, message }: { folder: string; message: string },
): Promise<void> {
  const held = await RunFolder.open(folder, run.hash, { isWaiting: true });
  try {
    if ((await held.readResult()) !== undefined) return;
    const { name, seed, prune } = run.experiment;
    await held.writeExperiment(experimentYaml(run.experiment), run.hash, sweep.baseFolder);
    const record: RunResult = {
      ...{ experiment: name, hash: run.hash, seed, strategy: prune.strategy.name, status: 'failed', failures: [message] },
      ...{ dense: null, pruned: null, shrunk: null, sparse: null, asked: prune.sparsity ?? null, parameters: [] },
      timing: { denseS: 0, pruneS: 0, scoreS: 0, trainS: 0, measureS: 0, saveS: 0 },
      fingerprints: { data: '', model: '' },
      backend: { name: 'unknown', version: '' },
      versions: versions(),
      ...{ control: controlOf(run.experiment), config: JSON.parse(JSON.stringify(run.experiment)) as Readonly<Record<string, unknown>> },
    };
    await held.writeResult(record);
  } finally {
    await held.close();
  }
}
