import { describe, expect, test } from 'vitest';
import { make } from '../testing/make.ts';

const at = (config: unknown, ...progress: number[]): number[] =>
  progress.map((share) => make('learningRate', config).rateAt({ number: share * 100, total: 100, progress: share }));

function close(values: number[], expected: number[]): void {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] as number, 12);
}

test('constant: the same throughout', () => {
  close(at({ constant: { rate: 0.3 } }, 0.01, 0.5, 1), [0.3, 0.3, 0.3]);
});

describe('cosine', () => {
  test('from the first rate over the mean of both to the last', () => {
    close(at({ cosine: { from: 0.1, to: 0.02 } }, 0, 0.5, 1), [0.1, 0.06, 0.02]);
    // cos 60° = ½: three quarters of the way up.
    close(at({ cosine: { from: 1, to: 0 } }, 1 / 3), [0.75]);
  });

  test('after a warm-up that rises from 0', () => {
    close(at({ cosine: { from: 1, to: 0, warmup: 0.2 } }, 0.05, 0.1, 0.2, 0.6, 1), [0.25, 0.5, 1, 0.5, 0]);
  });
});

test('exponential: the geometric mean in the middle', () => {
  close(at({ exponential: { from: 0.1, to: 0.001 } }, 0, 0.5, 1), [0.1, 0.01, 0.001]);
});

test('step: drops after each share, and not yet on it', () => {
  close(at({ step: { from: 1, factor: 0.1, at: [0.5, 0.75] } }, 0.01, 0.5, 0.51, 0.75, 0.76, 1), [1, 1, 0.1, 0.1, 0.01, 0.01]);
});
