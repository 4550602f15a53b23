import { Budget, type Checkpoint } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { NETS } from '../testing/nets.ts';
import { type Outcome, prune, pruned } from '../testing/runs.ts';

beforeAll(() => tf.setBackend('cpu'));

const STRATEGIES: Record<string, unknown> = {
  gradual: { gradual: { every: 2, finetune: 0.25 } },
  iterative: { iterative: { rounds: 3 } },
  lottery: { lottery: { rounds: 2, trainFirst: true } },
  rigl: { rigl: { every: 2 } },
  set: 'set',
};
const budget = new Budget(9, 3);
const cases = Object.keys(STRATEGIES).flatMap((strategy) => Object.keys(NETS).map((net) => [strategy, net] as const));

const course = ({ events }: Outcome) =>
  events.flatMap((event) => (event.type === 'cut' || event.type === 'regrow' ? [{ what: event.type, step: event.step }] : []));

describe.each(cases)('%s on a net of the kind "%s"', (strategy, net) => {
  const asked = { net, strategy: STRATEGIES[strategy], budget, sparsity: 0.6 };

  test('reaches the sparsity as it was rehearsed, and pruned weights are zero', async () => {
    const outcome = await pruned(asked);
    const masks = Object.entries(outcome.masks);
    const size = masks.reduce((sum, [, mask]) => sum + mask.length, 0);
    expect(masks.flatMap(([, mask]) => mask).filter((kept) => kept === 0)).toHaveLength(Math.round(0.6 * size));
    for (const [name, mask] of masks) for (const [i, kept] of mask.entries()) if (!kept) expect(outcome.weights[name]?.[i]).toBe(0);
    const rehearsed = outcome.plan.flatMap(({ what, step }) => (what === 'cut' || what === 'regrow' ? [{ what, step }] : []));
    expect(course(outcome)).toEqual(rehearsed);
  });

  test('stopped anywhere and gone on, it ends with the numbers of a run that was not', async () => {
    const whole = await pruned(asked);
    for (let stopAt = 2; stopAt < whole.events.length - 1; stopAt += net === 'dense' ? 2 : 7) {
      const store: { saved: Checkpoint | null } = { saved: null };
      expect(await prune({ ...asked, store, stopAt })).toBeNull();
      const { weights, masks, random } = await pruned({ ...asked, store });
      expect({ weights, masks, random }).toEqual({ weights: whole.weights, masks: whole.masks, random: whole.random });
    }
  });
});
