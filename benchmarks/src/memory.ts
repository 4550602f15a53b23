import type { Benchmark } from './benchmark.ts';
import { worker } from './commands.ts';
import { MLP } from './nets.ts';

/** What may be added between the two looks. */
const GROWTH = 1.02;

export const memory: Benchmark = {
  name: 'memory',
  about:
    'Memory of a process that trains 784-128-64-10 natively at 90 % sparsity, after 1,000 steps and after 10,000: all of it (RSS), and the heap of JavaScript after a collection. ' +
    'Median of three processes.',
  contests: () => [
    {
      title: 'memory over 10,000 steps',
      rounds: 3,
      warmUps: 0,
      runners: { ours: worker('memory-growth', { ...MLP.work, threads: 1 }, { flags: ['--expose-gc'] }) },
      compare: (figures) =>
        [
          { what: 'RSS', field: 'rss' },
          { what: 'JavaScript heap', field: 'heap' },
        ].map(({ what, field }) => ({
          work: `${what} at 10,000 steps`,
          ours: figures.median('ours', `${field}At10000`),
          peer: 'at 1,000 steps',
          theirs: figures.median('ours', `${field}At1000`),
          unit: 'MB',
          goal: 1 / GROWTH,
        })),
    },
  ],
};
