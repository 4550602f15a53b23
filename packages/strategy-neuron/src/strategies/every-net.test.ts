import { Budget, type Checkpoint } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { courseOf, type Outcome, prune, pruned } from '../testing/runs.ts';

beforeAll(() => tf.setBackend('cpu'));

const withScorer = (scorer: string) => ({ neuron: { scorer, rounds: 2 } });
const ANYWHERE = ['dense', 'convolutions with batch norm', 'nested', 'two inputs that share a layer', 'lstm'];
const CASES: readonly (readonly [string, unknown, string])[] = [
  ...['norm', 'fpgm', 'taylor-unit', 'mean-activation'].flatMap((scorer) =>
    ANYWHERE.map((net) => [scorer, withScorer(scorer), net] as const),
  ),
  ...['dense', 'convolutions with batch norm', 'nested', 'two inputs that share a layer'].map(
    (net) => ['apoz', withScorer('apoz'), net] as const,
  ),
  ['slimming', { slimming: { lambda: 0.01, rounds: 2 } }, 'convolutions with batch norm'],
];
const budget = new Budget(6, 3);
const course = ({ events }: Outcome) => events.flatMap((event) => (event.type === 'cut' ? [event.step] : []));

describe.each(CASES)('%s, %o, on a net of the kind "%s"', (_, strategy, net) => {
  const asked = { net, strategy, budget, sparsity: 0.5, threshold: 'layer' };

  test('cuts whole units, with all that belongs to them, as it was rehearsed', async () => {
    const outcome = await pruned(asked);
    let silenced = 0;
    for (const [name, mask] of Object.entries(outcome.masks)) {
      for (const [i, kept] of mask.entries()) {
        if (kept) continue;
        silenced += 1;
        expect(outcome.weights[name]?.[i]).toBe(0);
      }
      // A kernel's columns are whole: each is kept or gone from its first to its last row.
      const width = outcome.masks[name.replace(/[^/]+$/, 'bias')]?.length;
      if (width !== undefined) for (const [i, kept] of mask.entries()) expect(kept).toBe(mask[i % width]);
    }
    expect(silenced).toBeGreaterThan(0);
    expect(outcome.masks).not.toHaveProperty('output/kernel');
    expect(course(outcome)).toEqual(outcome.plan.flatMap(({ what, step }) => (what === 'cut' ? [step] : [])));
  });

  test('stopped anywhere and gone on, it ends with the numbers of a run that was not', async () => {
    const whole = await pruned(asked);
    for (let stopAt = 2; stopAt < whole.events.length - 1; stopAt += 3) {
      const store: { saved: Checkpoint | null } = { saved: null };
      expect(await prune({ ...asked, store, stopAt })).toBeNull();
      const { weights, masks, random } = await pruned({ ...asked, store });
      expect({ weights, masks, random }).toEqual({ weights: whole.weights, masks: whole.masks, random: whole.random });
    }
  });
});

describe('neuron', () => {
  test('cuts half of the units at once, then trains; or in rounds', async () => {
    const asked = { strategy: 'neuron', sparsity: 0.5, budget };
    expect(courseOf(await pruned(asked))).toEqual(['cut to 0.5', '6 steps']);
    expect(courseOf(await pruned({ ...asked, sparsity: 0.75, strategy: { neuron: { rounds: 2 } } }))).toEqual([
      'cut to 0.5',
      '3 steps',
      'cut to 0.75',
      '3 steps',
    ]);
  });

  test('meets a budget by the last round', async () => {
    const outcome = await pruned({
      strategy: { neuron: { rounds: 2 } },
      sparsity: Number.NaN,
      threshold: { budget: { parameters: 0.5 } },
      budget,
    });
    expect(courseOf(outcome)).toEqual(['cut to 0.25', '3 steps', 'cut to 0.5', '3 steps']);
  });

  test('is refused where single weights are cut, in the rehearsal already', async () => {
    await expect(pruned({ strategy: 'neuron', granularity: 'element' })).rejects.toThrow(
      /scores whole units, and this run does not cut units/,
    );
  });

  test('takes scorers of single weights, too: those are reduced to units', async () => {
    expect(courseOf(await pruned({ strategy: { neuron: { scorer: 'magnitude' } }, sparsity: 0.25, budget }))).toEqual([
      'cut to 0.25',
      '6 steps',
    ]);
  });
});

describe('slimming', () => {
  test('trains under the penalty, cuts, trains on', async () => {
    const outcome = await pruned({
      net: 'convolutions with batch norm',
      strategy: { slimming: { penalised: 0.5 } },
      sparsity: 0.5,
      budget,
      threshold: 'layer',
    });
    expect(courseOf(outcome)).toEqual(['3 steps', 'cut to 0.5', '3 steps']);
  });

  test('the penalty presses the scales towards zero', async () => {
    const scales = async (lambda: number) => {
      const outcome = await pruned({
        net: 'convolutions with batch norm',
        strategy: { slimming: { lambda, penalised: 1 } },
        sparsity: 0,
        budget: new Budget(9, 3),
      });
      return ['firstNorm/gamma', 'secondNorm/gamma']
        .flatMap((name) => outcome.weights[name] ?? [])
        .reduce((sum, scale) => sum + Math.abs(scale), 0);
    };
    expect(await scales(10)).toBeLessThan((await scales(1e-9)) - 0.3);
  });

  test('a layer without a batch norm is refused by name, in the rehearsal already', async () => {
    await expect(pruned({ strategy: 'slimming' })).rejects.toThrow(
      /hidden\/kernel \(Dense\): no batch norm behind it scales its units one by one/,
    );
  });
});
