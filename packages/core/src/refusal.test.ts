import { beforeAll, expect, test } from 'vitest';
import { rehearse } from './rehearsal.ts';
import type { Scorer } from './scorer.ts';
import { selectParameters } from './select-parameters.ts';
import type { Strategy } from './strategy.ts';
import { magnitude, make, threshold, useCpu } from './testing/make.ts';
import { partsOf, prune } from './testing/runs.ts';

beforeAll(useCpu);

const picky: Scorer = {
  ...magnitude(),
  refuses: ({ name }) => (name === 'output/kernel' ? 'it is an output' : undefined),
};
const strategy: Strategy = {
  async prune(run) {
    await run.cut(picky);
  },
};
const message = 'cannot score output/kernel (Dense): it is an output. Exclude what it cannot score';

test('a parameter that a scorer refuses is named in the rehearsal, before anything is trained', async () => {
  await expect(rehearse(strategy, partsOf())).rejects.toThrow(message);
});

test('a scorer that has to watch a training is refused where a strategy cuts before', async () => {
  const watching: Scorer = { ...magnitude(), needsWatching: true };
  const cutting = (trains: boolean): Strategy => ({
    async prune(run) {
      if (trains) await run.train(run.budget.share(0.5), { watch: watching });
      else await run.train(run.budget.share(0.5));
      await run.cut(watching);
    },
  });
  await expect(rehearse(cutting(false), partsOf())).rejects.toThrow('this strategy cuts before it has let it watch any');
  expect(await rehearse(cutting(true), partsOf())).toHaveLength(2);
});

test('what a rehearsal refuses, the run refuses, too', async () => {
  await expect(prune(strategy, partsOf())).rejects.toThrow(message);
});

const moving = (share: number): Strategy => ({
  async prune(run) {
    await run.cut(magnitude());
    await run.regrow(share, magnitude(), magnitude());
  },
});

test.each([[{ nm: { n: 2, m: 4 } }], ['unit'], [{ block: { rows: 2, columns: 2 } }]])(
  'connections do not move one by one where a run cuts by %j',
  async (config) => {
    const granularity = make('granularity', config);
    const { model } = partsOf();
    const { taken: parameters } = selectParameters(model, [], granularity);
    const parts = partsOf({ model, parameters, granularity, sparsity: 0.5 });
    const why = 'regrowing moves single weights, which would break the groups that this run cuts. Write "granularity: element"';
    await expect(rehearse(moving(0.3), parts)).rejects.toThrow(why);
    await expect(prune(moving(0.3), parts)).rejects.toThrow(why);
  },
);

test('connections do not move by scores of whole units', async () => {
  const ofUnits: Scorer = { ...magnitude(), ofUnits: true };
  const strategy: Strategy = { prune: async (run) => void (await run.regrow(0.3, ofUnits, magnitude())) };
  await expect(rehearse(strategy, partsOf())).rejects.toThrow('scores whole units, and this run does not cut units');
  await expect(prune(strategy, partsOf())).rejects.toThrow('scores whole units, and this run does not cut units');
});

test.each([-0.1, 1.5, Number.NaN])('a share of %d to regrow is refused in the rehearsal, and in the run', async (share) => {
  const why = `regrow: the share to regrow is ${share}, not a number from 0 to 1`;
  await expect(rehearse(moving(share), partsOf())).rejects.toThrow(why);
  await expect(prune(moving(share), partsOf())).rejects.toThrow(why);
});

test.each([-0.1, 1.5])('a cut of %d is refused in the rehearsal, and in the run, also where the threshold decides', async (share) => {
  const cutting: Strategy = { prune: async (run) => void (await run.cut(magnitude(), share)) };
  const deciding = ['std', { fixed: { value: 0.1 } }, { budget: { parameters: 0.5 } }];
  for (const parts of [{}, ...deciding.map((by) => ({ threshold: threshold(by), sparsity: Number.NaN }))]) {
    const why = `cut: the ${'threshold' in parts ? 'share of the way' : 'sparsity'} asked for is ${share}, not a number from 0 to 1`;
    await expect(rehearse(cutting, partsOf(parts))).rejects.toThrow(why);
    await expect(prune(cutting, partsOf(parts))).rejects.toThrow(why);
  }
});

test('a line by the spread of single weights is none for groups of them', async () => {
  const block = make('granularity', { block: { rows: 2, columns: 2 } });
  const cutting: Strategy = { prune: async (run) => void (await run.cut(magnitude())) };
  const parts = { threshold: threshold('std'), sparsity: Number.NaN };
  await expect(prune(cutting, partsOf({ ...parts, granularity: block }))).rejects.toThrow(
    'draws its line among single weights, and this run cuts groups of them. Write "granularity: element"',
  );
  expect(await prune(cutting, partsOf({ ...parts, granularity: make('granularity', 'element') }))).not.toBeNull();
});

test('a threshold that fails is named, and what it throws is the cause', async () => {
  class Broken {
    lines(): never {
      throw new TypeError('boom');
    }
  }
  const cutting: Strategy = { prune: async (run) => void (await run.cut(magnitude())) };
  await expect(prune(cutting, partsOf({ threshold: new Broken() }))).rejects.toThrow('Broken, at step 0: failed: boom');
});
