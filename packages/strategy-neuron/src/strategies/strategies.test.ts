import { Budget } from '@espalier/core';
import { courseOf } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { pruned } from '../testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));

const budget = new Budget(6, 3);

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

  test('by another scorer, too, a net without batch norms is refused: there is nothing to press on', async () => {
    await expect(pruned({ strategy: { slimming: { scorer: 'norm' } } })).rejects.toThrow(
      'strategy "slimming": there is no batch norm with a scale behind anything that is pruned',
    );
  });
});
