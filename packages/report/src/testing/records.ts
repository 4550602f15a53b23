import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { recordSchema } from '../read/record.ts';
import type { ReadRuns, Run } from '../read/run.ts';
import { SettingConfigs } from '../read/setting-config.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface RecordOptions {
  readonly strategy?: string;
  /** Of the strategy; a scorer, say. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly sparsity?: number;
  readonly seed?: number;
  readonly control?: string | null;
  readonly accuracy?: number;
  readonly denseAccuracy?: number;
  readonly bytes?: number;
  readonly name?: string;
  readonly granularity?: string;
  readonly train?: Readonly<Record<string, unknown>>;
  readonly shrunk?: { readonly accuracy: number; readonly bytes: number };
  readonly sparse?: { readonly latencyMs: number; readonly denseWasmLatencyMs: number; readonly bytes: number };
}

/** A record as runs write it, with these figures. */
export function recordOf(options: RecordOptions = {}): Record<string, unknown> {
  const { strategy = 'magnitude', sparsity = 0.9, seed = 1, control = null, accuracy = 0.97, denseAccuracy = 0.98 } = options;
  const parts = { rounds: 1, scorer: { magnitude: { norm: 'l1' } }, ...options.options };
  const name = options.name ?? `${strategy}-${sparsity}-${seed}-${control ?? 'own'}`;
  const measured = { loss: 0.08, trainAccuracy: 0.99, parameters: 1000, latencyMs: 0.4 };
  return {
    experiment: name,
    hash: Buffer.from(JSON.stringify(options)).toString('hex'),
    seed,
    strategy,
    control,
    status: 'done',
    dense: { ...measured, accuracy: denseAccuracy, nonzero: 1000, bytes: 4000, macs: 990 },
    pruned: {
      ...measured,
      accuracy,
      nonzero: Math.round(1000 * (1 - sparsity)),
      sparsity,
      bytes: options.bytes ?? Math.round(5000 * (1 - sparsity)),
      macs: Math.round(990 * (1 - sparsity)),
    },
    shrunk: options.shrunk === undefined ? null : { ...measured, nonzero: 300, macs: 290, ...options.shrunk },
    sparse: options.sparse === undefined ? null : { maxDifference: 1e-7, ...options.sparse },
    asked: sparsity,
    parameters: [{ name: 'dense/kernel', shape: [99, 10], sparsity, threshold: 0.1 }],
    timing: { denseS: 0, pruneS: 1, scoreS: 0.1, trainS: 0.9, measureS: 0.1, saveS: 0.1 },
    backend: { name: 'cpu', version: '4.22.0' },
    versions: { espalier: '0.1.0', node: 'v20.0.0', tfjs: '4.22.0' },
    config: {
      name,
      seed,
      plugins: [],
      data: 'mnist',
      model: { mlp: { hidden: [10], activation: 'relu' } },
      train: { epochs: 5, batchSize: 128, optimizer: { adam: { learningRate: { constant: { rate: 0.001 } } } }, ...options.train },
      prune: {
        strategy: { [strategy]: parts },
        sparsity,
        control,
        tolerance: control === null ? 0.005 : 0.02,
        threshold: 'global',
        granularity: options.granularity ?? 'element',
        batchSize: options.train?.['batchSize'] ?? 128,
      },
      expect: { accuracy: { min: seed / 10 } },
    },
  };
}

/** Writes records into run folders. */
export function writeRuns(folder: string, records: readonly Readonly<Record<string, unknown>>[]): void {
  records.forEach((record, i) => {
    const run = path.join(folder, `run-${i}`);
    mkdirSync(run, { recursive: true });
    writeFileSync(path.join(run, 'result.json'), JSON.stringify(record));
  });
}

/** The same without a disk: what reading those records would give. */
export function runsFrom(records: readonly Readonly<Record<string, unknown>>[]): ReadRuns {
  const configs = new SettingConfigs();
  const runs = records.map((record, i): Run => {
    const { config, ...parsed } = recordSchema.parse(record);
    return { ...parsed, setting: configs.of(config ?? {}), folder: `runs/${i}` };
  });
  return { runs, unfinished: [], notBegun: 0, problems: [] };
}
