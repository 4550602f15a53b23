import type { Benchmark, Comparison, Contest } from './benchmark.ts';
import { worker } from './commands.ts';
import type { Figures } from './figures.ts';
import type { PrunedNet } from './workers/pruned-models.ts';

const OURS = 'ours';

interface Case {
  readonly net: PrunedNet;
  readonly label: string;
  readonly sparsity: number;
  /** One where nothing is said. */
  readonly batch?: number;
  /** How many times as fast as tfjs-backend-wasm and as tfjs-node it is to be. */
  readonly goals: { readonly wasm: number | null; readonly tensorflow: number | null };
}

const CASES: readonly Case[] = [
  { net: 'lenet-300-100', label: 'LeNet-300-100', sparsity: 0.95, goals: { wasm: 8, tensorflow: 10 } },
  { net: 'lenet-5', label: 'LeNet-5', sparsity: 0.9, goals: { wasm: 5, tensorflow: 3 } },
  { net: 'lenet-300-100', label: 'LeNet-300-100', sparsity: 0.95, batch: 32, goals: { wasm: null, tensorflow: null } },
  { net: 'lenet-5', label: 'LeNet-5', sparsity: 0.9, batch: 32, goals: { wasm: null, tensorflow: null } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0.9, goals: { wasm: 4, tensorflow: 3.5 } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0.8, goals: { wasm: 3, tensorflow: null } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0.5, goals: { wasm: 1.6, tensorflow: null } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0, goals: { wasm: 1, tensorflow: null } },
  { net: 'resnet', label: 'ResNet-20 (32×32)', sparsity: 0.9, goals: { wasm: 5, tensorflow: 2 } },
];

const BACKENDS = { wasm: 'tfjs-backend-wasm, dense', tensorflow: 'tfjs-node, dense' } as const;

export const sparse: Benchmark = {
  name: 'sparse',
  about:
    'Pruned models, one sample at a time where no batch is named: compiled with `compileSparse`, in turns in one process with the same model on tfjs-backend-wasm and on tfjs-node, each on one thread; what reading the results takes is included. ' +
    'The LeNets are trained on MNIST and pruned while they train (magnitude, global); MobileNetV2 is the trained one of the npm package nsfwjs (224×224×3), its 1×1 convolutions and dense layers pruned by the magnitude of each layer’s weights; ' +
    'the ResNet-20 likewise, its weights drawn at random. Medians of the turns, each the median of its inferences.',
  contests: () => CASES.flatMap((each) => (['wasm', 'tensorflow'] as const).map((backend) => contest(each, backend))),
};

function contest({ net, label, sparsity, goals, batch = 1 }: Case, backend: keyof typeof BACKENDS): Contest {
  const what = `${label}, ${Math.round(sparsity * 100)} % zeros${batch === 1 ? '' : `, batch ${batch}`}`;
  return {
    title: `${what}, ${BACKENDS[backend]}`,
    rounds: 7,
    runners: { [OURS]: worker('sparse-latency', { net, sparsity, batch, backend }) },
    compare: (figures) => [
      {
        work: what,
        ours: figures.median(OURS, 'sparseMs'),
        peer: BACKENDS[backend],
        theirs: figures.median(OURS, 'denseMs'),
        unit: 'ms',
        goal: goals[backend],
      },
      ...(backend === 'wasm' ? limits(figures, what, net) : []),
    ],
  };
}

function limits(figures: Figures, what: string, net: PrunedNet): Comparison[] {
  const limit = (work: string, field: string, theirs: number, unit: string): Comparison => ({
    work: `${what}: ${work}`,
    ours: figures.median(OURS, field),
    peer: 'limit',
    theirs,
    unit,
    goal: 1,
  });
  const difference = limit('difference of the outputs', 'difference', 1e-5, 'of the largest output');
  if (net !== 'mobilenet') return [difference];
  return [difference, limit('compiling', 'compileMs', 100, 'ms'), limit('loading what was saved', 'loadMs', 30, 'ms')];
}
