import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { planExperiment, runExperiment } from './run-experiment.ts';
import { events, points, temporaryFolder } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

describe('a run whose only targets are those of parameters', () => {
  const only = ['backend=cpu', 'prune.sparsity=0', 'prune.parameters=[{match: dense_1, sparsity: 0.75}]'];
  const gradual = 'prune.strategy={gradual: {every: 15, scheduler: {linear: {end: {epochs: 3}}}}}';

  test('goes to them as its schedule says, and leaves the others whole', async () => {
    const loaded = await points({ set: [...only, gradual] });
    const plan = await planExperiment(loaded);
    expect(plan.problems).toEqual([]);
    expect(plan.cuts.map(({ step }) => step)).toEqual([15, 30, 45]);
    const out = path.join(temporaryFolder(), 'out');
    const result = await runExperiment(loaded, { out });
    const cuts = events(out).flatMap((event) => (event.type === 'cut' ? [event as unknown as { parameters: { sparsity: number }[] }] : []));
    expect(cuts.map(({ parameters }) => parameters.map(({ sparsity }) => sparsity))).toEqual([
      [0, 0.25, 0],
      [0, 0.5, 0],
      [0, 0.75, 0],
    ]);
    expect(result).toMatchObject({ status: 'done', asked: 96 / 176, pruned: { sparsity: 96 / 176 } });
  });

  test('is refused where it never cuts: then there is nothing to go to', async () => {
    const { problems } = await planExperiment(await points({ set: ['backend=cpu', 'prune.sparsity=0', gradual] }));
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('strategy "gradual" never cuts in 60 steps')]);
  });
});
