import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend.ts';
import { furthestApart, gradientsOf, trainFor, ZOO } from '../testing/zoo.ts';
import { isComplete, packageKit } from './layout.ts';

const kit = packageKit();
const isThere = kit !== undefined && isComplete(kit);

describe.runIf(isThere)('what people train, trains on TensorFlow', () => {
  beforeAll(() => useBackend({ choice: 'tensorflow', threads: 1 }));

  test.each(ZOO.filter((specimen) => !specimen.wrongOnPlainJavaScript))(
    '$name: the gradients are those of plain JavaScript',
    async (specimen) => {
      await useBackend({ choice: 'cpu' });
      const expected = await gradientsOf(specimen);
      await useBackend({ choice: 'tensorflow', threads: 1 });
      const { weight, difference } = furthestApart(expected, await gradientsOf(specimen));
      expect(difference, weight).toBeLessThan(1e-4);
    },
  );

  test.each(ZOO)('$name: the loss goes down', async (specimen) => {
    expect(tf.getBackend()).toBe('tensorflow');
    const losses = await trainFor(8, specimen);
    expect(losses.at(-1)).toBeLessThan(losses[0] as number);
  });

  test('the gradient of nearest-neighbour upsampling is the sum over each block', async () => {
    const image = tf.randomNormal<tf.Rank.R4>([2, 10, 10, 4], 0, 1, 'float32', 3);
    const weights = tf.randomNormal<tf.Rank.R4>([2, 20, 20, 4], 0, 1, 'float32', 4);
    const gradient = tf.grad((x) =>
      tf.image
        .resizeNearestNeighbor(x as tf.Tensor4D, [20, 20])
        .mul(weights)
        .sum(),
    )(image);
    const blocks = weights.reshape([2, 10, 2, 10, 2, 4]).sum([2, 4]);
    expect((await gradient.sub(blocks).abs().max().data())[0]).toBeLessThan(1e-5);
  });
});
