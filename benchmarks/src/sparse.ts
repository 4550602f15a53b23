import type { Benchmark, Comparison, Contest } from './benchmark.ts';
import { worker } from './commands.ts';
import type { Figures } from './figures.ts';
import { nameOf, SPARSE_CASES, type SparseCase } from './sparse-cases.ts';
import type { PrunedNet } from './workers/pruned-models.ts';

const OURS = 'ours';

const BATCH = 32;

const BACKENDS = { wasm: 'tfjs-backend-wasm, dense', tensorflow: 'tfjs-node, dense', onnx: 'ONNX Runtime Web, dense' } as const;

export const sparse: Benchmark = {
  name: 'sparse',
  about:
    'Pruned models, one sample at a time where no batch is named: compiled with `compileSparse`, in turns in one process with the same model on tfjs-backend-wasm, on tfjs-node and, written as an ONNX model, on the WebAssembly of ONNX Runtime Web, each on one thread; what reading the results takes is included. ' +
    'tfjs-backend-wasm has no other rows with more threads, because tfjs 4.22 turns them off in Node. ONNX Runtime Web optimises the graph as far as it can before the first turn, is given its images with their channels before the rows, which costs no turn anything, and is measured only if its outputs are within 1e-4 of those of tfjs. ' +
    'The LeNets are trained on MNIST and pruned while they train (magnitude, global); MobileNetV2 is the trained one of the npm package nsfwjs (224×224×3), its 1×1 convolutions and dense layers pruned by the magnitude of each layer’s weights; ' +
    'the ResNet-20 likewise, its weights drawn at random. Medians of the turns, each the median of its inferences.',
  contests: () => [
    ...SPARSE_CASES.flatMap((each) => [
      contest(each, 'wasm', each.goals.wasm),
      contest(each, 'tensorflow', each.goals.tensorflow),
      contest(each, 'onnx', null),
    ]),
    ...SPARSE_CASES.filter(({ sparsity }) => sparsity >= 0.9).flatMap((each) =>
      (['wasm', 'tensorflow', 'onnx'] as const).map((backend) => contest(each, backend, null, BATCH)),
    ),
  ],
};

function contest(each: SparseCase, backend: keyof typeof BACKENDS, goal: number | null, batch = 1): Contest {
  const { net, sparsity } = each;
  const what = nameOf(each, batch);
  return {
    title: `${what}, ${BACKENDS[backend]}`,
    // 32 images at once take MobileNetV2 seconds.
    rounds: batch > 1 && !net.startsWith('lenet') ? 3 : 7,
    runners: { [OURS]: worker('sparse-latency', { net, sparsity, batch, backend }) },
    compare: (figures) => [
      {
        work: what,
        ours: figures.median(OURS, 'sparseMs'),
        peer: BACKENDS[backend],
        theirs: figures.median(OURS, 'denseMs'),
        unit: 'ms',
        goal,
      },
      ...(backend === 'wasm' ? limits(figures, what, batch > 1 ? undefined : net) : []),
    ],
  };
}

function limits(figures: Figures, what: string, net: PrunedNet | undefined): Comparison[] {
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
