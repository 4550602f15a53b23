import { Budget, parsePart, rounds, type Scheduler, stepsTo } from '@espalier/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';

const scheduler = (config: unknown): Scheduler => bed.make('scheduler', config);
/** The sparsity at each step of a training of eight steps, two epochs. */
const course = (config: unknown, target = 0.8): number[] => {
  const budget = new Budget(8, 4);
  return Array.from({ length: 8 }, (_, i) => scheduler(config).sparsityAt(budget.at(i + 1, 0), target));
};
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 10));

describe('by hand, over eight steps to 0.8', () => {
  test('constant: all at once, from its beginning on', () => {
    expect(course('constant')).toEqual(new Array(8).fill(0.8));
    expect(course({ constant: { begin: 0.5 } })).toEqual([0, 0, 0, 0.8, 0.8, 0.8, 0.8, 0.8]);
  });

  test('linear: as much at each step', () => {
    expect(course('linear')).toEqual(close([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]));
    // From step 2, where it starts with 0.2, to step 6.
    expect(course({ linear: { start: 0.2, begin: { steps: 2 }, end: 0.75 } })).toEqual(close([0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.8, 0.8]));
  });

  test('polynomial: 0.8 − 0.8·(1 − p)³', () => {
    const at = (p: number) => 0.8 - 0.8 * (1 - p) ** 3;
    expect(course('polynomial').slice(3, 4)).toEqual(close([0.7]));
    expect(course({ polynomial: { end: { epochs: 1 } } })).toEqual(close([at(0.25), 0.7, at(0.75), 0.8, 0.8, 0.8, 0.8, 0.8]));
    expect(course({ polynomial: { power: 1 } })).toEqual(close(course('linear')));
  });

  test('exponential: the same share of what is left', () => {
    // To 0.75: half of what is left in four steps, half of that in four more.
    expect(course('exponential', 0.75)[3]).toBeCloseTo(0.5, 12);
    const left = course('exponential').map((sparsity) => 1 - sparsity);
    for (let i = 1; i < 8; i++) expect((left[i] as number) / (left[i - 1] as number)).toBeCloseTo(0.2 ** (1 / 8), 10);
  });

  test('cosine: half of it half way, a quarter of the wave at a third', () => {
    expect(course('cosine')[3]).toBeCloseTo(0.4, 12);
    expect(course({ cosine: { end: 0.75 } })[1]).toBeCloseTo(0.8 * 0.25, 12);
  });

  test('step: equal stairs, the last one at the end', () => {
    expect(course({ step: { stairs: 2 } })).toEqual([0, 0, 0, 0.4, 0.4, 0.4, 0.4, 0.8]);
    expect(course({ step: { stairs: 4, start: 0.4 } })).toEqual(close([0.4, 0.5, 0.5, 0.6, 0.6, 0.7, 0.7, 0.8]));
  });

  test('in rounds, a round is a step and an epoch', () => {
    const sparsities = [...rounds(2)].map((round) => scheduler({ exponential: { end: { epochs: 2 } } }).sparsityAt(round, 0.75));
    expect(sparsities).toEqual([0.5, 0.75]);
  });
});

describe('whatever the options', () => {
  const moments = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.record({ steps: fc.nat(20) }),
    fc.record({ epochs: fc.double({ min: 0, max: 4, noNaN: true }) }),
  );
  const ramp = fc.record({ start: fc.double({ min: 0, max: 0.99, noNaN: true }), begin: moments, end: fc.oneof(moments, fc.constant(1)) });

  test.each(['constant', 'linear', 'polynomial', 'exponential', 'cosine', 'step'])(
    '%s never falls, stays from 0 to its target, and ends on it exactly',
    (name) => {
      fc.assert(
        fc.property(
          ramp,
          fc.double({ min: 0, max: 1, noNaN: true }),
          fc.integer({ min: 1, max: 30 }),
          fc.integer({ min: 1, max: 9 }),
          (options, target, steps, perEpoch) => {
            const config = { [name]: name === 'constant' ? { begin: options.begin } : options };
            if (bed.registry.complete(parsePart('scheduler', config) as never).problems.length > 0) return;
            const budget = new Budget(steps, perEpoch);
            const [begin, end] = [options.begin, options.end].map((when) => stepsTo(when, budget.at(1, 0))) as [number, number];
            // Only the steps tell.
            if (name !== 'constant' && end < begin) return;
            const one = scheduler(config);
            let before = 0;
            for (let number = 1; number <= steps; number++) {
              const sparsity = one.sparsityAt(budget.at(number, 0), target);
              expect(sparsity).toBeGreaterThanOrEqual(before);
              expect(sparsity).toBeLessThanOrEqual(target);
              expect(one.sparsityAt(budget.at(number, 0), target)).toBe(sparsity);
              before = sparsity;
            }
            if (options.end === 1 && name !== 'constant' && stepsTo(options.begin, budget.at(1, 0)) < steps) expect(before).toBe(target);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});

test('an end that is not after the beginning is refused', () => {
  const problems = (options: object) =>
    bed.registry
      .complete(parsePart('scheduler', { linear: options }) as never)
      .problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  for (const options of [
    { begin: 0.5, end: 0.5 },
    { begin: { steps: 5 }, end: { steps: 4 } },
    { begin: { epochs: 2 }, end: { epochs: 1 } },
  ]) {
    expect(problems(options)).toEqual(['linear.end: end must be after begin']);
  }
  // In different units it takes the steps of a training to tell: 4 of 8 here.
  expect(problems({ begin: { steps: 5 }, end: 0.5 })).toEqual([]);
  expect(() => course({ linear: { begin: { steps: 5 }, end: 0.5 } })).toThrow(
    'the schedule ends at step 4 of 8, before it begins, at step 5. Let it begin earlier, or end later',
  );
  expect(() => course({ step: { begin: 0.9, end: { epochs: 1 } } })).toThrow('ends at step 4 of 8, before it begins, at step 7.2');
  expect(course({ linear: { begin: { steps: 4 }, end: 0.5 } })).toEqual([0, 0, 0, 0.8, 0.8, 0.8, 0.8, 0.8]);
  expect(problems({ start: 1 })[0]).toContain('linear.start: ');
});
