import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSparse } from '@espalier/sparse';
import type * as tf from '@tensorflow/tfjs';
import { modelFiles, openPage, TFJS } from './page-server.ts';

/** A row of the page's table. */
export interface PageCase {
  readonly name: string;
  readonly label: string;
  readonly zeros: number;
  /** How many times as fast as tfjs-backend-wasm it is to be. */
  readonly goal: number;
}

/** Milliseconds of one prediction, and how far the outputs are apart, relative to the largest. */
export interface PageFigures {
  readonly sparseMs: number;
  readonly denseMs: number;
  readonly difference: number;
}

const require = createRequire(import.meta.url);
const PAGE = fileURLToPath(new URL('../page/', import.meta.url));
const FOLDERS = {
  ...TFJS,
  '/page/': PAGE,
  '/sparse/': path.dirname(require.resolve('@espalier/sparse/runtime')),
  '/core/': path.dirname(require.resolve('@espalier/core/errors')),
};

/** Of tfjs-backend-wasm: one, or as many as it takes where nobody says how many. */
export type Threads = 1 | 'default';

/** benchmarks/page/sparse.html in Chromium, with these models. */
export async function openSparsePage(
  executablePath: string,
  cases: readonly (PageCase & { readonly model: tf.LayersModel })[],
  threads: Threads = 1,
) {
  const files = new Map<string, string | Uint8Array>([
    ['/', readFileSync(path.join(PAGE, 'sparse.html'))],
    ['/work.json', JSON.stringify({ threads, cases: cases.map(({ model: _, ...each }) => each) })],
  ]);
  for (const { name, model } of cases) {
    for (const [file, content] of await modelFiles(name, model)) files.set(file, content);
    const sparse = await compileSparse(model);
    files.set(`/${name}.sparse`, sparse.toBytes());
    sparse.dispose();
  }
  const { page, close } = await openPage(executablePath, files, FOLDERS, { isIsolated: threads === 'default' });
  await page.evaluate('opened');
  return {
    isIsolated: () => page.evaluate<boolean>('crossOriginIsolated'),
    /** Those of tfjs-backend-wasm. */
    threads: () => page.evaluate<number>('tf.wasm.getThreadsCount()'),
    /** Of each case by its name, the middle of so many samples of both, in turns. */
    turn: (samples: number) => page.evaluate<Record<string, PageFigures>>(`turn(${samples})`),
    /** What was measured, as the page shows it. */
    async screenshot(file: string) {
      await page.evaluate('draw()');
      mkdirSync(path.dirname(file), { recursive: true });
      await page.screenshot({ path: file, fullPage: true });
    },
    close,
  };
}
