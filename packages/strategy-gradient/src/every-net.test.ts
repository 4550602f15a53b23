/** Every scorer and strategy on a net of each kind: it works, or it is refused by name before anything is trained. */
import { Budget, LiveRun, readWeights, rehearse } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { setUp } from './testing/make.ts';
import { NETS, type NetName } from './testing/nets.ts';

beforeAll(() => tf.setBackend('cpu'));

const STRATEGIES: Record<string, unknown> = {
  gradient: { gradient: { scorer: 'gradient', rounds: 2 } },
  taylor: { gradient: { scorer: { taylor: { squared: true } } } },
  fisher: { gradient: { scorer: 'fisher' } },
  snip: 'at-init',
  grasp: { 'at-init': { scorer: 'grasp', rounds: 2 } },
  synflow: { 'at-init': { scorer: 'synflow', rounds: 5 } },
  wanda: { gradient: { scorer: 'wanda', rounds: 2 } },
  'wanda of layers': { gradient: { scorer: { wanda: { compare: 'layer' } } } },
  movement: { movement: { cuts: 2 } },
};

/** What a scorer cannot do, and how it says so. */
const REFUSED: Record<string, Partial<Record<NetName, string>>> = {
  synflow: {
    'a recurrent layer': 'cannot score memory/kernel (LSTM): ones flow through the whole net, in which "memory" (LSTM) is not linear',
    'an embedding': 'in which "words" (Embedding) is not linear',
  },
  wanda: {
    'a recurrent layer': 'cannot score memory/kernel (LSTM): a recurrent layer’s weights take inputs of every step',
    'an embedding': 'cannot score words/embeddings (Embedding): an embedding is looked up',
    'a separable convolution': 'cannot score apart/pointwise_kernel (SeparableConv2D): what comes in between',
  },
};
REFUSED['wanda of layers'] = REFUSED['wanda'] as Partial<Record<NetName, string>>;

async function prune(net: NetName, strategy: unknown) {
  const { model, samples } = NETS[net]();
  const before = tf.memory().numTensors;
  const { make, partsOf } = setUp({ model, samples, batchSize: 4 });
  const parts = partsOf({ batchSize: 3, budget: new Budget(4, 2), snapshots: { initial: await readWeights(model) }, mayEmpty: true });
  const plan = await rehearse(make('strategy', strategy), parts);
  const run = await LiveRun.open(parts);
  await make('strategy', strategy).prune(run);
  await run.finish();
  const size = run.parameters.reduce((sum, parameter) => sum + parameter.size, 0);
  const pruned = run.parameters.reduce((sum, parameter) => sum + run.masks.get(parameter).pruned, 0);
  const weights = run.parameters.map(({ variable }) => [...variable.dataSync()]);
  run.dispose();
  return { plan, size, pruned, weights, left: tf.memory().numTensors - before };
}

describe.each(Object.entries(STRATEGIES))('%s', (name, strategy) => {
  test.each(Object.keys(NETS) as NetName[])('%s', async (net) => {
    const refusal = REFUSED[name]?.[net];
    if (refusal !== undefined) return expect(prune(net, strategy)).rejects.toThrow(refusal);
    const { plan, size, pruned, weights, left } = await prune(net, strategy);
    expect(pruned).toBe(Math.round(size * 0.5));
    expect(plan.filter(({ what }) => what === 'train').reduce((sum, { steps = 0 }) => sum + steps, 0)).toBe(4);
    expect(weights.flat().every(Number.isFinite)).toBe(true);
    expect(weights.flat().filter((weight) => weight === 0).length).toBeGreaterThanOrEqual(pruned);
    expect(left).toBe(0);
  });

  test('twice gives the same numbers', async () => {
    const net = 'convolutions, batch norm and dropout';
    expect((await prune(net, strategy)).weights).toEqual((await prune(net, strategy)).weights);
  });
});
