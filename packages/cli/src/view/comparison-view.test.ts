import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type CompareOptions, chooseSetting, compare, readRuns } from '@espalier/report';
import picocolors from 'picocolors';
import { expect, onTestFinished, test } from 'vitest';
import { comparisonView } from './comparison-view.ts';

const OPTIONS = { width: 80, colours: picocolors.createColors(false) };

interface Told {
  readonly seed: number;
  readonly sparsity?: number;
  readonly strategy?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly control?: string | null;
  readonly epochs?: number;
  readonly accuracy?: number | null;
  /** Latencies of what is left, in layers and as one graph. */
  readonly shrunk?: readonly [layers: number, graph: number];
}

async function comparisonOf(all: readonly Told[], options?: CompareOptions) {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-view-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  all.forEach(({ seed, sparsity = 0.9, strategy = { magnitude: {} }, control = null, epochs = 5, accuracy = 0.9, shrunk }, i) => {
    const loss = accuracy === null ? null : 0.1;
    const measured = { accuracy, loss, parameters: 100, nonzero: 50, bytes: 400 + i, macs: 90 + i, latencyMs: 0.1 };
    const config = { seed, train: { epochs, schedule: `of-${epochs}-epochs-in-all` }, prune: { strategy, sparsity, control } };
    const named = { experiment: `run-${i}`, hash: `${i}`, seed, strategy: Object.keys(strategy)[0], control, status: 'done' };
    const small = shrunk && { ...measured, bytes: 40, latencyMs: shrunk[0], savedModel: { latencyMs: shrunk[1] } };
    const record = { ...named, dense: measured, pruned: { ...measured, sparsity }, shrunk: small, parameters: [], timing: {}, config };
    mkdirSync(path.join(folder, `${i}`));
    writeFileSync(path.join(folder, `${i}`, 'result.json'), JSON.stringify(record));
  });
  return compare(await readRuns([folder]), options);
}

const SWEEP = [1, 2].flatMap((seed) =>
  [0.5, 0.95].flatMap((sparsity) =>
    [3, 13].flatMap((epochs) =>
      [50, 150].flatMap((every) =>
        [1, 2, 3].flatMap((power) =>
          [null, 'random'].map((control) => ({
            ...{ seed, sparsity, epochs, control },
            accuracy: (90 + (control === null ? 1 : 0) + ((every * power * seed) % 7) / 10) / 100,
            strategy: { gradual: { every, power, scorer: 'magnitude', scorerOfTheScorer: `with-${every}-steps-between` } },
          })),
        ),
      ),
    ),
  ),
);

test('no two rows of one table have the same name, and marks are explained', async () => {
  const text = comparisonView(await comparisonOf(SWEEP), undefined, OPTIONS);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  const tables = text.split('\n\n').filter((block) => /\] gradual(?: {2}|, epochs)/.test(block));
  expect(tables.length).toBeGreaterThan(4);
  for (const block of tables) {
    const names = block
      .split('\n')
      .flatMap((line) => /^ *(?:\d+ +)?(\[\d+\] gradual(?:, epochs \d+|(?: +\([a-z]+\))? {2}))/.exec(line)?.[1] ?? []);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size, block).toBe(names.length);
  }
  // What always goes together is told once.
  expect(text).toContain('\n     strategy  every  power\n[1]  gradual   50     1\n[2]  gradual   50     2\n');
  expect(text).not.toContain('steps-between');
  expect(text).toMatch(/^ +epochs +schedule +sparsity\n\(a\) +3 +of-3-epochs-in-all +0\.5$/m);
});

test('beyond 99 settings the number alone is the name', async () => {
  const many = Array.from({ length: 120 }, (_, i) => ({ seed: 1, strategy: { gradual: { every: 100 + i, power: i % 7 } } }));
  const text = comparisonView(await comparisonOf(many), undefined, OPTIONS);
  const names = text.split('\n').flatMap((line) => /^ ?\d+ {2}(\[\d+\]) /.exec(line)?.[1] ?? []);
  expect(names).toHaveLength(40);
  expect(new Set(names).size).toBe(40);
  for (const name of names) expect(text).toMatch(new RegExp(`^${name.replace(/[[\]]/g, '\\$&')} +gradual +1\\d\\d +\\d$`, 'm'));
});

test('short names stand as they are', async () => {
  const text = comparisonView(await comparisonOf([{ seed: 1 }, { seed: 1, strategy: { gradual: {} } }]), undefined, OPTIONS);
  expect(text).toContain('magnitude');
  expect(text).not.toMatch(/\[1\]|\(a\)/);
});

test('sizes and speeds are two tables where one would be too wide; speed is told of each form', async () => {
  const runs = [1, 2].map((seed) => ({ seed, shrunk: [0.05, 0.02] as const }));
  const text = comparisonView(await comparisonOf(runs), undefined, OPTIONS);
  expect(text).toMatch(/^strategy +bytes +shrunk +MACs +front\nmagnitude +401 B +40 B +91 +bytes, MACs$/m);
  expect(text).toMatch(/^strategy +dense ms +masked ms +shrunk ms +one graph ms$/m);
  expect(text.replace(/\s+/g, ' ')).toContain('Shrunk they have 2.0×, and 5.0× as one graph.');
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  const wide = comparisonView(await comparisonOf(runs), undefined, { ...OPTIONS, width: 120 });
  expect(wide).toMatch(/^strategy +bytes +shrunk +MACs +dense ms .* front$/m);
});

test('controls alone, and models without data, are told as such', async () => {
  const controls = [1, 2].map((seed) => ({ seed, control: 'random' }));
  expect(comparisonView(await comparisonOf(controls), undefined, OPTIONS)).toBe(
    '2 runs of controls, and none of a strategy to hold against them',
  );
  const blind = comparisonView(await comparisonOf([{ seed: 1, accuracy: null }]), undefined, OPTIONS);
  expect(blind).toContain('only their sizes can be compared');
  expect(blind).toContain('400');
});

test('a mean over several settings is nothing to run', async () => {
  const comparison = await comparisonOf(SWEEP, { by: ['every'] });
  const choice = await chooseSetting(comparison, { goal: 'bytes', direction: 'minimize' });
  const text = comparisonView(comparison, choice, OPTIONS).replace(/\s+/g, ' ');
  expect(text).toContain('none: this is a mean over 12 settings');
  expect(text).not.toContain('espalier run');
});

test('--by sparsity has no table with one figure a line', async () => {
  expect(comparisonView(await comparisonOf(SWEEP, { by: ['sparsity'] }), undefined, OPTIONS)).not.toContain('mean ± standard deviation');
  await expect(comparisonOf(SWEEP, { by: ['seed'] })).rejects.toThrow('--by seed: means are taken over the seeds');
  await expect(comparisonOf(SWEEP, { by: ['control'] })).rejects.toThrow('--by control: controls are no settings');
  await expect(comparisonOf(SWEEP, { against: 'randm' })).rejects.toThrow('Did you mean "random"? There are:\n  dense\n  random');
});
