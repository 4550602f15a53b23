import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ARTEFACTS = fileURLToPath(new URL('../../../artefacts/', import.meta.url));

/** The system's own browser: none is downloaded. */
const EXECUTABLE = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)))
  .find((file) => existsSync(file));

describe.skipIf(EXECUTABLE === undefined && !process.env['CI'])('in Chromium', () => {
  const outDir = mkdtempSync(path.join(tmpdir(), 'espalier-digits-'));
  let server: PreviewServer;
  let browser: Browser;

  beforeAll(async () => {
    if (EXECUTABLE === undefined) throw new Error('no Chromium is installed: apt-get install chromium');
    const config = { root: ROOT, logLevel: 'error', build: { outDir, emptyOutDir: true } } as const;
    await build(config);
    server = await preview({ ...config, preview: { port: 0 } });
    // CI runs as root, where Chromium has no sandbox.
    browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(outDir, { recursive: true, force: true });
  });

  async function open(viewport: { width: number; height: number }, hasTouch = false): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport, hasTouch, isMobile: hasTouch });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => void complaints.push(error.message));
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.waitForSelector('body[data-ready], body[data-failed]', { timeout: 60_000 });
    // Where the file is of an earlier version: npm run compile-model.
    expect(await page.textContent('#verdict')).toBe('Draw a digit to see both.');
    return { page, complaints };
  }

  const screenshot = async (page: Page, name: string) => {
    mkdirSync(ARTEFACTS, { recursive: true });
    await page.screenshot({ path: path.join(ARTEFACTS, `${name}.png`), fullPage: true });
  };

  /** With the mouse, along points of the pad from 0 to 1. */
  async function draw(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
    const { x, y, width, height } = (await page.locator('#pad').boundingBox()) as { x: number; y: number; width: number; height: number };
    for (const [i, [right, down]] of points.entries()) {
      await page.mouse.move(x + right * width, y + down * height, { steps: i === 0 ? 1 : 8 });
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }

  /** The same with a finger. */
  async function touch(page: Page, points: readonly (readonly [number, number])[]): Promise<void> {
    const { x, y, width, height } = (await page.locator('#pad').boundingBox()) as { x: number; y: number; width: number; height: number };
    const devtools = await page.context().newCDPSession(page);
    for (const [i, [right, down]] of points.entries()) {
      const touchPoints = [{ x: x + right * width, y: y + down * height }];
      await devtools.send('Input.dispatchTouchEvent', { type: i === 0 ? 'touchStart' : 'touchMove', touchPoints });
    }
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  }

  const milliseconds = async (page: Page, side: string) => Number.parseFloat((await page.textContent(`#${side} .time b`)) ?? '');

  test('a seven drawn with the mouse is one on both sides, and sparse kernels take less time', async () => {
    const { page, complaints } = await open({ width: 1100, height: 800 });
    await draw(page, [
      [0.3, 0.25],
      [0.7, 0.25],
      [0.45, 0.8],
    ]);
    await page.waitForFunction('document.body.dataset.seen === "7,7"');
    expect([await page.textContent('#tfjs .digit'), await page.textContent('#sparse .digit')]).toEqual(['7', '7']);
    const [tfjs, sparse] = [await milliseconds(page, 'tfjs'), await milliseconds(page, 'sparse')];
    expect(sparse).toBeGreaterThan(0);
    expect(sparse).toBeLessThan(tfjs);
    expect(await page.textContent('#verdict')).toMatch(/^Sparse kernels take [\d.]+ ms, TensorFlow\.js [\d.]+ ms: [\d.]+ times as fast\.$/);
    await screenshot(page, 'digit-app');

    await page.click('#clear');
    expect(await page.textContent('#sparse .digit')).toBe('–');
    await page.close();
    expect(complaints).toEqual([]);
  }, 60_000);

  test('without a mouse: digits are drawn at the press of a key, and told', async () => {
    const { page, complaints } = await open({ width: 1100, height: 800 });
    // Clear, then a button for each digit.
    await page.keyboard.press('Tab');
    for (const digit of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForFunction(`document.body.dataset.seen === "${digit},${digit}"`, undefined, { timeout: 5000 });
    }
    await page.waitForFunction(`document.querySelector('#told').textContent === 'TensorFlow.js says 9, sparse kernels say 9.'`);
    await page.close();
    expect(complaints).toEqual([]);
  }, 60_000);

  test('what fails once is told, and the next stroke is looked at again', async () => {
    const { page, complaints } = await open({ width: 1100, height: 800 });
    await page.evaluate(`performance.now = () => { throw new Error('the clock has stopped'); }`);
    await page.click('#digits button:nth-child(4)');
    await page.waitForFunction(`document.querySelector('#verdict').textContent === 'It could not be computed: the clock has stopped'`);
    await page.evaluate('delete performance.now');
    await page.click('#digits button:nth-child(6)');
    await page.waitForFunction('document.body.dataset.seen === "5,5"');
    await page.close();
    expect(complaints).toEqual([]);
  }, 60_000);

  test('on a phone nothing sticks out, and a finger draws', async () => {
    const { page, complaints } = await open({ width: 360, height: 740 }, true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const wider = `[...document.querySelectorAll('h2, p')].filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent)`;
    expect(await page.evaluate(wider)).toEqual([]);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('#pad')).touchAction`)).toBe('none');
    await touch(page, [
      [0.5, 0.2],
      [0.5, 0.4],
      [0.5, 0.6],
      [0.5, 0.8],
    ]);
    await page.waitForFunction('document.body.dataset.seen === "1,1"');
    await screenshot(page, 'digit-app-phone');
    await page.close();
    expect(complaints).toEqual([]);
  }, 60_000);
});
