import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ReportedRuns, ReportSection, SectionBlock } from '@espalier/core';
import { beforeAll, expect, test } from 'vitest';
import { isWithoutChromium, launchChromium } from '../../../../benchmarks/src/chromium.ts';
import { compare } from '../compare/compare.ts';
import { openPage } from '../testing/browser.ts';
import { recordOf, runsFrom, temporaryFolder, writeRuns } from '../testing/records.ts';
import { makeReportData } from './make-report-data.ts';
import { writeReport } from './write-report.ts';

beforeAll(() => {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../bundle.mjs', import.meta.url))]);
});

/** Two seeds of a setting, with the figure of an evaluator, and what it left beside it. */
const RECORDS = [1, 2].map((seed) => {
  const { dense, pruned, ...record } = recordOf({ strategy: 'magnitude', sparsity: 0.9, seed, accuracy: 0.9 });
  const energy = { dense: 4, pruned: 1 + seed / 10 };
  return {
    ...record,
    figures: { energy: { kind: 'evaluator', unit: 'µJ' } },
    dense: { ...(dense as object), figures: { energy: energy.dense } },
    pruned: { ...(pruned as object), figures: { energy: energy.pruned }, details: { energy: { kernel: seed } } },
  };
});
const showing = (...blocks: unknown[]): ReportSection => ({ title: 'Own', show: () => blocks as SectionBlock[] });
const sectionsOf = async (section: ReportSection) =>
  (await makeReportData(compare(runsFrom(RECORDS)), { title: 'x', sections: [section] })).sections;

test('a section is given the settings, each with its runs, their figures and details', async () => {
  let seen: ReportedRuns | undefined;
  await sectionsOf({
    title: 'Own',
    show: (runs) => {
      seen = runs;
      return [];
    },
  });
  const [setting] = seen?.settings ?? [];
  expect([setting?.label, setting?.sparsity]).toEqual(['magnitude', 0.9]);
  expect(setting?.runs.map(({ seed, figures, details }) => [seed, figures['energy'], figures['denseEnergy'], details.pruned])).toEqual([
    [1, 1.1, 4, { energy: { kernel: 1 } }],
    [2, 1.2, 4, { energy: { kernel: 2 } }],
  ]);
  expect(setting?.runs[0]?.figures).toMatchObject({ accuracy: 0.9, sparsity: 0.9 });
});

test('with nothing to show a section is left out', async () => {
  expect(await sectionsOf(showing())).toEqual([]);
});

test('what a section does wrong is told of by its title', async () => {
  const fails = (section: ReportSection) => expect(sectionsOf(section)).rejects;
  const throwing = () => {
    throw new TypeError('of nothing');
  };
  await fails({ title: 'Own', show: throwing }).toThrow('the report section "Own" failed: of nothing');
  await fails({ title: 'Own', show: () => 'text' as never }).toThrow('the report section "Own" shows no list of blocks');
  await fails(showing({ html: '<b>' })).toThrow('shows a block that is neither { text }, { table } nor { svg, alt }');
  await fails(showing({ svg: '<svg/>' })).toThrow('shows a block whose picture has no "alt" that says what it shows');
  await fails(showing({ table: { columns: ['a', 'b'], rows: [[1]] } })).toThrow('whose table has rows of another length than its columns');
});

test.skipIf(isWithoutChromium)('the page draws text, tables and pictures of plugins, and runs nothing of theirs', async () => {
  const folder = temporaryFolder();
  writeRuns(folder, RECORDS);
  const file = path.join(folder, 'report.html');
  const hostile = '<img src=x onerror=alert(1)>';
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8" onload="alert(2)"><script>alert(3)</script></svg>';
  const rows = [
    ['kernel', 0.00012346],
    [hostile, null],
  ];
  const section = showing(
    { text: hostile },
    { svg, alt: 'a square' },
    { table: { caption: 'Energy', columns: ['parameter', 'µJ'], rows } },
  );
  await writeReport([folder], { file, sections: [section] });
  const browser = await launchChromium();
  try {
    const { page } = await openPage(browser, pathToFileURL(file).href);
    const own = page.locator('section[aria-label="Own"]');
    expect(await own.locator('p').textContent()).toBe(hostile);
    expect(await own.locator('img').count()).toBe(1);
    expect(await own.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(8);
    expect(await own.locator('tbody tr').allInnerTexts()).toEqual([expect.stringContaining('1.235e-4'), expect.stringContaining('–')]);
    const figures = page.locator('#own-figures');
    expect(await figures.locator('th[scope=col]').allInnerTexts()).toEqual(['setting', 'denseEnergy, µJ', 'energy, µJ']);
    expect(await figures.locator('tbody tr').textContent()).toContain('1.15 ± 0.07071');
    await page.close();
  } finally {
    await browser.close();
  }
});
