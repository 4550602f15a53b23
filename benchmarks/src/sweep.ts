import type { Benchmark, Contest } from './benchmark.ts';
import { worker } from './commands.ts';

export const sweep: Benchmark = {
  name: 'sweep',
  about:
    'Twenty-four short runs of 784-128-64-10 on MNIST from an empty folder, with one worker and with two; what a run takes beyond its own training, measuring and saving. ' +
    'And 10,000 runs of a tiny net: planned, and found again in a folder where all but one are recorded.',
  contests: (): Contest[] => [
    {
      title: 'a sweep with one worker and with two',
      rounds: 3,
      warmUps: 0,
      runners: { one: worker('sweep-runs', { workers: 1 }), two: worker('sweep-runs', { workers: 2 }) },
      compare: (figures) => [
        {
          work: 'hours for 1,000 runs, two workers',
          ours: hoursFor1000(figures.median('two', 'runsPerHour')),
          peer: 'one worker',
          theirs: hoursFor1000(figures.median('one', 'runsPerHour')),
          unit: 'h',
          goal: 1.7,
        },
        { work: 'overhead of a run', ours: figures.median('one', 'overheadS'), peer: 'the limit', theirs: 0.3, unit: 's', goal: 1 },
      ],
    },
    {
      title: 'a sweep of 10,000 runs',
      rounds: 3,
      runners: { many: worker('sweep-many', {}) },
      compare: (figures) => [
        { work: 'planning 10,000 runs', ours: figures.median('many', 'planS'), peer: 'the limit', theirs: 2, unit: 's', goal: 1 },
        { work: 'resuming 10,000 runs', ours: figures.median('many', 'resumeS'), peer: 'the limit', theirs: 5, unit: 's', goal: 1 },
        {
          work: 'memory that leads 10,000 runs',
          ours: figures.median('many', 'memoryMb'),
          peer: 'the limit',
          theirs: 500,
          unit: 'MB',
          goal: 1,
        },
      ],
    },
  ],
};

function hoursFor1000(runsPerHour: number | null): number | null {
  return runsPerHour === null ? null : 1000 / runsPerHour;
}
