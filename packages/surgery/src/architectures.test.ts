import { beforeAll, describe, expect, test } from 'vitest';
import { readNetwork } from './read-network.ts';
import { replay, shrink } from './shrink.ts';
import { ARCHITECTURES } from './testing/architectures.ts';
import { checkRemoval, masksOf, TOLERANCE } from './testing/check-removal.ts';
import { mobilenet } from './testing/mobilenet.ts';
import { difference, disposeLoaded, outputsOnWasm, randomise, savedAndLoaded, useCpu } from './testing/models.ts';

beforeAll(useCpu);

describe.each(Object.entries(ARCHITECTURES))('%s', (_name, make) => {
  test.each([0.3, 0.5, 0.7])('at %f', async (sparsity) => {
    const model = randomise(make(), 4);
    const removal = await checkRemoval(model, { sparsity, seed: 2 });
    const network = await readNetwork(model);
    // Every layer with a kernel loses units, but for the one that makes the outputs.
    const widths = [...network.layers.values()].filter(({ weights }) => weights.some(({ name }) => name.endsWith('kernel')));
    expect(Object.keys(removal.units).filter((name) => !name.endsWith('/backward')).length).toBeGreaterThanOrEqual(widths.length - 3);
    disposeLoaded(model);
  });
});

test.each([0.3, 0.5, 0.7])(
  'the trained MobileNetV2 at %f: masked, shrunk and replayed give the same',
  async (sparsity) => {
    const model = await mobilenet();
    const byMagnitude = await shrink(model, { sparsity });
    const masks = await masksOf(model, byMagnitude.removal);
    const once = { batch: 1 };
    const masked = await outputsOnWasm(model, once);
    const byMasks = await shrink(model, masks);
    expect(byMasks.removal).toEqual(byMagnitude.removal);
    expect(byMasks.stayed).toEqual([]);
    expect(difference(await outputsOnWasm(byMasks.model, once), masked)).toBeLessThan(TOLERANCE);
    if (sparsity === 0.5) {
      expect(byMasks.before.macs / byMasks.after.macs).toBeGreaterThan(3.4);
      const loaded = await savedAndLoaded(byMasks.model);
      expect(difference(await outputsOnWasm(loaded, once), masked)).toBeLessThan(TOLERANCE);
      const again = await replay(model, byMasks.removal);
      expect(difference(await outputsOnWasm(again, once), masked)).toBeLessThan(TOLERANCE);
      for (const each of [loaded, again]) each.dispose();
    }
    masks.dispose();
    for (const each of [byMagnitude.model, byMasks.model, model]) each.dispose();
  },
  120_000,
);
