import { Part } from '@espalier/core';
import { expect, test } from 'vitest';
import { baselineHash, canonicalJson, experimentHash } from './experiment-hash.ts';
import { parseExperiment } from './parse-experiment.ts';
import { configFolder, VALID_CONFIG } from './testing/config-folder.ts';

const folder = configFolder();
const experimentOf = async (text: string, ...set: string[]) => (await parseExperiment(text, { file: `${folder}/x.yaml`, set })).experiment;
const hashOf = async (text: string, ...set: string[]) => experimentHash(await experimentOf(text, ...set));

test('canonical JSON: sorted keys, parts as a config writes them, nothing undefined', () => {
  const value = { b: [{ d: 1, c: undefined }], a: new Part('optimizer', 'adam', { z: 1, beta1: 2 }), e: new Part('loss', 'x') };
  expect(canonicalJson(value)).toBe('{"a":{"adam":{"beta1":2,"z":1}},"b":[{"d":1}],"e":"x"}');
});

test('a config that says the same in other words has the same identity', async () => {
  const hash = await hashOf(VALID_CONFIG);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const lines = VALID_CONFIG.trim().split('\n');
  const other = [...lines.slice(5), ...lines.slice(0, 5), 'seed: 1']
    .join('\n')
    .replace('optimizer: adam', 'optimizer: { adam: { learningRate: 0.001 } }');
  expect(await hashOf(other)).toBe(hash);
});

test('everything that it says changes the identity', async () => {
  const sets = [
    'name=b',
    'seed=2',
    'prune.sparsity=0.8',
    'train.epochs=6',
    'expect.accuracyDrop.max=0.1',
    'prune.strategy.magnitude.scorer.magnitude.norm=l2',
  ];
  const hashes = await Promise.all([hashOf(VALID_CONFIG), ...sets.map((set) => hashOf(VALID_CONFIG, set))]);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('the order of plugins says nothing', async () => {
  const experiment = await experimentOf(VALID_CONFIG);
  expect(experimentHash({ ...experiment, plugins: ['./b', './a', './b'] })).toBe(
    experimentHash({ ...experiment, plugins: ['./a', './b'] }),
  );
});

test('a dense baseline is shared by what differs in pruning alone', async () => {
  const hash = async (...set: string[]) =>
    baselineHash(await experimentOf(VALID_CONFIG, ...set), 'wasm', { tfjs: '4' }, { data: 'd', model: '' });
  const dense = await hash();
  expect(await hash('name=b', 'prune.sparsity=0.5', 'prune.epochs=1', 'prune.strategy=magnitude', 'prune.batchSize=7', 'expect={}')).toBe(
    dense,
  );
  for (const set of ['seed=2', 'train.epochs=1', 'train.optimizer=sgd', 'model.net.hidden.0=3', 'loss=meanSquaredError'])
    expect(await hash(set)).not.toBe(dense);
  const experiment = await experimentOf(VALID_CONFIG);
  expect(baselineHash(experiment, 'tensorflow', { tfjs: '4' }, { data: 'd', model: '' })).not.toBe(dense);
  expect(baselineHash(experiment, 'wasm', { tfjs: '5' }, { data: 'd', model: '' })).not.toBe(dense);
  expect(baselineHash(experiment, 'wasm', { tfjs: '4' }, { data: 'e', model: '' })).not.toBe(dense);
});
