import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compare } from '../compare/compare.ts';
import { readRuns } from '../read/read-runs.ts';
import { WrongRequest } from '../wrong-request.ts';
import { makeReportData, type ReportOptions } from './make-report-data.ts';
import { renderPage } from './render-page.ts';

export interface WriteReportOptions extends Pick<ReportOptions, 'denseWeights' | 'sections'> {
  readonly file: string;
  /** By default the names of the folders. */
  readonly title?: string;
  /** What strategies are held against, as in `compare`. */
  readonly against?: string;
}

/**
 * Writes one HTML file about the runs in some folders; it is there as a whole or not at all.
 *
 * @returns its size in bytes.
 * @throws WrongRequest where a folder is not there, none holds a run, or the file cannot be written.
 */
export async function writeReport(
  folders: readonly string[],
  { file, title, against, denseWeights, sections }: WriteReportOptions,
): Promise<number> {
  const comparison = compare(await readRuns(folders), { against });
  const from = path.dirname(path.resolve(file));
  const page = renderPage(await makeReportData(comparison, { title: title ?? titleOf(folders), from, denseWeights, sections }));
  const half = path.join(from, `.${path.basename(file)}.${process.pid}.half`);
  try {
    await mkdir(from, { recursive: true });
    await writeFile(half, page);
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true }).catch(() => {});
    throw new WrongRequest(`${file}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
  return Buffer.byteLength(page);
}

export function titleOf(folders: readonly string[]): string {
  return folders.map((folder) => path.basename(path.resolve(folder))).join(', ');
}
