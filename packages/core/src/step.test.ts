import { expect, test } from 'vitest';
import { Budget, rounds } from './step.ts';

test('a budget of epochs is whole steps', () => {
  expect(Budget.ofEpochs(2, 469).steps).toBe(938);
  expect(Budget.ofEpochs(0.5, 3).steps).toBe(2);
  expect(Budget.ofEpochs(2, 469).epochs).toBe(2);
});

test('split gives equal shares that never exceed the whole, and at least a step', () => {
  expect(new Budget(10, 5).split(3).steps).toBe(3);
  expect(new Budget(2, 5).split(3).steps).toBe(1);
  expect(new Budget(0, 5).split(3).steps).toBe(0);
});

test('parts add up to the whole, in order', () => {
  expect(new Budget(11, 5).inParts(3)).toEqual([new Budget(3, 5), new Budget(4, 5), new Budget(4, 5)]);
  expect(new Budget(1, 5).inParts(2)).toEqual([new Budget(0, 5), new Budget(1, 5)]);
});

test('share gives a part', () => {
  expect(new Budget(10, 5).share(0.25)).toEqual(new Budget(3, 5));
});

test('rounds are steps of which each is an epoch', () => {
  expect([...rounds(2)]).toEqual([
    { number: 1, total: 2, progress: 0.5, epoch: 1, endsEpoch: true, stepsPerEpoch: 1, loss: Number.NaN },
    { number: 2, total: 2, progress: 1, epoch: 2, endsEpoch: true, stepsPerEpoch: 1, loss: Number.NaN },
  ]);
  expect([...rounds(0)]).toEqual([]);
});
