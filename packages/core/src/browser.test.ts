import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs';
import { build, type InlineConfig, preview, type Rolldown } from 'vite';
import { afterAll, expect, test } from 'vitest';
import { isWithoutChromium, launchChromium } from '../../../benchmarks/src/chromium.ts';

const PAGE = fileURLToPath(new URL('./testing/page', import.meta.url));

/** As a user’s project would have it; core is what was built of it. */
const CONFIG: InlineConfig = {
  root: PAGE,
  configFile: false,
  logLevel: 'error',
  resolve: { alias: { '@espalier/core': fileURLToPath(new URL('../dist/index.js', import.meta.url)) } },
  oxc: { decorator: { legacy: true } },
};

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-browser-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A net as tfjs saves it: 4-5-2, of 30 weights that are pruned. */
async function saveModel(to: string): Promise<void> {
  const dense = (units: number, seed: number, activation: 'relu' | 'softmax', inputShape?: number[]) =>
    tf.layers.dense({ units, activation, inputShape, kernelInitializer: tf.initializers.glorotNormal({ seed }) });
  const model = tf.sequential({ layers: [dense(5, 1, 'relu', [4]), dense(2, 2, 'softmax')] });
  mkdirSync(to, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      writeFileSync(path.join(to, 'model.json'), JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }));
      writeFileSync(path.join(to, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
}

test.skipIf(isWithoutChromium)(
  'bundled by Vite it loads, prunes and trains a model in Chromium',
  async () => {
    const outDir = path.join(folder, 'site');
    await build({ ...CONFIG, build: { outDir, minify: false, reportCompressedSize: false } });
    await saveModel(path.join(outDir, 'model'));
    const server = await preview({ ...CONFIG, build: { outDir }, preview: { port: 0 } });
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => void errors.push(error.message));
      await page.goto(server.resolvedUrls?.local[0] ?? '');
      expect(errors).toEqual([]);
      expect(await page.evaluate('cutInPage(0.5)')).toEqual({ sparsity: 0.5, zeros: 15, weights: 30 });
      // 22.5 of them are asked for.
      expect(await page.evaluate(`runInPage('cpu')`)).toEqual({ backend: 'cpu', sparsity: 23 / 30, zeros: 23, weights: 30 });
    } finally {
      await browser.close();
      await server.close();
    }
  },
  60_000,
);

/** Kilobytes, gzipped, of all that a page is beyond tfjs; without these packages, too. */
async function kilobytes(entry: string, ...without: string[]): Promise<number> {
  const external = [/^@tensorflow\//, ...without];
  const rolldownOptions = { input: path.join(PAGE, entry), external };
  const built = await build({ ...CONFIG, build: { write: false, modulePreload: false, rolldownOptions } });
  const chunks = [built as Rolldown.RolldownOutput].flat().flatMap(({ output }) => output);
  return chunks.reduce((sum, chunk) => sum + (chunk.type === 'chunk' ? gzipSync(chunk.code).length : 0), 0) / 1000;
}

const LIBRARIES = ['zod', 'tsyringe', 'reflect-metadata', 'reflect-metadata/lite', 'wildcard-match'];

test('a page that loads and prunes a model grows by less than 25 kB', async () => {
  expect(await kilobytes('cut.ts')).toBeLessThan(25);
});

test('one that trains too, with every built-in part and options that are checked, by less than 60 kB, of which less than 32 are core’s own', async () => {
  expect(await kilobytes('run.ts')).toBeLessThan(60);
  expect(await kilobytes('run.ts', ...LIBRARIES)).toBeLessThan(32);
});
