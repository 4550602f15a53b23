import { request } from 'node:http';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isWithoutChromium, launchChromium } from '../../../../benchmarks/src/chromium.ts';
import { openPage } from '../testing/browser.ts';
import { recordOf, temporaryFolder, writeRuns } from '../testing/records.ts';
import { type ServedReport, serveReport } from './serve-report.ts';

async function served(folder: string): Promise<ServedReport> {
  const report = await serveReport({ folders: [folder], title: 'under way', port: 0, every: 100 });
  onTestFinished(() => report.close());
  return report;
}

/** What the server answers whoever calls it by a name. */
function statusFor(url: string, host: string, method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

test('serves the page and its data to this machine alone', async () => {
  const folder = temporaryFolder();
  const { url } = await served(folder);
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const host = new URL(url).host;
  expect(await statusFor(url, host)).toBe(200);
  expect(await statusFor(`${url}data.json`, host)).toBe(200);
  expect(await statusFor(`${url}../../etc/passwd`, host)).toBe(404);
  expect(await statusFor(url, host, 'POST')).toBe(405);
  // A name that somebody points here, to read what his own page may not.
  expect(await statusFor(url, 'evil.example')).toBe(403);
});

test('a folder that is not there, or a port that is taken, is refused', async () => {
  const folder = temporaryFolder();
  const { url } = await served(folder);
  const port = Number(new URL(url).port);
  await expect(serveReport({ folders: [folder], title: '', port })).rejects.toThrow(`port ${port} is taken`);
  await expect(serveReport({ folders: [path.join(folder, 'none')], title: '', port: 0 })).rejects.toThrow('no such folder');
});

test.skipIf(isWithoutChromium)('in Chromium: the page follows a sweep that is under way', async () => {
  const folder = temporaryFolder();
  const { url } = await served(folder);
  const browser = await launchChromium();
  onTestFinished(() => browser.close());
  const { page, requests } = await openPage(browser, url);
  await expect.poll(() => page.locator('main').textContent()).toContain('No run has been measured yet');
  writeRuns(folder, [recordOf({ seed: 1 })]);
  await expect.poll(() => page.locator('header').textContent(), { timeout: 10_000 }).toContain('1 run in 1 setting');
  writeRuns(folder, [recordOf({ seed: 1 }), recordOf({ seed: 2 }), recordOf({ strategy: 'gradual' })]);
  await expect.poll(() => page.locator('#over-sparsity circle').count(), { timeout: 10_000 }).toBe(2);
  expect(requests.every((address) => address.startsWith(url))).toBe(true);
});
