import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { floatNpy, longNpy, npyBytes, npyHeader } from './testing/npy-bytes.ts';
import { load } from './testing/part.ts';

function folderWith(files: Record<string, Uint8Array>): string {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

const train = { inputs: 'x.npy', targets: 'y.npy' };
const test_ = { inputs: 'u.npy', targets: 'v.npy' };
const good = {
  'x.npy': floatNpy([1, 2, 3, 4, 5, 6], [3, 2]),
  'y.npy': longNpy([0, 2, 1]),
  'u.npy': floatNpy([7, 8], [1, 2]),
  'v.npy': longNpy([2]),
};

test('arrays of numbers with whole-number targets are classes', async () => {
  const data = await load('npy', { train, test: test_ }, { baseFolder: folderWith(good) });
  expect(data).toMatchObject({ name: 'x.npy', task: 'classification', classes: 3 });
  expect(data.train).toEqual({
    size: 3,
    inputs: [{ shape: [2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    targets: [{ shape: [], data: Int32Array.of(0, 2, 1) }],
  });
  expect(data.test.targets[0]?.data).toEqual(Int32Array.of(2));
});

test('targets with fractions are values to predict', async () => {
  const folder = folderWith({ ...good, 'y.npy': floatNpy([0.5, 1, 2]), 'v.npy': floatNpy([3]) });
  const data = await load('npy', { train, test: test_ }, { baseFolder: folder });
  expect(data.task).toBe('regression');
  expect(data.train.targets).toEqual([{ shape: [1], data: Float32Array.of(0.5, 1, 2) }]);
});

test('bytes stay bytes, and are scaled when they are read', async () => {
  const pixels = npyBytes(
    npyHeader('|u1', [3, 2, 2]),
    Uint8Array.from({ length: 12 }, (_, i) => i * 20),
  );
  const folder = folderWith({ 'x.npy': pixels, 'y.npy': longNpy([0, 1, 1]) });
  const [column] = (await load('npy', { train, testSplit: 0.4 }, { baseFolder: folder })).train.inputs;
  expect(column).toMatchObject({ shape: [2, 2], scale: 1 / 255 });
  expect(column?.data).toBeInstanceOf(Uint8Array);
  expect((await load('npy', { train, testSplit: 0.4, scale: 2 }, { baseFolder: folder })).train.inputs[0]?.scale).toBe(2);
});

test('without test files a share is set aside, the same for one seed', async () => {
  const size = 50;
  const folder = folderWith({
    'x.npy': floatNpy(Array.from({ length: size }, (_, i) => i)),
    'y.npy': longNpy(Array.from({ length: size }, (_, i) => i % 5)),
  });
  const [first, again, other] = await Promise.all(
    [1, 1, 2].map((seed) => load('npy', { train: train, testSplit: 0.2 }, { baseFolder: folder, seed })),
  );
  expect(first?.test.size).toBe(10);
  expect([...(first?.test.targets[0]?.data ?? [])].sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
  expect(again).toEqual(first);
  expect(other?.test.inputs).not.toEqual(first?.test.inputs);
  expect(other?.fingerprint).not.toBe(first?.fingerprint);
});

describe('arrays that do not fit together', () => {
  test.each<[string, Record<string, Uint8Array>, string, Record<string, unknown>?]>([
    ['sample counts', { 'y.npy': longNpy([0, 1]) }, 'y.npy: holds 2 samples, but'],
    ['shapes', { 'u.npy': floatNpy([7, 8, 9], [1, 3]) }, 'x.npy, input: is [2] for training and [3] for testing'],
    [
      'a negative label',
      { 'y.npy': longNpy([0, -1, 1]) },
      'x.npy, train target: the label of sample 1 is -1, outside of the 3 classes 0 to 2',
      { classes: 3 },
    ],
    [
      'a label beyond the classes',
      { 'v.npy': longNpy([7]) },
      'test target: the label of sample 0 is 7, outside of the 3 classes 0 to 2. Labels are whole numbers from 0',
    ],
    [
      'one class',
      { 'y.npy': longNpy([1, 1, 1]), 'v.npy': longNpy([1]) },
      'every sample is of class 1: with only one class there is nothing to learn',
    ],
    [
      'NaN',
      { 'x.npy': floatNpy([1, 2, 3, Number.NaN, 5, 6], [3, 2]) },
      'x.npy, train input, sample 1: value 1 is NaN: training takes finite numbers only. Remove or fill',
    ],
    ['infinity', { 'u.npy': floatNpy([1, Number.POSITIVE_INFINITY], [1, 2]) }, 'test input, sample 0: value 1 is Infinity'],
    [
      'one-hot labels',
      { 'y.npy': longNpy([1, 0, 0, 1, 1, 0], [3, 2]) },
      'y.npy: labels have the shape [3, 2] instead of [3]. Give the index of each class, as np.argmax',
    ],
    [
      'a label with a fraction',
      { 'y.npy': floatNpy([0, 1.5, 1]) },
      'y.npy: the label of sample 1 is 1.5: labels are whole numbers from 0',
      { task: 'classification' },
    ],
    ['no samples', { 'x.npy': floatNpy([], [0, 2]) }, 'x.npy: is empty: its shape is [0, 2]'],
    ['a single number', { 'x.npy': floatNpy([1], []) }, 'x.npy: is a single number: the first index of an array counts the samples'],
    ['a file cut short', { 'x.npy': good['x.npy'].slice(0, -4) }, 'x.npy: is cut short: [3, 2] of f4 takes 152 bytes, there are 148'],
  ])('%s', async (_, files, message, options = {}) => {
    const folder = folderWith({ ...good, ...files });
    expect(await messageOf(load('npy', { train, test: test_, ...options }, { baseFolder: folder }))).toContain(message);
  });

  test('a missing file', async () => {
    expect(await messageOf(load('npy', { train }, { baseFolder: '/nowhere' }))).toBe(
      '/nowhere/x.npy: there is no such file or folder. Paths in a config start at the folder of its file',
    );
  });

  test('a folder in place of a file', async () => {
    const folder = temporaryFolder();
    expect(await messageOf(load('npy', { train: { inputs: '.', targets: '.' } }, { baseFolder: folder }))).toBe(
      `${folder}: is a folder, not a file`,
    );
  });
});
