import { Budget } from '@espalier/core';
import { courseOf, cutsOf } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));

const budget = new Budget(12, 3);
const linear = (more: object = {}) => ({ linear: { end: { steps: 8 }, ...more } });

describe('gradual', () => {
  test('cuts every so many steps to what the schedule wants, and last where that ends', async () => {
    const outcome = await bed.pruned({ strategy: { gradual: { scheduler: linear(), every: 3 } }, budget, sparsity: 0.8 });
    // Steps 3 and 6 of 8, then 8 itself, which is no multiple of 3; nothing afterwards. 64 weights.
    expect(cutsOf(outcome)).toEqual([
      { step: 3, asked: expect.closeTo(0.3, 10), sparsity: Math.round(0.3 * 64) / 64 },
      { step: 6, asked: expect.closeTo(0.6, 10), sparsity: Math.round(0.6 * 64) / 64 },
      { step: 8, asked: 0.8, sparsity: Math.round(0.8 * 64) / 64 },
    ]);
    expect(outcome.events.filter(({ type }) => type === 'step')).toHaveLength(12);
  });

  test('asks for nothing before the schedule begins, nor between two stairs', async () => {
    const begun = await bed.pruned({
      strategy: { gradual: { scheduler: linear({ begin: { steps: 4 } }), every: 2 } },
      budget,
      sparsity: 0.8,
    });
    expect(cutsOf(begun).map(({ step }) => step)).toEqual([6, 8]);
    const stairs = await bed.pruned({ strategy: { gradual: { scheduler: { step: { stairs: 2, end: { steps: 8 } } }, every: 1 } }, budget });
    expect(cutsOf(stairs).map(({ step }) => step)).toEqual([4, 8]);
  });

  test('the interval may be epochs, and parts of them', async () => {
    const outcome = await bed.pruned({ strategy: { gradual: { scheduler: 'linear', every: { epochs: 1.5 } } }, budget });
    // 4.5 and 9 steps.
    expect(cutsOf(outcome).map(({ step }) => step)).toEqual([5, 9, 12]);
  });

  test('by default cubic up to three quarters of the training', async () => {
    const outcome = await bed.pruned({ strategy: { gradual: { every: 3 } }, budget, sparsity: 0.8 });
    expect(cutsOf(outcome).map(({ asked }) => asked)).toEqual([3, 6, 9].map((step) => expect.closeTo(0.8 - 0.8 * (1 - step / 9) ** 3, 10)));
  });

  test('a share of the training may be kept for after the end', async () => {
    const outcome = await bed.pruned({ strategy: { gradual: { scheduler: 'linear', every: 4, finetune: 0.5 } }, budget });
    expect(courseOf(outcome)).toEqual(['4 steps', 'cut to 0.5', '2 steps', 'cut to 0.75', '6 steps']);
    const logs = (one: typeof outcome) => one.events.flatMap((event) => (event.type === 'log' ? [event.message] : []));
    expect(logs(outcome)).toEqual([]);
    expect(logs(await bed.pruned({ strategy: { gradual: { scheduler: 'linear' } }, budget }))[0]).toMatch(
      /^the last cut is at the last step/,
    );
  });

  test('a scorer that watches the training sees every step of it', async () => {
    const outcome = await bed.pruned({
      strategy: { gradual: { scorer: 'movement', scheduler: linear(), every: 3 } },
      budget,
      sparsity: 0.8,
    });
    expect(cutsOf(outcome).map(({ step }) => step)).toEqual([3, 6, 8]);
    expect(outcome.plan.map(({ what }) => what)).toContain('cut');
  });

  test('where the threshold decides alone, it cuts by it at each of these steps', async () => {
    const outcome = await bed.pruned({
      strategy: { gradual: { scheduler: linear(), every: 3 } },
      threshold: { fixed: { value: 0.2 } },
      sparsity: Number.NaN,
    });
    expect(cutsOf(outcome).map(({ step, asked }) => ({ step, asked }))).toEqual([3, 6, 8].map((step) => ({ step, asked: null })));
  });
});

describe('iterative', () => {
  test('cuts and trains in rounds, each taking the same share of what is left', async () => {
    const outcome = await bed.pruned({ strategy: { iterative: { rounds: 2 } }, budget, sparsity: 0.75 });
    expect(courseOf(outcome)).toEqual(['cut to 0.5', '6 steps', 'cut to 0.75', '6 steps']);
  });

  test('as another schedule wants it; no step is lost where the rounds do not divide the training', async () => {
    const outcome = await bed.pruned({
      strategy: { iterative: { rounds: 3, scheduler: 'linear' } },
      budget: new Budget(11, 3),
      sparsity: 0.75,
    });
    expect(courseOf(outcome)).toEqual(['cut to 0.25', '3 steps', 'cut to 0.5', '4 steps', 'cut to 0.75', '4 steps']);
  });
});
