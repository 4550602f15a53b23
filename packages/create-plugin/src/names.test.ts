import { expect, test } from 'vitest';
import { namesOf } from './names.ts';

test.each([
  ['acme-entropy', 'acmeEntropy', 'AcmeEntropy', 'acme-entropy'],
  ['espalier-plugin-rare-weights', 'rareWeights', 'RareWeights', 'espalier-plugin-rare-weights'],
  ['@acme/espalier-plugin-entropy', 'entropy', 'Entropy', 'espalier-plugin-entropy'],
  ['@acme/espalier-plugin', 'acme', 'Acme', 'espalier-plugin'],
  ['@acme/rare.weights_2', 'rareWeights2', 'RareWeights2', 'rare.weights_2'],
])('%s', (name, part, type, folder) => {
  expect(namesOf(name)).toEqual({ package: name, part, type, folder });
});

test.each([
  ['My Scorer', '"my-scorer" would do'],
  ['RareWeights', '"rare-weights" would do'],
  ['@Acme/My Scorer', '"@acme/my-scorer" would do'],
  ['../outside', '"outside" would do'],
  ['', 'letters, digits and hyphens'],
  ['…', 'letters, digits and hyphens'],
  ['node_modules', 'no name for a package'],
  ['espalier', '"espalier-plugin-espalier" would do'],
  ['@espalier/core', 'is taken'],
  ['3d-scores', 'starts with a letter, as in "my-3d"'],
])('%j is refused: %s', (name, message) => {
  expect(() => namesOf(name)).toThrow(message);
});

test('a part of Espalier itself has the name already, whatever it is written like', () => {
  expect(() => namesOf('magnitude', 'scorer')).toThrow(
    'there is a scorer "magnitude" already, in Espalier itself; "my-magnitude" would do',
  );
  expect(() => namesOf('espalier-plugin-mean-activation', 'scorer')).toThrow('already');
  expect(namesOf('magnitude', 'scheduler').part).toBe('magnitude');
});
