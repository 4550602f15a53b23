import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LoadedSweep, loadSweep, planSweep, runSweep, type SweepEvent } from '@espalier/experiment';
import { serve, timed } from './frame.ts';

/**
 * A sweep of 10,000 tiny runs: how long it takes to plan, and to find out in a folder with all records but one what is
 * missing. One run is real; the records of the others are its own under their hashes.
 */
const folder = mkdtempSync(path.join(tmpdir(), 'espalier-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.env['ESPALIER_BACKEND'] = 'cpu';
process.env['ESPALIER_CACHE'] = path.join(folder, 'cache');

const rows = Array.from({ length: 200 }, (_, i) => `${Math.sin(i * 12.9898).toFixed(4)},${Math.sin(i * 78.233).toFixed(4)},${i % 2}`);
writeFileSync(path.join(folder, 'points.csv'), ['x,y,class', ...rows].join('\n'));
const file = path.join(folder, 'many.yaml');
writeFileSync(
  file,
  `limit: 10000
base:
  name: tiny
  data: { csv: { file: points.csv, target: class } }
  model: { mlp: { hidden: [8] } }
  train: { epochs: 1, batchSize: 32 }
  prune: { strategy: magnitude, epochs: 1, tolerance: 0.1 }
vary:
  prune.strategy: [magnitude, gradual]
  prune.sparsity: [0.5, 0.6, 0.7, 0.8, 0.9]
  seed: [${Array.from({ length: 1000 }, (_, i) => i)}]
`,
);
const empty = path.join(folder, 'empty');
const full = path.join(folder, 'full');
const sweep = await loadSweep(file);
await fillIn(sweep);

await serve(async () => {
  const plan = await timed(async () => planSweep(await loadSweep(file), { out: empty }));
  // One run is missing each time: its record is taken away again.
  const missing = path.join(full, 'runs', folderOf(sweep, 1));
  rmSync(path.join(missing, 'result.json'));
  let resumed = 0;
  const started = performance.now();
  const onEvent = ({ type }: SweepEvent) => {
    if (type === 'begun') resumed = (performance.now() - started) / 1000;
  };
  const { counts } = await runSweep(await loadSweep(file), { out: full, onEvent });
  if (counts.done !== 10_000 || counts.ranNow !== 1) throw new Error(`not what was wanted: ${JSON.stringify(counts)}`);
  return { planS: plan, resumeS: resumed, memoryMb: process.resourceUsage().maxRSS / 1000 };
});

function folderOf({ runs }: LoadedSweep, index: number): string {
  const run = runs[index];
  return run === undefined ? '' : `${run.name}-${run.hash.slice(0, 8)}`;
}

async function fillIn(all: LoadedSweep): Promise<void> {
  const one = await loadSweep(file, { set: ['vary.prune.strategy=[magnitude]', 'vary.prune.sparsity=[0.5]', 'vary.seed=[0]'] });
  await runSweep(one, { out: full });
  const real = path.join(full, 'runs', readdirSync(path.join(full, 'runs'))[0] as string);
  const record = readFileSync(path.join(real, 'result.json'), 'utf8');
  const [first] = all.runs;
  for (const [index, run] of all.runs.entries()) {
    if (index === 0) continue;
    const target = path.join(full, 'runs', folderOf(all, index));
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, 'result.json'), record.replaceAll(first?.hash ?? '', run.hash));
  }
  cpSync(path.join(real, 'events.jsonl'), path.join(full, 'runs', folderOf(all, 1), 'events.jsonl'));
}
