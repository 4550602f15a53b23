import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSweep, type RunResult, runSweep, type SweepEvent } from '@espalier/experiment';
import { serve, workOf } from './frame.ts';

/** A sweep of short runs of 784-128-64-10 on MNIST, from an empty folder, with so many workers. */
const { workers } = workOf<{ readonly workers: number }>();
const folder = mkdtempSync(path.join(tmpdir(), 'espalier-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'runs.yaml');
writeFileSync(
  file,
  `base:
  name: mnist
  data: mnist
  model: { mlp: { hidden: [128, 64] } }
  train: { epochs: 2 }
  prune: { strategy: magnitude, epochs: 3 }
vary:
  prune.sparsity: [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.95, 0.98]
  seed: [1, 2]
`,
);
const sweep = await loadSweep(file);

let turns = 0;
await serve(async () => {
  turns += 1;
  process.env['ESPALIER_CACHE'] = path.join(folder, `cache-${turns}`);
  const ends: { readonly at: number; readonly work: number }[] = [];
  const onEvent = (event: SweepEvent) => {
    if (event.type === 'ended') ends.push({ at: performance.now() / 1000, work: workIn(event.run.hash) });
  };
  const out = path.join(folder, `sweep-${turns}`);
  const result = await runSweep(sweep, { out, workers, onEvent });
  if (result.status !== 'done') throw new Error(`not done: ${JSON.stringify(result.counts)}`);
  rmSync(out, { recursive: true });
  // From the end of the first run on, so that the start of a worker is left out; with one worker the rest is overhead.
  const [first, ...rest] = ends;
  const last = rest.at(-1);
  const work = rest.reduce((sum, each) => sum + each.work, 0);
  const overhead = workers > 1 ? 0 : ((last?.at ?? 0) - (first?.at ?? 0) - work) / rest.length;
  return { runsPerHour: (3600 * ends.length) / result.seconds, overheadS: overhead };

  function workIn(hash: string): number {
    const run = sweep.runs.find((each) => each.hash === hash);
    const record = path.join(out, 'runs', `${run?.name}-${hash.slice(0, 8)}`, 'result.json');
    const { timing } = JSON.parse(readFileSync(record, 'utf8')) as RunResult;
    return timing.denseS + timing.pruneS + timing.measureS + timing.saveS;
  }
});
