import { existsSync, readFileSync } from 'node:fs';
import { saveModel } from '@espalier/models';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { Place, pointsCsv } from '../testing/espalier.ts';

const DATA = '{csv: {file: points.csv, target: class}}';

/** A place with a net of 2-16-8-2 that knows nothing, in the folder net, and points that it could know of. */
async function placeWithNet(): Promise<Place> {
  await tf.setBackend('cpu');
  const place = new Place({ 'points.csv': pointsCsv(), 'broken.json': '{"format": "layers-model"}' });
  const { dense } = tf.layers;
  // The same weights each time: of some, too few units are alive for three epochs to teach them.
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential();
  model.add(dense({ name: 'first', units: 16, activation: 'relu', inputShape: [2], kernelInitializer }));
  model.add(dense({ name: 'second', units: 8, activation: 'relu', kernelInitializer }));
  model.add(dense({ name: 'output', units: 2, activation: 'softmax', kernelInitializer }));
  await saveModel(model, place.file('net'));
  model.dispose();
  return place;
}

test('without data it prunes by weights alone, shrinks, and claims no accuracy', async () => {
  const place = await placeWithNet();
  const units = ['prune', 'net', '--strategy', 'neuron', '--granularity', 'unit', '--sparsity', '0.5', '--saved-model', '--out', 'out'];
  const { status, stdout, stderr } = await place.start([...units, '--threshold', 'layer', '--json']);
  expect(status).toBe(0);
  const result = JSON.parse(stdout);
  // By hand: half of 16 and of 8 units are left.
  const unknown = { accuracy: null, loss: null, trainAccuracy: null };
  expect(result).toMatchObject({
    status: 'done',
    strategy: 'neuron',
    dense: { ...unknown, parameters: 202 },
    pruned: { ...unknown, sparsity: 0.5 },
    shrunk: { ...unknown, parameters: 2 * 8 + 8 + 8 * 4 + 4 + 4 * 2 + 2, macs: 2 * 8 + 8 * 4 + 4 * 2, units: { removed: 12, of: 24 } },
  });
  expect(readFileSync(place.file('out/result.json'), 'utf8')).toBe(stdout);
  expect(stderr).toContain('not measured: there was no data');
  expect(stderr).not.toMatch(/^accuracy/m);
  expect(existsSync(place.file('out/shrunk/model.json'))).toBe(true);
  // In plain JavaScript there is nothing to run a graph with.
  expect(result.shrunk.savedModel).toEqual({ bytes: expect.any(Number), latencyMs: null, maxDifference: null });
  expect(existsSync(place.file('out/saved-model/saved_model.pb'))).toBe(true);
  expect(stderr.replace(/\s+/g, ' ')).toContain('neither checked nor measured, as TensorFlow was not there');
});

test('with data it trains on and measures; the experiment.yaml that it leaves runs again', async () => {
  const place = await placeWithNet();
  const args = ['prune', 'net/model.json', '--strategy', 'magnitude', '--sparsity', '0.6', '--data', DATA, '--epochs', '3', '--out', 'out'];
  const { status, stdout, stderr } = await place.start([...args, '--set', 'prune.optimizer={adam: {learningRate: 0.02}}']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/accuracy +\d+\.\d\d % +\d+\.\d\d %/);
  expect(stderr).toContain('prune epoch 3/3');
  const again = await place.start(['run', 'out/experiment.yaml', '--out', 'out', '--json']);
  const { dense, pruned } = JSON.parse(again.stdout);
  expect(again.stderr).toContain('recorded already');
  expect(pruned.accuracy).toBeGreaterThan(dense.accuracy);
});

