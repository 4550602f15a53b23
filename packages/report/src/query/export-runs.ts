import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Comparison } from '../compare/compare.ts';
import { figureNamesOf, figureOf } from '../compare/figures.ts';
import { type Row, runsOf } from '../compare/row.ts';
import { type Scalar, settingsOf } from '../compare/settings.ts';
import type { Run } from '../read/run.ts';
import { WrongRequest } from '../wrong-request.ts';
import { withTable } from './database.ts';
import { literal, type Table } from './table.ts';

/**
 * Writes the runs of a comparison, controls included, a row each: what identifies them, what varies, what was measured.
 * The file is there as a whole or not at all.
 *
 * @throws WrongRequest where the file cannot be written.
 */
export async function exportRuns(comparison: Comparison, file: string, format: 'csv' | 'parquet'): Promise<void> {
  const half = path.join(path.dirname(path.resolve(file)), `.${path.basename(file)}.${process.pid}.half`);
  const how = format === 'csv' ? "FORMAT csv, HEADER, QUOTE '\"'" : 'FORMAT parquet, COMPRESSION zstd';
  try {
    await withTable('runs', tableOf(comparison), (connection) => connection.run(`COPY runs TO ${literal(half)} (${how})`));
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    throw new WrongRequest(`${file}: cannot be written: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

function tableOf({ rows, varied }: Comparison): Table {
  const paths = [...varied.keys()];
  const figures = figureNamesOf(rows.flatMap(all));
  return {
    columns: ['folder', 'experiment', 'hash', 'seed', 'strategy', 'control', 'status', ...paths, ...figures],
    rows: rows.flatMap((row) => all(row).map((run) => exported(run, paths, figures))),
  };
}

function all(row: Row): Run[] {
  return [...runsOf(row.cells), ...[...row.controls.values()].flatMap(runsOf)];
}

function exported(run: Run, paths: readonly string[], figures: readonly string[]): Map<string, Scalar | undefined> {
  const settings = settingsOf(run.setting);
  const { folder, experiment, hash, seed, strategy, control, status } = run;
  return new Map<string, Scalar | undefined>([
    ...Object.entries({ folder, experiment, hash, seed, strategy, control, status }),
    ...paths.map((name) => [name, settings.get(name)] as const),
    ...figures.map((name) => [name, figureOf(run, name)] as const),
  ]);
}
