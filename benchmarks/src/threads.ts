import { cpus } from 'node:os';
import type { Benchmark, Contest } from './benchmark.ts';
import { worker } from './commands.ts';
import { LENET, MLP, type Net, RESNET } from './nets.ts';

const ALL = Math.max(2, cpus().length);
const NETS: readonly Net[] = [
  MLP,
  mnist('lenet-300-100', 'lenet-300-100', {}, 12_800),
  mnist('784-512-512-10', 'mlp', { hidden: [512, 512] }, 12_800),
  mnist('784-2048-2048-10', 'mlp', { hidden: [2048, 2048] }, 2560),
  mnist('VGG 4-8', 'vgg', { widths: [4, 8], convolutions: 1, hidden: [32] }, 6400),
  LENET,
  RESNET,
];

function mnist(label: string, net: Net['work']['net'], options: object, samples: number): Net {
  return { label, work: { ...MLP.work, net, options: { ...options }, samples } };
}

const WAYS = {
  'one thread': { threads: 1, env: {} },
  [`${ALL} threads`]: { threads: ALL, env: {} },
  'one thread, no oneDNN': { threads: 1, env: { TF_ENABLE_ONEDNN_OPTS: '0' } },
  [`${ALL} threads, no oneDNN`]: { threads: ALL, env: { TF_ENABLE_ONEDNN_OPTS: '0' } },
} as const;
const CHOSEN = 'as a run chooses';

/** How much slower than the best of all ways a run's own choice may be: as much as two turns of one way differ. */
const CLOSE = 1.1;

export const threads: Benchmark = {
  name: 'threads',
  about:
    'An epoch of masked training with one thread and with all of the machine’s, with oneDNN’s kernels where they pay and without them (TF_ENABLE_ONEDNN_OPTS=0), best of the turns. ' +
    'Held against each is what a run chooses by itself, by the rule of `packages/backend-node/src/threads.ts`, which follows what is measured here.',
  contests: () => NETS.map(contest),
};

function contest({ label, work }: Net): Contest {
  return {
    title: `threads for ${label}`,
    rounds: 5,
    runners: {
      ...Object.fromEntries(
        Object.entries(WAYS).map(([way, { threads, env }]) => [way, worker('train-native', { ...work, threads }, { env })]),
      ),
      [CHOSEN]: worker('train-native', { ...work, threads: 'chosen' }),
    },
    compare: (figures) => {
      const ours = figures.best(CHOSEN);
      const best = Math.min(...Object.keys(WAYS).map((way) => figures.best(way) as number));
      const row = { work: `masked epoch of ${label}`, ours, unit: 's' };
      return [
        ...Object.keys(WAYS).map((peer) => ({ ...row, peer, theirs: figures.best(peer), goal: null })),
        { ...row, peer: 'the best of these', theirs: best, goal: 1 / CLOSE },
      ];
    },
  };
}