test.each([
  ['a scorer that needs data', ['--strategy', 'magnitude', '--scorer', 'taylor', '--sparsity', '0.5'], /"taylor" .* there is no data/],
  ['training without data', ['--strategy', 'magnitude', '--sparsity', '0.5', '--epochs', '2'], /no data to train on.*\n.*2$/m],
  ['a sparsity of 90', ['--strategy', 'magnitude', '--sparsity', '90'], /under 1, got 90/],
  ['an unknown strategy', ['--strategy', 'magnitud', '--sparsity', '0.5'], /"magnitud".*"magnitude"/s],
  ['a schedule that has no steps', ['--strategy', 'gradual', '--sparsity', '0.5'], /0 steps/],
  ['data that is not there', ['--strategy', 'magnitude', '--sparsity', '0.5', '--data', DATA.replace('points', 'nope')], /nope\.csv/],
  ['a scorer beside a part', ['--strategy', '{magnitude: {rounds: 2}}', '--scorer', 'norm'], /--scorer goes with the name/],
])('ends with 2 for %s, and runs nothing', async (_, args, said) => {
  const place = await placeWithNet();
  const { status, stderr } = await place.start(['prune', 'net', '--out', 'out', ...args]);
  expect(stderr).toMatch(said);
  expect(status).toBe(2);
  expect(existsSync(place.file('out'))).toBe(false);
});

test.each([
  [['--strategy', 'magnitude', '--scorer', 'taylor', '--sparsity', '0.5'], '--scorer taylor: scorer "taylor" ', '--scorer | taylor'],
  [
    ['--strategy', 'rigl', '--sparsity', '0.5'],
    '--strategy rigl: scorer "gradient" of @espalier/strategy-gradient: cannot be made: it scores by',
    '--strategy | rigl',
  ],
  [['--strategy', 'magnitude'], '--sparsity: sparsity is missing', 'expected: a number'],
  [
    ['--strategy', '{magnitude: {round: 2}}', '--sparsity', '0.5'],
    'unknown key "round"',
    '--strategy | {magnitude: {round: 2}}\n             |              ^^^^^\n',
  ],
  [['--strategy', 'magnitude', '--sparsity', '90'], '--sparsity 90: expected', '--sparsity | 90'],
  [['--strategy', 'magnitude', '--sparsity', '0.5', '--data', 'mnis'], '--data mnis: unknown data', 'mnist'],
])('%j: what is wrong is shown in its option', async (args, said, shown) => {
  const place = await placeWithNet();
  const { status, stderr } = await place.start(['prune', 'net', '--out', 'out', ...args]);
  expect(status).toBe(2);
  expect(stderr).toContain(said);
  expect(stderr).toContain(shown);
  expect(stderr).not.toContain('command line');
});

test('a folder that holds something else is refused before any plan is shown', async () => {
  const place = await placeWithNet();
  const args = (sparsity: string) => ['prune', 'net', '--strategy', 'magnitude', '--sparsity', sparsity, '--out', 'out'];
  expect((await place.start(args('0.5'))).status).toBe(0);
  const { status, stdout, stderr } = await place.start(args('0.6'));
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('this folder holds the run of another experiment');
  // What falls is zero already: there is no line to speak of.
  const again = await place.start([
    'prune',
    'out',
    '--strategy',
    'magnitude',
    '--sparsity',
    '0.5',
    '--threshold',
    'layer',
    '--out',
    'again',
  ]);
  expect(again.stdout).not.toMatch(/e-[34]\d/);
});

test.each(['broken.json', 'nowhere'])('ends with 2 where the model is %s', async (model) => {
  const place = await placeWithNet();
  const { status, stderr } = await place.start(['prune', model, '--strategy', 'magnitude', '--sparsity', '0.5', '--out', 'out']);
  expect(stderr).toContain(model);
  expect(status).toBe(2);
});

test('--sparse compiles what is left, and says how fast it is', async () => {
  const place = await placeWithNet();
  const args = ['prune', 'net', '--strategy', 'magnitude', '--sparsity', '0.9', '--out', 'out', '--sparse'];
  const { status, stdout, stderr } = await place.start(args);
  expect(status).toBe(0);
  expect(stderr).toMatch(/compiled to sparse kernels: \d of 3 layers with weights run on one, \d\d\.\d\d % zeros/);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(
    /sparse\/model\.sparse, [\d.]+ k?B, for loadSparse: [\d.]+ ms, [\d.]+× the speed of the dense model on WebAssembly/,
  );
  expect(existsSync(place.file('out/sparse/model.sparse'))).toBe(true);
});
