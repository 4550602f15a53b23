import { expect, test } from 'vitest';
import { readRuns } from '../read/read-runs.ts';
import { type RecordOptions, recordOf, temporaryFolder, writeRuns } from '../testing/records.ts';
import { type CompareOptions, type Comparison, compare } from './compare.ts';

async function comparisonOf(runs: readonly RecordOptions[], options?: CompareOptions): Promise<Comparison> {
  const folder = temporaryFolder();
  writeRuns(folder, runs.map(recordOf));
  return compare(await readRuns([folder]), options);
}

/** A run per seed with these accuracies. */
function seeds(options: RecordOptions, ...accuracies: readonly number[]): RecordOptions[] {
  return accuracies.map((accuracy, i) => ({ ...options, seed: i + 1, accuracy }));
}

const GRADUAL = seeds({ strategy: 'gradual' }, 0.97, 0.972, 0.971);
const MAGNITUDE = seeds({ strategy: 'magnitude' }, 0.96, 0.9623, 0.961);

test('a row per setting, with mean, spread and number of seeds', async () => {
  const { rows, varied, quality } = await comparisonOf([...GRADUAL, ...MAGNITUDE]);
  expect(quality).toBe('accuracy');
  expect([...varied]).toEqual([['prune.strategy', 'strategy']]);
  expect(rows.map(({ series, context, seeds: each }) => [series, context, each])).toEqual([
    ['gradual', '', [1, 2, 3]],
    ['magnitude', '', [1, 2, 3]],
  ]);
  expect(rows[0]?.figures.accuracy).toEqual({
    count: 3,
    mean: 0.971,
    spread: expect.closeTo(0.001, 12),
    median: 0.971,
    min: 0.97,
    max: 0.972,
  });
  expect(rows[0]?.figures.accuracyDrop?.mean).toBeCloseTo(0.009, 12);
});

test('the one with the best mean leads, and is better only where the pairs say so', async () => {
  const alike = seeds({ strategy: 'neuron' }, 0.972, 0.969, 0.9705);
  const { rankings } = await comparisonOf([...MAGNITUDE, ...GRADUAL, ...alike]);
  expect(rankings).toHaveLength(1);
  expect(rankings[0]?.places.map(({ series, behind }) => [series, behind?.verdict])).toEqual([
    ['gradual', undefined],
    ['neuron', 'not distinguishable'],
    ['magnitude', 'better'],
  ]);
});

test('one seed says nothing of better', async () => {
  const { rankings, rows } = await comparisonOf([GRADUAL[0], MAGNITUDE[0]].filter((one) => one !== undefined));
  expect(rankings[0]?.places[1]?.behind?.verdict).toBe('one seed');
  expect(rows[0]?.versusReference?.verdict).toBe('one seed');
});

test('ranks at each sparsity by itself', async () => {
  const at = (sparsity: number, runs: readonly RecordOptions[]) => runs.map((run) => ({ ...run, sparsity }));
  const { rankings, rows } = await comparisonOf([...at(0.5, GRADUAL), ...at(0.9, MAGNITUDE), ...at(0.9, GRADUAL)]);
  expect(rankings.map(({ context, places }) => [context, places.map(({ series }) => series)])).toEqual([
    ['sparsity 0.5', ['gradual']],
    ['sparsity 0.9', ['gradual', 'magnitude']],
  ]);
  expect(rows.map(({ series }) => series)).toEqual(['gradual', 'gradual', 'magnitude']);
});

test('controls stand beside the strategy that they belong to, paired by seed', async () => {
  const random = seeds({ strategy: 'gradual', control: 'random' }, 0.95, 0.9525, 0.951);
  const shuffled = seeds({ strategy: 'gradual', control: 'shuffled' }, 0.9712, 0.9716, 0.971);
  const { rows, reference } = await comparisonOf([...GRADUAL, ...random, ...shuffled]);
  expect(rows).toHaveLength(1);
  expect(reference).toBe('random');
  expect(rows[0]?.versusReference?.verdict).toBe('better');
  expect([...(rows[0]?.versusControls ?? [])].map(([name, { verdict, mean }]) => [name, verdict, mean])).toEqual([
    ['random', 'better', expect.closeTo(0.0198333, 6)],
    ['shuffled', 'not distinguishable', expect.closeTo(-0.0002667, 6)],
  ]);
});

