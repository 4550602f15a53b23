import type { Column, Dataset } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { checkDataset } from './check-dataset.ts';
import { messageOf } from './testing/files.ts';

function dataset(change: Partial<Dataset> = {}): Dataset {
  const part = {
    size: 2,
    inputs: [{ shape: [2], data: Float32Array.of(1, 2, 3, 4) }],
    targets: [{ shape: [], data: Int32Array.of(0, 1) }],
  };
  return { name: 'x', task: 'classification', classes: 2, train: part, test: part, fingerprint: '', ...change };
}

function withTrain(side: 'inputs' | 'targets', column: Partial<Column>): Dataset {
  const { train } = dataset();
  return dataset({ train: { ...train, [side]: [{ ...train[side][0], ...column }] } });
}

test('a sound dataset passes as it is', () => {
  const sound = dataset();
  expect(checkDataset(sound, 'here')).toBe(sound);
});

describe('what a model could not learn from', () => {
  test.each<[string, Dataset, string]>([
    ['no classes', dataset({ classes: undefined }), 'here: classification needs two classes or more, but "classes" is undefined'],
    ['one class', dataset({ classes: 1 }), 'here: classification needs two classes or more, but "classes" is 1'],
    ['names that are too few', dataset({ classNames: ['a'] }), 'here: there are 2 classes, but 1 class names'],
    ['no samples', dataset({ test: { size: 0, inputs: [], targets: [] } }), 'here, test: has no samples'],
    ['no inputs', dataset({ test: { size: 1, inputs: [], targets: [] } }), 'here, test: needs at least one input and one target'],
    ['a wrong size', withTrain('inputs', { data: Float32Array.of(1, 2, 3) }), 'here, train input: holds 3 values: 2 samples of [2] are 4'],
    ['a shape with a hole', withTrain('inputs', { shape: [0] }), 'here, train input: [0] is no shape: lengths are whole numbers from 1'],
    ['another shape for testing', withTrain('inputs', { shape: [1, 2] }), 'here, input: is [1, 2] for training and [2] for testing'],
    ['an endless scale', withTrain('inputs', { scale: Number.NaN }), 'here, train input: its scale is NaN'],
    [
      'an infinite value',
      withTrain('inputs', { data: Float32Array.of(1, 2, 3, Number.NEGATIVE_INFINITY) }),
      'here, train input, sample 1: value 1 is -Infinity: training takes finite numbers only',
    ],
    [
      'a label too high',
      withTrain('targets', { data: Int32Array.of(0, 2) }),
      'here, train target: the label of sample 1 is 2, outside of the 2 classes 0 to 1',
    ],
    [
      'a label that is no whole number',
      withTrain('targets', { data: Float32Array.of(0.5, 1) }),
      'here, train target: the label of sample 0 is 0.5, outside of the 2 classes',
    ],
    [
      'labels with a shape',
      (() => {
        const part = { ...dataset().train, targets: [{ shape: [1], data: Int32Array.of(0, 1) }] };
        return dataset({ train: part, test: part });
      })(),
      'labels have the shape [], not [1]. Give one whole number per sample',
    ],
  ])('%s', async (_, wrong, message) => {
    expect(await messageOf(() => checkDataset(wrong, 'here'))).toContain(message);
  });
});
