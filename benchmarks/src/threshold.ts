import type { Benchmark, Comparison, Contest, Peers } from './benchmark.ts';
import { worker } from './commands.ts';
import type { Figures } from './figures.ts';
import { TENSORS } from './weights.ts';

const SPARSITY = 0.9;
const ARRAYS = 'arrays';
const VARIABLES = 'variables';
const OURS = { [ARRAYS]: 'typed arrays', [VARIABLES]: 'variables of tfjs-node' };
const GLOBAL = 'torch global_unstructured';
const KTHVALUE = 'torch kthvalue + mask';
const PARTITION = 'numpy partition + mask';

/** Garbage is collected before each turn, so that memory is that of the turn. */
const COLLECTING = { flags: ['--expose-gc'] };

const SIZES = [
  { label: '1M', size: 1e6, rounds: 9, fasterThanTorch: 15, asNumpy: null },
  { label: '10M', size: 1e7, rounds: 7, fasterThanTorch: 15, asNumpy: null },
  { label: '100M', size: 1e8, rounds: 3, fasterThanTorch: 20, asNumpy: 1 / 1.2 },
];

export const threshold: Benchmark = {
  name: 'threshold',
  about:
    'N float32 weights in ten tensors are cut to 90 %, by magnitude, one line for all; afterwards the masks are there and the pruned weights are zero. ' +
    'The best of the turns, as the work is bound by memory, in processes that have done it for half a second before: a run cuts often. Typed arrays go through `selectLowest` and `Mask.above`, variables of tfjs-node through `cut` with masks, scorer and threshold as in a run. ' +
    'Memory is how far the peak of the process rises above what it held before, in percent of the weights’ bytes (median).',
  contests: (peers) => SIZES.map((one) => contest(one, peers)),
};

function contest({ label, size, rounds, fasterThanTorch, asNumpy }: (typeof SIZES)[number], peers: Peers): Contest {
  const work = { size, tensors: TENSORS, sparsity: SPARSITY };
  return {
    title: `cut ${label} weights`,
    rounds,
    warmUps: size < 1e8 ? 4 : 1,
    runners: {
      [ARRAYS]: worker('threshold-arrays', work, COLLECTING),
      [VARIABLES]: worker('threshold-variables', work, COLLECTING),
      ...peers.script(GLOBAL, 'threshold', { ...work, peer: 'global_unstructured' }),
      ...peers.script(KTHVALUE, 'threshold', { ...work, peer: 'kthvalue' }),
      ...peers.script(PARTITION, 'threshold', { ...work, peer: 'partition' }),
    },
    compare(figures) {
      const goals = { [GLOBAL]: fasterThanTorch, [KTHVALUE]: null, [PARTITION]: asNumpy };
      const rows: Comparison[] = [];
      for (const [runner, name] of Object.entries(OURS)) {
        for (const [peer, goal] of Object.entries(goals)) {
          const [ours, theirs] = [figures.best(runner), figures.best(peer)];
          rows.push({ work: `cut ${label} weights, ${name}`, ours, peer, theirs, unit: 's', goal });
        }
      }
      return size < 1e8 ? rows : [...rows, ...memory(figures, label, size)];
    },
  };
}

function memory(figures: Figures, label: string, size: number): Comparison[] {
  const share = (runner: string) => {
    const bytes = figures.median(runner, 'peakBytes');
    return bytes === null ? null : (100 * bytes) / (4 * size);
  };
  const row = { unit: '% of the weights', goal: null };
  return Object.entries(OURS).flatMap(([runner, name]) => {
    const ours = { ...row, work: `memory beyond ${label} weights, ${name}`, ours: share(runner) };
    return [
      { ...ours, peer: 'limit', theirs: 25, goal: 1 },
      ...[GLOBAL, KTHVALUE, PARTITION].map((peer) => ({ ...ours, peer, theirs: share(peer) })),
    ];
  });
}
