import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunResult } from '../../run/result.ts';
import { RUN_FILES } from '../../run/run-folder.ts';
import { PLUGIN, POINTS, pointsCsv, temporaryFolder } from '../../run/testing/experiments.ts';
import { type LoadedSweep, loadSweep } from '../parse-sweep.ts';

/** Plain JavaScript: no native library has to be loaded for nets of a few weights, by no worker. */
process.env['ESPALIER_BACKEND'] = 'cpu';

/** Two strategies on two seeds: four runs, two dense baselines. */
export const SMALL = `base: x.yaml
vary:
  prune.strategy: [magnitude, gradual]
  seed: [1, 2]
`;

/** Writes a sweep over the points experiment into a folder of its own. The path of its file. */
export function writeSweep(text: string, { base = POINTS, folder = temporaryFolder() }: { base?: string; folder?: string } = {}): string {
  const files = { 'points.csv': pointsCsv(), 'trials.ts': PLUGIN, 'x.yaml': base, 'sweep.yaml': text };
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return path.join(folder, 'sweep.yaml');
}

export function sweepOf(text: string, { base, set }: { base?: string; set?: readonly string[] } = {}): Promise<LoadedSweep> {
  return loadSweep(writeSweep(text, { base }), { set });
}

/** The records of a sweep's folder, by the names of their folders without the hash. */
export function records(folder: string): Record<string, RunResult> {
  const runs = path.join(folder, 'runs');
  return Object.fromEntries(
    readdirSync(runs)
      .sort()
      .map((name) => [name.slice(0, -9), JSON.parse(readFileSync(path.join(runs, name, RUN_FILES.result), 'utf8')) as RunResult]),
  );
}
