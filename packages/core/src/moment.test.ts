import { expect, test } from 'vitest';
import { moment, stepsTo } from './moment.ts';
import { Budget } from './step.ts';

test('a moment is a share of the training, a number of steps, or of epochs', () => {
  const step = new Budget(40, 10).at(7, 0);
  expect(stepsTo(0.25, step)).toBe(10);
  expect(stepsTo(0.55, new Budget(20, 10).at(1, 0))).toBe(11);
  expect(stepsTo({ steps: 12 }, step)).toBe(12);
  expect(stepsTo({ epochs: 1.5 }, step)).toBe(15);
});

test.each([-0.1, 1.1, { steps: 1.5 }, { epochs: -1 }, { steps: 1, epochs: 1 }, {}, 'half'])('%o is none', (value) => {
  expect(moment.safeParse(value).success).toBe(false);
});
