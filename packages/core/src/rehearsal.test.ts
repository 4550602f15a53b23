import { beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from './events.ts';
import type { PruningRun } from './pruning-run.ts';
import { type RehearsedEvent, rehearse } from './rehearsal.ts';
import { Budget, rounds } from './step.ts';
import type { Strategy } from './strategy.ts';
import { magnitude, threshold, useCpu, weightsOf } from './testing/make.ts';
import { partsOf, prune } from './testing/runs.ts';

beforeAll(useCpu);

const strategy = (body: (run: PruningRun) => Promise<void>): Strategy => ({ prune: body });

const STRATEGIES: Record<string, Strategy> = {
  'rounds of cuts and trainings': strategy(async (run) => {
    for (const round of rounds(3)) {
      await run.cut(magnitude(), 1 - (1 - run.sparsity) ** round.progress);
      await run.train(run.budget.split(3));
    }
  }),
  'cuts within a training': strategy(async (run) => {
    await run.train(run.budget, async (step) => {
      if (step.number % 4 === 0 || step.endsEpoch) await run.cut(magnitude(), run.sparsity * step.progress);
    });
  }),
  'rewinding, at random steps': strategy(async (run) => {
    await run.train(new Budget(3 + run.random.int(5), 5));
    await run.cut(magnitude(), run.random.next());
    await run.rewind('dense');
    await run.train(run.budget);
  }),
};

const rehearsedCuts = (events: readonly RehearsedEvent[]) =>
  events.flatMap(({ what, step, sparsity }) => (what === 'cut' ? [{ step, sparsity }] : []));
const liveCuts = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'cut' ? [{ step: event.step, sparsity: event.asked }] : []));

describe('a rehearsal cuts where the run will cut, and to the same sparsity', () => {
  test.each(Object.entries(STRATEGIES))('%s', async (_, one) => {
    const parts = partsOf();
    const rehearsed = await rehearse(one, parts);
    const live = await prune(one, parts);
    expect(rehearsedCuts(rehearsed)).toEqual(liveCuts(live?.events ?? []));
    expect(rehearsedCuts(rehearsed).length).toBeGreaterThan(0);
  });
});

test('it writes down all that is asked for', async () => {
  const all = strategy(async (run) => {
    expect(run.rehearsal).toBe(true);
    await run.train(new Budget(5, 5));
    await run.cut(magnitude());
    await run.rewind('initial');
    await run.evaluate();
    run.log('not written down');
  });
  expect(await rehearse(all, partsOf())).toEqual([
    { what: 'train', step: 0, steps: 5 },
    { what: 'cut', step: 5, sparsity: 0.8, scorer: 'Object' },
    { what: 'rewind', step: 5, to: 'initial' },
    { what: 'evaluate', step: 5 },
  ]);
});

test('nothing is trained, scored or pruned', async () => {
  const parts = partsOf();
  const before = weightsOf(parts.model);
  await rehearse(STRATEGIES['cuts within a training'] as Strategy, parts);
  expect(weightsOf(parts.model)).toEqual(before);
});

test('a strategy that never ends is stopped', async () => {
  const endless = strategy(async (run) => {
    while (run.masks.sparsity < run.sparsity) await run.cut(magnitude(), 0.5);
  });
  await expect(rehearse(endless, { ...partsOf(), maxCalls: 50 })).rejects.toThrow(
    'the strategy made 50 calls without coming to an end. In a rehearsal nothing is pruned',
  );
});

test('a sparsity that the run would refuse is refused', async () => {
  const wrong = strategy(async (run) => void (await run.cut(magnitude(), 1.2)));
  await expect(rehearse(wrong, partsOf())).rejects.toThrow('cut: the sparsity asked for is 1.2, not a number from 0 to 1');
  const free = strategy(async (run) => void (await run.cut(magnitude())));
  expect(await rehearse(free, partsOf({ sparsity: Number.NaN, threshold: threshold({ fixed: { value: 1 } }) }))).toMatchObject([
    { sparsity: Number.NaN },
  ]);
});
