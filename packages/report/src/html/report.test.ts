import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isWithoutChromium, launchChromium } from '../../../../benchmarks/src/chromium.ts';
import { compare } from '../compare/compare.ts';
import { openPage, screenshot } from '../testing/browser.ts';
import { type RecordOptions, recordOf, runsFrom, temporaryFolder, writeRuns } from '../testing/records.ts';
import { makeReportData } from './make-report-data.ts';
import { renderPage } from './render-page.ts';
import { writeReport } from './write-report.ts';

const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';

let browser: Browser;

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../bundle.mjs', import.meta.url))]);
  if (!isWithoutChromium) browser = await launchChromium();
});
afterAll(async () => browser?.close());

/** Two strategies at three sparsities, three seeds each, with random controls, one of them also shrunk; some have a log and weights. */
function sweep(): string {
  const folder = temporaryFolder();
  const options: RecordOptions[] = ['gradual', 'magnitude'].flatMap((strategy, s) =>
    [0.5, 0.9, 0.95].flatMap((sparsity) =>
      [1, 2, 3].flatMap((seed) => {
        const accuracy = 0.98 - 0.02 * sparsity ** 4 - 0.004 * s + 0.0007 * Math.sin(10 * seed + sparsity + s);
        const own = { strategy, sparsity, seed, accuracy };
        const shrunk = strategy === 'gradual' ? { accuracy: accuracy - 0.001, bytes: 1500 - 1000 * sparsity } : undefined;
        return [
          { ...own, shrunk },
          { ...own, control: 'random', accuracy: accuracy - 0.02 - 0.0004 * seed },
        ];
      }),
    ),
  );
  writeRuns(folder, options.map(recordOf));
  for (const name of readdirSync(folder)) writeTraining(path.join(folder, name));
  return folder;
}

function writeTraining(folder: string): void {
  const steps = Array.from({ length: 400 }, (_, i) => ({
    type: 'step',
    phase: i < 200 ? 'dense' : 'prune',
    done: (i % 200) + 1,
    loss: 1 / (i + 1),
  }));
  const cuts = [0.3, 0.5].map((sparsity) => ({ type: 'cut', sparsity }));
  const lines = [...steps.slice(0, 200), ...cuts.slice(0, 1), ...steps.slice(200), ...cuts.slice(1)].map((event) => JSON.stringify(event));
  writeFileSync(path.join(folder, 'events.jsonl'), `${lines.join('\n')}\n{"type":"step","pha`);
  // 10 × 10 inputs, of which the first row of pixels is pruned away.
  const weights = Float32Array.from({ length: 1000 }, (_, i) => (i < 100 ? 0 : Math.sin(i)));
  mkdirSync(path.join(folder, 'model'));
  writeFileSync(path.join(folder, 'model', 'weights.bin'), weights);
  const manifest = [{ paths: ['weights.bin'], weights: [{ name: 'dense/kernel', shape: [100, 10], dtype: 'float32' }] }];
  writeFileSync(path.join(folder, 'model', 'model.json'), JSON.stringify({ weightsManifest: manifest, modelTopology: RESIDUAL }));
  writeFileSync(path.join(folder, 'removal.json'), JSON.stringify({ removal: { units: { dense: { of: 10, removed: [1, 5, 7] } } } }));
}

/** input → dense → more → add, and dense → add past it. */
const RESIDUAL = {
  class_name: 'Model',
  config: {
    layers: [
      ['InputLayer', 'input'],
      ['Dense', 'dense', 'input'],
      ['Dense', 'more', 'dense'],
      ['Add', 'add', 'more', 'dense'],
    ].map(([type, name, ...inputs]) => ({
      class_name: type,
      config: { name },
      inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
    })),
  },
};

async function reportOf(folder: string): Promise<string> {
  const file = path.join(folder, 'report.html');
  await writeReport([folder], { file, title: 'a sweep' });
  return pathToFileURL(file).href;
}

test('is one file without anything to fetch', async () => {
  const html = readFileSync(fileURLToPath(await reportOf(sweep())), 'utf8');
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)="?http/);
  expect(html).toContain("default-src 'none'");
  expect(html.match(/<\/script/g)).toHaveLength(2);
});

