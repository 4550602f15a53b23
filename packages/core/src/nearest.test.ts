import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['sparsty', ['strategy', 'sparsity'], 'sparsity'],
  ['Adam', ['adam', 'sgd'], 'adam'],
  ['wsam', ['wasm', 'cpu'], 'wasm'],
  ['poly', ['polynomial', 'cosine'], 'polynomial'],
  ['magnitudePruning', ['magnitude', 'gradient'], 'magnitude'],
  ['taylor', ['magnitude', 'random'], undefined],
  ['x', ['sgd'], undefined],
  ['x', [], undefined],
])('%s among %j: %s', (name, names, found) => {
  expect(nearest(name, names)).toBe(found);
});