test('a random scorer is what the same strategy is held against', async () => {
  const random = seeds({ strategy: 'magnitude', options: { scorer: 'random' } }, 0.94, 0.9421, 0.9415);
  const { rows, reference } = await comparisonOf([...MAGNITUDE, ...random]);
  expect(reference).toBe('random');
  expect(rows.map(({ series, versusReference }) => [series, versusReference?.verdict])).toEqual([
    ['magnitude, scorer magnitude', 'better'],
    ['magnitude, scorer random', undefined],
  ]);
});

test('holds rows against a strategy by name; a name that is none is refused', async () => {
  const { rows } = await comparisonOf([...GRADUAL, ...MAGNITUDE], { against: 'magnitude' });
  expect(rows.map(({ versusReference }) => versusReference?.verdict)).toEqual(['better', undefined]);
  await expect(comparisonOf(GRADUAL, { against: 'luck' })).rejects.toThrow('nothing to compare with is named "luck". There are:\n  dense');
});

test('by a field: the rest is averaged in each seed, so that the seed stays the unit', async () => {
  const batch = (batchSize: number, runs: readonly RecordOptions[]) => runs.map((run) => ({ ...run, train: { batchSize } }));
  const runs = [...batch(64, GRADUAL), ...batch(128, GRADUAL), ...batch(64, MAGNITUDE), ...batch(128, MAGNITUDE)];
  // The batch size of the pruning goes with that of the training, and is not told twice.
  expect([...(await comparisonOf(runs)).varied.values()]).toEqual(['batchSize', 'strategy']);
  const { rows, rankings } = await comparisonOf(runs, { by: ['strategy'] });
  expect(rows.map(({ series, figures }) => [series, figures.accuracy?.count])).toEqual([
    ['gradual', 3],
    ['magnitude', 3],
  ]);
  expect(rankings[0]?.places[1]?.behind).toMatchObject({ count: 3, verdict: 'better' });
  await expect(comparisonOf(runs, { by: ['stratgy'] })).rejects.toThrow('no run has the field "stratgy". Did you mean "strategy"?');
});

test('the front holds what no other setting beats', async () => {
  const point = (strategy: string, accuracy: number, bytes: number) => ({ strategy, accuracy, bytes });
  const { rows, fronts } = await comparisonOf([
    point('a', 0.97, 500),
    point('b', 0.96, 400),
    point('c', 0.955, 450),
    point('d', 0.97, 600),
  ]);
  const front = fronts.bytes.map((id) => rows.find((row) => row.id === id)?.series);
  expect(front).toEqual(['b', 'a']);
});

test('a failed run without figures is counted and takes no part; a seed that is there twice counts once', async () => {
  const folder = temporaryFolder();
  const broken = { ...recordOf({ strategy: 'gradual', seed: 4 }), status: 'failed', failures: ['NaN'], dense: null, pruned: null };
  const unexpected = { ...recordOf({ strategy: 'gradual', seed: 5 }), status: 'failed', failures: ['accuracy: …'] };
  const again = recordOf({ strategy: 'gradual', seed: 1, name: 'again' });
  writeRuns(folder, [...GRADUAL.map(recordOf), broken, unexpected, again]);
  const { rows, counts, problems } = compare(await readRuns([folder]));
  expect(counts).toMatchObject({ measured: 5, unexpected: 1, broken: 1 });
  expect(rows[0]?.seeds).toEqual([1, 2, 3, 5]);
  expect(rows[0]?.broken).toBe(1);
  expect(problems[0]?.what).toContain('repeats a setting with seed 1');
});

test('what a strategy always goes with is not told with its name; what it does not is', async () => {
  const units = seeds({ strategy: 'neuron', granularity: 'unit' }, 0.9, 0.91);
  const names = async (...runs: RecordOptions[]) => (await comparisonOf(runs)).rows.map(({ series }) => series);
  expect(await names(...GRADUAL, ...units)).toEqual(['gradual', 'neuron']);
  expect(await names(...GRADUAL, ...units, ...seeds({ strategy: 'gradual', granularity: 'unit' }, 0.8))).toEqual([
    'gradual, granularity element',
    'gradual, granularity unit',
    'neuron, granularity unit',
  ]);
});