test.skipIf(isWithoutChromium)('in Chromium: draws its charts, without a complaint or a request', async () => {
  const url = await reportOf(sweep());
  const { page, requests } = await openPage(browser, url);
  // A point per setting.
  await expect.poll(() => page.locator('#over-sparsity circle').count()).toBe(6);
  expect(await page.locator('#over-cost circle').count()).toBe(6);
  expect(await page.locator('#over-cost path[aria-label="Pareto front"]').count()).toBe(1);
  // Those that were shrunk, and the one dense model that all start from.
  expect(await page.locator('#over-cost g[aria-description="Shrunk models"] path').count()).toBe(3);
  expect(await page.locator('#over-cost path[aria-label^="gradual, sparsity 0.9, shrunk: accuracy"]').count()).toBe(1);
  expect(await page.locator('#over-cost g[aria-description="Dense models"] path').count()).toBe(1);
  expect(await page.locator('#over-cost').textContent()).toContain('triangles the same ones shrunk');
  // Lines for 95 % intervals of three seeds, and one per series.
  expect(await page.locator('#over-sparsity g[aria-label="rule"] line').count()).toBe(6);
  expect(await page.locator('#over-sparsity g[aria-label="line"] path').count()).toBe(2);
  expect(await page.locator('#layers g[aria-label="cell"] rect').count()).toBe(6);
  expect(await page.locator('#latency g[aria-label="dot"] path').count()).toBe(15);
  expect(await page.locator('#verdicts tbody tr').count()).toBe(6);
  expect(await page.locator('#verdicts').textContent()).toContain('better than random');
  expect(await page.locator('#controls tbody tr').count()).toBe(6);
  expect(requests).toEqual([url]);
  await screenshot(page, 'report-light');
});

test.skipIf(isWithoutChromium)(
  'in Chromium: what is on sparse kernels is told apart by its latency and its bytes, as good as what it was made of',
  async () => {
    const folder = temporaryFolder();
    const sparse = { latencyMs: 0.05, denseWasmLatencyMs: 0.5, bytes: 700 };
    const shrunk = { accuracy: 0.965, bytes: 900 };
    writeRuns(
      folder,
      [0.5, 0.9].map((sparsity) => recordOf({ sparsity, sparse, ...(sparsity === 0.9 ? { shrunk } : {}) })),
    );
    const { page } = await openPage(browser, await reportOf(folder));
    await expect.poll(() => page.locator('#latency path[aria-label*=", sparse: 0.0500 ms"]').count()).toBe(2);
    const stars = page.locator('#over-cost g[aria-description="Models on sparse kernels"] path');
    const labels = async () => (await Promise.all((await stars.all()).map((star) => star.getAttribute('aria-label')))).sort();
    expect(await labels()).toEqual([expect.stringMatching(/sparse: accuracy 97/), expect.stringMatching(/sparse: accuracy 96\.5/)].sort());
    expect(await page.locator('#over-cost').textContent()).toContain('stars those on sparse kernels');
    await page.locator('#over-cost select').selectOption({ label: 'MACs' });
    await expect.poll(() => stars.count()).toBe(0);
    await page.locator('#over-cost select').selectOption({ label: 'latency in ms' });
    await expect.poll(() => stars.count()).toBe(2);
  },
);

test.skipIf(isWithoutChromium)('in Chromium: filters by strategy, sparsity and seed, by mouse and by keyboard', async () => {
  const { page } = await openPage(browser, await reportOf(sweep()));
  const circles = () => page.locator('#over-sparsity circle').count();
  const accuracy = () => page.locator('#verdicts tbody tr td:nth-child(3)').first().textContent();
  await expect.poll(circles).toBe(6);
  await page.getByLabel('gradual', { exact: true }).check();
  await expect.poll(circles).toBe(3);
  await page.getByLabel('0.95', { exact: true }).check();
  await expect.poll(circles).toBe(1);
  const ofThree = await accuracy();
  expect(ofThree).toContain('±');
  await page.getByLabel('2', { exact: true }).focus();
  await page.keyboard.press('Space');
  // One seed: its own accuracy, and nothing to be said of it.
  await expect.poll(accuracy).not.toContain('±');
  expect(await page.locator('#verdicts').textContent()).toContain('one seed: nothing can be said');
  expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('2');
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(circles).toBe(6);
  await page.locator('select[name=cost]').selectOption({ label: 'MACs' });
  expect(await page.locator('#over-cost svg[aria-label="Accuracy over MACs"]').count()).toBe(1);
});

