import { fileURLToPath } from 'node:url';
import type { Benchmark, Comparison, Contest } from './benchmark.ts';
import { CHROMIUM } from './chromium.ts';
import { worker } from './commands.ts';
import { nameOf, SPARSE_CASES } from './sparse-cases.ts';
import type { Threads } from './sparse-page.ts';
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

const SCREENSHOTS: Readonly<Record<Threads, string>> = { 1: 'sparse-chromium.png', default: 'sparse-chromium-threads.png' };

export const sparseChromium: Benchmark = {
  name: 'sparse-chromium',
  about:
    'The same pruned models in one page of headless Chromium: what `save` wrote, on sparse kernels, in turns with what tfjs saved, on tfjs-backend-wasm, both on one thread; ' +
    'and in another, whose server lets it have threads, with tfjs-backend-wasm as it is where nobody says how many it may use: here, on two cores, that is one as well, and it runs the kernels that are built for several. ' +
    'The page’s clock ticks in tenths of a millisecond, so each sample is as many predictions as take 30 ms; medians of the turns, each the median of five samples. ' +
    'The goals are 0.8 of those in Node. The pages draw their own tables: screenshots of them are kept as artefacts/sparse-chromium.png and sparse-chromium-threads.png.',
  contests: () => {
    if (CHROMIUM === undefined) return [];
    return [contest(CHROMIUM, 1), contest(CHROMIUM, 'default')];
  },
};

function contest(chromium: string, threads: Threads): Contest {
  const screenshot = fileURLToPath(new URL(`../../artefacts/${SCREENSHOTS[threads]}`, import.meta.url));
  const work: SparsePageWork = { cases: CASES, chromium, threads, screenshot };
  return {
    title: threads === 1 ? 'sparse models in Chromium' : 'sparse models in Chromium, tfjs on its default threads',
    rounds: 7,
    runners: { [OURS]: worker('sparse-page-latency', work) },
    compare: (figures) =>
      CASES.flatMap(({ name, goal, ...each }) => {
        const what = `${nameOf(each)}, in Chromium`;
        const latency: Comparison = {
          work: what,
          ours: figures.median(OURS, `${name} sparseMs`),
          peer:
            threads === 1 ? 'tfjs-backend-wasm, dense' : `tfjs-backend-wasm, dense, default threads (${figures.median(OURS, 'threads')})`,
          theirs: figures.median(OURS, `${name} denseMs`),
          unit: 'ms',
          goal: threads === 1 ? goal : null,
        };
        if (threads !== 1) return [latency];
        const difference: Comparison = {
          work: `${what}: difference of the outputs`,
          ours: figures.median(OURS, `${name} difference`),
          peer: 'limit',
          theirs: 1e-5,
          unit: 'of the largest output',
          goal: 1,
        };
        return [latency, difference];
      }),
  };
}
