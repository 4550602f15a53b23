import { beforeAll, expect, test } from 'vitest';
import { rehearse } from './rehearsal.ts';
import type { Scorer } from './scorer.ts';
import type { Strategy } from './strategy.ts';
import { magnitude, useCpu } from './testing/make.ts';
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
