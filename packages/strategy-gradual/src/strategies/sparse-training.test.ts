import { Budget, Mask, MaskSet, Random, type ScoringContext, selectParameters } from '@espalier/core';
import { courseOf, type Outcome } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { SignedRankScorer } from '../scorers/signed-rank.ts';
import { bed } from '../testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));

const budget = new Budget(12, 3);
const regrown = ({ events }: Outcome) => events.flatMap((event) => (event.type === 'regrow' ? [event] : []));
const keptOf = ({ masks }: Outcome) => Object.values(masks).map((mask) => mask.filter(Boolean).length);

describe('rigl', () => {
  test('is sparse from the first step, and moves a share of the connections that shrinks like a cosine', async () => {
    const outcome = await bed.pruned({ strategy: { rigl: { every: 2, end: { steps: 8 }, share: 0.5 } }, budget, threshold: 'layer' });
    expect(courseOf(outcome)).toEqual([
      'rewind to initial',
      'cut to 0.75',
      '2 steps',
      'regrow',
      '2 steps',
      'regrow',
      '2 steps',
      'regrow',
      '6 steps',
    ]);
    expect(regrown(outcome).map(({ share }) => share)).toEqual(
      [1, 2, 3].map((n) => expect.closeTo(0.25 * (1 + Math.cos((Math.PI * n) / 4)), 12)),
    );
    // 48 and 16 weights: a quarter of each stays, whatever moves.
    expect(keptOf(outcome)).toEqual([12, 4]);
  });

  test('no update falls on the last step', async () => {
    const outcome = await bed.pruned({ strategy: { rigl: { every: 3, end: 1 } }, budget });
    expect(regrown(outcome).map(({ step }) => step)).toEqual([3, 6, 9]);
  });

  test('the connections move', async () => {
    const moving = await bed.pruned({ strategy: { rigl: { every: 1, share: 0.5 } }, budget });
    const still = await bed.pruned({ strategy: { rigl: { every: 100 } }, budget, isRehearsed: false });
    expect(regrown(still)).toEqual([]);
    expect(moving.masks).not.toEqual(still.masks);
    expect(keptOf(moving)).toEqual(keptOf(still));
  });
});

describe('set', () => {
  test('evolves after each epoch but the last', async () => {
    const outcome = await bed.pruned({ strategy: { set: { share: 0.25 } }, budget, threshold: 'layer' });
    expect(courseOf(outcome)).toEqual([
      'rewind to initial',
      'cut to 0.75',
      '3 steps',
      'regrow',
      '3 steps',
      'regrow',
      '3 steps',
      'regrow',
      '3 steps',
    ]);
    expect(keptOf(outcome)).toEqual([12, 4]);
  });

  test('drops the same share of the positive as of the negative weights', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [9], useBias: false })] });
    model.setWeights([tf.tensor2d([5, 6, 7, 8, -1, -2, 0, -9, 9], [9, 1])]);
    const { taken } = selectParameters(model);
    const masks = new MaskSet(taken);
    // The last one is pruned; a zero that is kept is the first to go.
    masks.replace(taken[0] as (typeof taken)[0], Mask.of([1, 1, 1, 1, 1, 1, 1, 1, 0]));
    const context = { model, masks, random: Random.of(1) } as unknown as ScoringContext;
    const [scores] = await new SignedRankScorer().score(taken, context);
    const wanted = [1 / 4, 2 / 4, 3 / 4, 4 / 4, 1 / 3, 2 / 3, 0, 3 / 3, 0];
    expect([...(scores as tf.Tensor).dataSync()]).toEqual(wanted.map((score) => Math.fround(score)));
  });
});

test.each([
  [{ rigl: {} }, 'strategy "rigl": no connection would move in 12 steps (4 epochs) of training'],
  [{ rigl: { every: 2, end: 0 } }, 'no connection would move in 12 steps'],
])('a net whose connections would not move is refused: %j', async (strategy, message) => {
  await expect(bed.rehearse({ strategy, budget })).rejects.toThrow(message);
});

test('so is one that evolves after each epoch but the last, and has one epoch', async () => {
  await expect(bed.rehearse({ strategy: 'set', budget: new Budget(3, 3) })).rejects.toThrow(/in 3 steps \(1 epochs\).*two epochs or more/);
});
