import { fileURLToPath } from 'node:url';
import type { Benchmark } from './benchmark.ts';
import { CHROMIUM } from './chromium.ts';
import { worker } from './commands.ts';
import { nameOf, SPARSE_CASES } from './sparse-cases.ts';
import type { SparsePageWork } from './workers/sparse-page-latency.ts';

const OURS = 'ours';
/** Of what is to be reached in Node. */
const SHARE = 0.8;
const CASES = SPARSE_CASES.map((each, i) => ({
  ...each,
  name: `case-${i}`,
  zeros: each.sparsity,
  goal: Number((SHARE * each.goals.wasm).toFixed(2)),
}));

export const sparseChromium: Benchmark = {
  name: 'sparse-chromium',
  about:
    'The same pruned models in one page of headless Chromium: what `save` wrote, on sparse kernels, in turns with what tfjs saved, on tfjs-backend-wasm, both on one thread. ' +
    'The page’s clock ticks in tenths of a millisecond, so each sample is as many predictions as take 30 ms; medians of the turns, each the median of five samples. ' +
    'The goals are 0.8 of those in Node. The page draws its own table: a screenshot of it is kept as artefacts/sparse-chromium.png.',
  contests: () => {
    if (CHROMIUM === undefined) return [];
    const work: SparsePageWork = {
      cases: CASES,
      chromium: CHROMIUM,
      screenshot: fileURLToPath(new URL('../../artefacts/sparse-chromium.png', import.meta.url)),
    };
    return [
      {
        title: 'sparse models in Chromium',
        rounds: 7,
        runners: { [OURS]: worker('sparse-page-latency', work) },
        compare: (figures) =>
          CASES.flatMap(({ name, goal, ...each }) => [
            {
              work: `${nameOf(each)}, in Chromium`,
              ours: figures.median(OURS, `${name} sparseMs`),
              peer: 'tfjs-backend-wasm, dense',
              theirs: figures.median(OURS, `${name} denseMs`),
              unit: 'ms',
              goal,
            },
            {
              work: `${nameOf(each)}, in Chromium: difference of the outputs`,
              ours: figures.median(OURS, `${name} difference`),
              peer: 'limit',
              theirs: 1e-5,
              unit: 'of the largest output',
              goal: 1,
            },
          ]),
      },
    ];
  },
};
