import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { checkRemoval } from './testing/check-removal.ts';
import { disposeLoaded, randomise, useCpu } from './testing/models.ts';
import { randomModel } from './testing/random-model.ts';

beforeAll(useCpu);

// Without fast-check's preference for small numbers: those would be small nets, of which little is removed.
const choices = fc.noBias(fc.array(fc.nat({ max: 1_000_000 }), { minLength: 40, maxLength: 60 }));
const sparsity = fc.noBias(fc.integer({ min: 10, max: 90 })).map((percent) => percent / 100);

test('300 random models: masked and shrunk give the same, and exactly what was asked for is gone', async () => {
  let removed = 0;
  await fc.assert(
    fc.asyncProperty(choices, sparsity, fc.nat(), fc.constantFrom('layer', 'global'), async (made, share, seed, scope) => {
      const model = randomise(randomModel(made), seed);
      const { units } = await checkRemoval(model, { sparsity: share, seed, scope: scope as 'layer' });
      removed += Object.values(units).reduce((sum, each) => sum + each.removed.length, 0);
      disposeLoaded(model);
    }),
    { numRuns: 300, seed: 6, endOnFailure: true },
  );
  expect(removed).toBeGreaterThan(2000);
}, 300_000);