test.skipIf(isWithoutChromium)('in Chromium: a point leads to its config, curves, weights and mask, by keyboard too', async () => {
  const { page } = await openPage(browser, await reportOf(sweep()), { colorScheme: 'dark' });
  const point = page.locator('#over-sparsity a:has(circle[aria-label^="gradual, sparsity 0.9:"])');
  await point.focus();
  await page.keyboard.press('Enter');
  const details = page.locator('#details');
  await expect.poll(() => details.textContent()).toContain('gradual, sparsity 0.9');
  const text = await details.textContent();
  expect(text).toMatch(/prune\.sparsity0\.9/);
  expect(text).toMatch(/prune\.strategy\.gradual\.rounds1/);
  expect(text).toContain('espalier run ');
  expect(await details.locator('svg[aria-label="Loss by training step"] g[aria-label="line"] path').count()).toBe(2);
  expect(await details.locator('svg[aria-label="Sparsity by training step"]').count()).toBe(1);
  expect(await details.locator('svg[aria-label^="Weights of dense/kernel"] g[aria-label="rect"] rect').count()).toBeGreaterThan(10);
  expect(text).toContain('100 zeros are not drawn');
  expect(await details.locator('svg[aria-label^="Of each input pixel"] rect').count()).toBe(100);
  const graph = details.locator('svg[aria-label^="Layers of the net"]');
  expect(await graph.locator('[aria-label="dense: 3 of 10 units removed"]').count()).toBe(1);
  expect(await graph.locator('g[aria-label="link"] path').count()).toBe(3);
  expect(await graph.locator('g[aria-label="arrow"] path').count()).toBe(1);
  await screenshot(page, 'report-dark');
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.filters').isVisible()).toBe(false);
});

test.skipIf(isWithoutChromium)('in Chromium: names with markup in them stay text', async () => {
  const folder = temporaryFolder();
  const named = [1, 2].map((seed) => ({ ...recordOf({ strategy: HOSTILE, seed, name: HOSTILE, control: null }), failures: [HOSTILE] }));
  writeRuns(path.join(folder, 'x<img src=x onerror=alert(3)>'), [
    ...named,
    recordOf({ strategy: 'gradual' }),
    recordOf({ strategy: 'gradual', control: HOSTILE }),
  ]);
  mkdirSync(path.join(folder, '<b>broken'));
  writeFileSync(path.join(folder, '<b>broken', 'result.json'), `{"experiment": "${HOSTILE}"`);
  const file = path.join(folder, 'report.html');
  await writeReport([folder], { file, title: HOSTILE });
  const { page } = await openPage(browser, `${pathToFileURL(file).href}#setting-0`);
  await expect.poll(() => page.locator('h1').textContent()).toBe(HOSTILE);
  expect(await page.title()).toBe(HOSTILE);
  expect(await page.locator('#verdicts').textContent()).toContain(HOSTILE);
  expect(await page.locator('body').textContent()).toContain('<b>broken/result.json');
  expect(await page.locator('img, b').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(2);
});

test.skipIf(isWithoutChromium)('in Chromium: ten thousand runs', async () => {
  const folder = temporaryFolder();
  const records = Array.from({ length: 10_000 }, (_, i) =>
    recordOf({
      options: { rounds: Math.floor(i / 20) },
      sparsity: [0.5, 0.8, 0.9, 0.95][Math.floor(i / 5) % 4],
      seed: 1 + (i % 5),
      accuracy: 0.9 + 0.09 * Math.abs(Math.sin(i)),
    }),
  );
  const file = path.join(folder, 'report.html');
  writeFileSync(file, renderPage(await makeReportData(compare(runsFrom(records)), { title: 'many' })));
  const { page } = await openPage(browser, pathToFileURL(file).href);
  await expect.poll(() => page.locator('#over-sparsity circle').count(), { timeout: 20_000 }).toBe(2000);
  const opened = await page.evaluate(() => performance.getEntriesByType('navigation')[0]?.duration);
  // 3 s on a machine that does nothing else; the tests share theirs.
  expect(opened).toBeLessThan(10_000);
  expect(await page.locator('footer').textContent()).toContain('of 2000 settings');
});
