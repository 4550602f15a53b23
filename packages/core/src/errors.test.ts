import { expect, test } from 'vitest';
import { BrokenPromise, Cancelled, Diverged, EspalierError } from './errors.ts';

test('a message says where, what, why and what to do, as far as these are known', () => {
  expect(new EspalierError('it failed').message).toBe('it failed');
  expect(new EspalierError({ where: 'a/kernel', what: 'is odd' }).message).toBe('a/kernel: is odd');
  expect(new EspalierError({ where: 'a/kernel', what: 'is odd', why: 'it has 3', remedy: 'Add one' }).message).toBe(
    'a/kernel: is odd: it has 3. Add one',
  );
});

test('errors are told apart by name and class', () => {
  for (const error of [new BrokenPromise('x'), new Diverged(3, { what: 'x' }), new Cancelled()])
    expect(error).toBeInstanceOf(EspalierError);
  expect([new BrokenPromise('x').name, new Diverged(3, { what: 'x' }).step, new Cancelled().name]).toEqual([
    'BrokenPromise',
    3,
    'Cancelled',
  ]);
  const cause = new Error('deep');
  expect(new EspalierError('x', { cause }).cause).toBe(cause);
});
