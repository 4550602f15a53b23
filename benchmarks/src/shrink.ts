import type { Benchmark, Comparison, Contest } from './benchmark.ts';
import { CHROMIUM } from './chromium.ts';
import { worker } from './commands.ts';
import type { Figures } from './figures.ts';
import type { LenetWork } from './workers/lenet-latency.ts';

/** Of the channels. */
const SPARSITY = 0.5;
/** What Torch-Pruning reaches by removal alone, as it says of MobileNetV2 at about half of the channels. */
const TORCH_PRUNING = 2.3;
const OURS = 'ours';

export const shrinkAndFold: Benchmark = {
  name: 'shrink',
  about:
    'The trained MobileNetV2 of the npm package nsfwjs (224×224×3) at batch 1: as it is, folded (batch norms into weights, ReLU6 into activations, padding into convolutions), ' +
    'with half of its channels removed, and both; natively, the last two also as one graph that TensorFlow runs (`savedModel`). Median of the turns; in each turn all run one after the other in one process, and the graph and the removal are made anew. ' +
    'On WASM, `relu6` stays with the ReLU layers. Torch-Pruning is there with the speed-up that it is cited with, taken of our dense latency. ' +
    'In Chromium the page has tfjs alone, and loads what `model.save` wrote. ' +
    'LeNet-5 has the widths that configs/reference/shrink-lenet-5.yaml leaves it: 30 % of the units of each layer.',
  contests: () => [
    native(),
    latencies(
      'native, one thread',
      worker('shrunk-latency', { backend: 'tensorflow', threads: 1, sparsity: SPARSITY }),
      { folded: null, both: null },
      7,
    ),
    latencies('WASM in Node', worker('shrunk-latency', { backend: 'wasm', sparsity: SPARSITY }), { folded: null, both: 2 }, 7),
    ...(CHROMIUM === undefined
      ? []
      : [
          latencies(
            'WASM in Chromium',
            worker('browser-latency', { sparsity: SPARSITY, chromium: CHROMIUM }),
            { folded: null, both: 2 },
            7,
          ),
        ]),
    lenet('native', 'tensorflow'),
    lenet('WASM in Node', 'wasm'),
  ],
};

/** The net of configs/reference/shrink-lenet-5.yaml, by its widths. */
function lenet(where: string, backend: LenetWork['backend']): Contest {
  const work = { backend, sparsity: 0.7, batch: 64 } satisfies LenetWork;
  const row = (figures: Figures, form: string, what: string, goal: number | null): Comparison => ({
    work: `LeNet-5 at batch 64, ${what}`,
    ours: figures.median(OURS, `${form}Ms`),
    peer: 'dense',
    theirs: figures.median(OURS, 'denseMs'),
    unit: 'ms',
    goal,
  });
  return {
    title: `LeNet-5 at batch 64, ${where}`,
    rounds: 15,
    runners: { [OURS]: worker('lenet-latency', work) },
    compare: (figures) =>
      backend === 'wasm'
        ? [row(figures, 'both', `shrunk and folded, ${where}`, 3)]
        : [
            row(figures, 'both', `shrunk and folded, ${where}`, null),
            row(figures, 'bothGraph', `${where}, one graph`, 3),
            {
              work: 'multiply-accumulates of LeNet-5 shrunk',
              ours: figures.median(OURS, 'macs'),
              peer: 'dense',
              theirs: figures.median(OURS, 'denseMacs'),
              unit: 'MACs',
              goal: 4,
            },
          ],
  };
}

type Goals = Readonly<Record<'folded' | 'both', number | null>>;

function latencies(where: string, runner: Contest['runners'][string], goals: Goals, rounds: number): Contest {
  return {
    title: `MobileNetV2, ${where}`,
    rounds,
    runners: { [OURS]: runner },
    compare: (figures) => latencyRows(figures, where, goals),
  };
}

function native(): Contest {
  const runner = worker('shrunk-latency', { backend: 'tensorflow', sparsity: SPARSITY });
  const contest = latencies('native', runner, { folded: 2.5, both: 6 }, 15);
  const limit = (what: string, field: string, theirs: number, unit: string) => (figures: Figures) => ({
    work: `${what} of MobileNetV2`,
    ours: figures.median(OURS, field),
    peer: 'limit',
    theirs,
    unit,
    goal: 1,
  });
  return {
    ...contest,
    compare: (figures) => [
      ...contest.compare(figures),
      ...graphRows(figures, 'native', { folded: 2.5, both: 6 }),
      {
        work: 'MobileNetV2 shrunk and folded, native',
        ours: figures.median(OURS, 'bothMs'),
        peer: `dense / ${TORCH_PRUNING} (Torch-Pruning, cited)`,
        theirs: (figures.median(OURS, 'denseMs') as number) / TORCH_PRUNING,
        unit: 'ms',
        goal: null,
      },
      {
        work: 'multiply-accumulates of MobileNetV2 shrunk',
        ours: figures.median(OURS, 'macs'),
        peer: 'dense',
        theirs: figures.median(OURS, 'denseMacs'),
        unit: 'MACs',
        goal: 3.4,
      },
      limit('dependency graph', 'graphMs', 200, 'ms')(figures),
      limit('removal', 'removalMs', 500, 'ms')(figures),
      limit('difference that folding makes to the outputs', 'difference', 1e-4, 'of the largest output')(figures),
    ],
  };
}

function graphRows(figures: Figures, where: string, goals: Goals): Comparison[] {
  return [
    against(figures, 'foldedGraph', `folded, one graph, ${where}`, goals.folded),
    against(figures, 'bothGraph', `shrunk and folded, one graph, ${where}`, goals.both),
  ];
}

function latencyRows(figures: Figures, where: string, goals: Goals): Comparison[] {
  return [
    against(figures, 'folded', `folded, ${where}`, goals.folded),
    against(figures, 'shrunk', `shrunk, ${where}`, null),
    against(figures, 'both', `shrunk and folded, ${where}`, goals.both),
  ];
}

function against(figures: Figures, form: string, what: string, goal: number | null): Comparison {
  const [ours, theirs] = [figures.median(OURS, `${form}Ms`), figures.median(OURS, 'denseMs')];
  return { work: `MobileNetV2 ${what}`, ours, peer: 'dense', theirs, unit: 'ms', goal };
}
