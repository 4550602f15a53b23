import { Budget } from '@espalier/core';
import magnitudePlugin from '@espalier/strategy-magnitude';
import { cutsOf, TestBed, testScheduler, testStrategy } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';
testScheduler(plugin, 'sine');
testStrategy(plugin, { follow: { scorer: 'magnitude', every: 2 } }, { with: [magnitudePlugin] });
beforeAll(() => tf.setBackend('cpu'));
const bed = new TestBed(plugin, magnitudePlugin);
test('the sparsity is that of a quarter of a sine', () => {
    const scheduler = bed.make('scheduler', 'sine');
    const budget = new Budget(6, 3);
    expect(scheduler.sparsityAt(budget.at(2, 0), 0.8)).toBeCloseTo(0.8 * 0.5, 12);
    expect(scheduler.sparsityAt(budget.at(3, 0), 0.8)).toBeCloseTo(0.8 * Math.SQRT1_2, 12);
    expect(scheduler.sparsityAt(budget.at(6, 0), 0.8)).toBe(0.8);
});
test('a run follows it', async () => {
    const strategy = { follow: { scorer: 'magnitude', every: 4 } };
    const outcome = await bed.pruned({ net: 'dense', strategy, sparsity: 0.9, budget: new Budget(10, 3) });
    const wanted = [4, 8, 10].map((step) => ({ step, asked: 0.9 * Math.sin((Math.PI / 2) * (step / 10)) }));
    expect(cutsOf(outcome).map(({ step, asked }) => ({ step, asked }))).toEqual(wanted);
});
test('the strategy needs a scorer: it says so', () => {
    expect(() => bed.make('strategy', 'follow')).toThrow('follow.scorer: expected scorer as a name');
});
