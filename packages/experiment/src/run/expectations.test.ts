import { expect, test } from 'vitest';
import type { Experiment } from '../config/index.ts';
import { brokenExpectations } from './expectations.ts';
import type { Measurement } from './result.ts';

const dense: Measurement = {
  accuracy: 0.975,
  loss: 0.1,
  trainAccuracy: 1,
  parameters: 200,
  nonzero: 200,
  bytes: 800,
  macs: 180,
  latencyMs: 1,
};
const pruned: Measurement = { ...dense, accuracy: 0.97, loss: 0.12, nonzero: 38, sparsity: 0.9, bytes: 200, macs: 18 };

const broken = (expected: NonNullable<Experiment['expect']>, measured = { dense, pruned } as Parameters<typeof brokenExpectations>[1]) =>
  brokenExpectations({ expect: expected } as Experiment, measured);

test('what holds is not spoken of; limits hold themselves', () => {
  expect(brokenExpectations({} as Experiment, { dense, pruned })).toEqual([]);
  expect(
    broken({ accuracy: { min: 0.97, max: 0.97 }, macs: { max: 18 }, bytes: { min: 200 }, nonzero: {}, denseAccuracy: { min: 0.975 } }),
  ).toEqual([]);
});

test('the shrunk model is spoken of like the pruned one; speed is that of the dense model', () => {
  const shrunk = { ...pruned, accuracy: 0.965, bytes: 90, latencyMs: 0.25, units: { removed: 1, of: 2 }, maxDifference: 0 };
  const measured = { dense, pruned, shrunk: { ...shrunk, savedModel: { bytes: 1, latencyMs: 0.1, maxDifference: 0 } } };
  const held = {
    shrunkAccuracyDrop: { max: 0.01 },
    shrunkBytes: { max: 90 },
    shrunkSpeedup: { min: 4, max: 4 },
    savedModelSpeedup: { min: 10 },
  };
  expect(broken(held, measured)).toEqual([]);
  expect(broken({ shrunkAccuracyDrop: { max: 0.009 }, shrunkMacs: { max: 17 }, shrunkSpeedup: { min: 5 } }, measured)).toEqual([
    'expect.shrunkAccuracyDrop: 0.01000 is more than 0.009',
    'expect.shrunkMacs: 18 is more than 17',
    'expect.shrunkSpeedup: 4 is less than 5',
  ]);
  expect(broken({ savedModelSpeedup: { min: 1 } }, { ...measured, shrunk })).toEqual([
    'expect.savedModelSpeedup: there is no such figure in this run',
  ]);
});

test('a drop is counted in samples, not in what floating point makes of a difference', () => {
  expect(0.975 - 0.97).toBeGreaterThan(0.005);
  expect(broken({ accuracyDrop: { max: 0.005 } })).toEqual([]);
  expect(broken({ accuracyDrop: { max: 0.0049 } })).toEqual(['expect.accuracyDrop: 0.005000 is more than 0.0049']);
});

test('a sentence for each limit that is broken', () => {
  expect(broken({ loss: { max: 0.1 }, nonzero: { max: 37 }, accuracy: { min: 0.98 } })).toEqual([
    'expect.accuracy: 0.9700 is less than 0.98',
    'expect.loss: 0.1200 is more than 0.1',
    'expect.nonzero: 38 is more than 37',
  ]);
});

test('a sparsity need only be met to one element', () => {
  expect(broken({ sparsity: { min: 0.905 } })).toEqual([]);
  expect(broken({ sparsity: { min: 0.91 } })).toEqual(['expect.sparsity: 0.9000 is less than 0.91']);
});

test('a figure that is not there is no figure that holds', () => {
  const regression = { dense: { ...dense, accuracy: null }, pruned: { ...pruned, accuracy: null } };
  expect(broken({ accuracy: { min: 0 }, accuracyDrop: { max: 1 } }, regression)).toEqual([
    'expect.accuracy: there is no such figure in this run',
    'expect.accuracyDrop: there is no such figure in this run',
  ]);
});
