import { expect, test } from 'vitest';
import { setValues } from './set-values.ts';

const set = (config: unknown, ...args: string[]) => {
  const { value, problems } = setValues(config, args);
  return problems.length === 0 ? value : problems.map(({ message }) => message);
};

test.each([
  ['a number', { a: 1 }, 'a=2', { a: 2 }],
  ['deep inside, making what is not there', {}, 'prune.sparsity=0.5', { prune: { sparsity: 0.5 } }],
  ['in a list', { a: [{ b: 1 }, { b: 2 }] }, 'a.1.b=3', { a: [{ b: 1 }, { b: 3 }] }],
  ['one more in a list', { a: [1] }, 'a.1=2', { a: [1, 2] }],
  ['the first of a list that is not there', {}, 'prune.parameters.0.sparsity=0.5', { prune: { parameters: [{ sparsity: 0.5 }] } }],
  ['an option of a part that is a plain name', { o: 'adam' }, 'o.adam.learningRate=0.1', { o: { adam: { learningRate: 0.1 } } }],
  ['an option of a part without options', { o: { adam: null } }, 'o.adam.beta1=0.1', { o: { adam: { beta1: 0.1 } } }],
  ['JSON', {}, 'a={"b": [1, true, null]}', { a: { b: [1, true, null] } }],
  ['YAML', {}, 'a={ b: [x, 2] }', { a: { b: ['x', 2] } }],
  ['text with equals signs', {}, 'a=b=c', { a: 'b=c' }],
  ['text that is no YAML', {}, 'a=conv: b: c', { a: 'conv: b: c' }],
  ['a date stays text', {}, 'a=2026-01-01', { a: '2026-01-01' }],
  ['nothing', { a: 1 }, 'a=', { a: null }],
])('%s', (_, config, argument, result) => {
  expect(set(config, argument)).toEqual(result);
});

test('later ones win, and the config itself is not changed', () => {
  const config = { a: { b: 1 } };
  expect(set(config, 'a.b=2', 'a.b=3')).toEqual({ a: { b: 3 } });
  expect(config).toEqual({ a: { b: 1 } });
});

test('what two aliases share is changed in one place only', () => {
  const shared = { x: 1 };
  expect(set({ a: shared, b: shared }, 'a.x=2')).toEqual({ a: { x: 2 }, b: { x: 1 } });
});

test.each([
  ['no value', {}, 'a', 'expected PATH=VALUE, such as prune.sparsity=0.9'],
  ['no path', {}, '=1', 'expected PATH=VALUE, such as prune.sparsity=0.9'],
  ['an empty step', {}, 'a..b=1', 'expected a path of names'],
  ['__proto__', {}, '__proto__.x=1', 'expected a path of names'],
  ['a bracket that is not closed', {}, 'a=[1', 'the value is not YAML'],
  ['a place beyond the list', { a: [1] }, 'a.5=1', 'a is a list of 1: expected a place from 0 to 1'],
  ['an option of another part', { o: 'sgd' }, 'o.adam.beta1=1', 'o is "sgd", which has no "adam"; its own options are under o.sgd'],
  ['inside a number', { a: 1 }, 'a.b=1', 'a is 1, which has nothing inside'],
])('refused: %s', (_, config, argument, message) => {
  expect(set(config, argument)).toEqual([expect.stringContaining(message)]);
});
