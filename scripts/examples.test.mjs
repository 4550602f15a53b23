import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const place = mkdtempSync(path.join(tmpdir(), 'espalier-examples-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Nothing of the user's cache, and plain JavaScript. */
const ENV = { ...process.env, COLUMNS: '160', ESPALIER_CACHE: path.join(place, 'cache'), ESPALIER_BACKEND: 'cpu' };

async function espalier(args) {
  const main = path.join(ROOT, 'packages', 'cli', 'dist', 'main.js');
  const own = { cwd: ROOT, env: ENV };
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], own);
  return stdout;
}

test('one of each seam from a plugin, in one run: recorded, compared, reported', { timeout: 180_000 }, async () => {
  const out = path.join(place, 'seams');
  const said = await espalier(['run', 'examples/seams.yaml', '--out', out]);
  const record = JSON.parse(readFileSync(path.join(out, 'result.json'), 'utf8'));
  const { dense, pruned, figures } = record;

  expect(record.status).toBe('done');
  expect(dense.accuracy).toBeGreaterThan(0.9);
  expect(pruned.sparsity).toBeCloseTo(0.5, 3);
  // No parameter under its floor.
  for (const { sparsity } of record.parameters) expect(sparsity).toBeLessThanOrEqual(0.9);
  expect(Object.keys(figures)).toEqual(['f1', 'calibrationError', 'energy', 'int8Size']);
  for (const { figures: own } of [dense, pruned]) {
    expect(own.f1).toBeGreaterThan(0.7);
    expect(own.calibrationError).toBeLessThan(0.5);
  }
  expect(pruned.figures.energy).toBeLessThan(0.7 * dense.figures.energy);
  expect(pruned.figures.int8Size).toBeLessThan(dense.figures.int8Size);
  expect(said).toMatch(/^energy +\d[\d.]* µJ +\d[\d.]* µJ/m);
  expect(said).toMatch(/✓ figures\.energy at most 0\.5/);

  const compared = await espalier(['compare', out, '--where', 'energy < denseEnergy', '--minimize', 'energy']);
  expect(compared).toMatch(/Metrics and evaluators: means ± spread over seeds\n.*denseF1 +f1 .*denseEnergy +energy/);
  const { rows, ownFigures } = JSON.parse(await espalier(['compare', out, '--json']));
  expect(rows[0].figures.energy.mean).toBe(pruned.figures.energy);
  expect(ownFigures.denseEnergy).toEqual({ unit: 'µJ' });

  const page = path.join(place, 'report.html');
  await espalier(['report', out, '--out', page, '--plugin', './examples/energy/src/index.ts', '--section', 'energyByLayer']);
  expect(readFileSync(page, 'utf8')).toContain('Energy by layer');
});

test('the experiment of the page on plugins cuts as its schedule says', { timeout: 180_000 }, async () => {
  const out = path.join(place, 'plugins');
  const record = JSON.parse(await espalier(['run', 'examples/plugins.yaml', '--out', out, '--json']));
  expect(record).toMatchObject({ status: 'done', strategy: 'follow' });
  expect(record.pruned.sparsity).toBeCloseTo(0.8, 3);
  // Chance is 0.1: rare sizes tell something, and less than large ones.
  expect(record.pruned.accuracy).toBeGreaterThan(0.3);
});
