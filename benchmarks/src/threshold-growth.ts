import type { Benchmark, Comparison } from './benchmark.ts';
import { worker } from './commands.ts';
import { plotOfGrowth } from './plot.ts';
import { TENSORS } from './weights.ts';

const SIZES = [1, 3, 10, 30, 100, 300];
const SPARSITY = 0.9;
const PER_WEIGHT = 'ns per weight';

export const thresholdGrowth: Benchmark = {
  name: 'threshold-growth',
  about:
    'The cut of typed arrays from one million to 300 million weights, best of the turns, in processes that have cut for half a second before. A turn is one cut, or the middle one of those that fit into a tenth of a second. Were it exactly linear, every size would take the same time per weight; ' +
    'held against each size is the geometric mean of all, and the departure is how far the worst size lies from it.',
  contests: () => [
    {
      title: 'cut 1M to 300M weights',
      rounds: 5,
      runners: Object.fromEntries(SIZES.map((millions) => [label(millions), worker('threshold-arrays', work(millions))])),
      compare(figures) {
        const each = SIZES.map((millions) => ({ millions, ns: ((figures.best(label(millions)) as number) * 1e9) / (millions * 1e6) }));
        const mean = Math.exp(each.reduce((sum, { ns }) => sum + Math.log(ns), 0) / each.length);
        const rows: Comparison[] = each.map(({ millions, ns }) => {
          return {
            work: `cut ${label(millions)} weights`,
            ours: ns,
            peer: 'mean of all sizes',
            theirs: mean,
            unit: PER_WEIGHT,
            goal: null,
          };
        });
        const departure = 100 * Math.max(...each.map(({ ns }) => Math.max(ns / mean, mean / ns) - 1));
        return [...rows, { work: 'departure from linear', ours: departure, peer: 'limit', theirs: 15, unit: '%', goal: 1 }];
      },
    },
  ],
  plot(rows) {
    const growth = growthOf(rows);
    return growth.length === 0 ? undefined : { file: 'threshold-growth.svg', shows: 'seconds over weights', svg: plotOfGrowth(growth) };
  },
};

function growthOf(rows: readonly { readonly work: string; readonly ours: number | null; readonly unit: string }[]) {
  return SIZES.flatMap((millions) => {
    const row = rows.find(({ work, unit }) => unit === PER_WEIGHT && work === `cut ${label(millions)} weights`);
    return row?.ours == null ? [] : [{ weights: millions * 1e6, seconds: (row.ours * millions * 1e6) / 1e9 }];
  });
}

function label(millions: number): string {
  return `${millions}M`;
}

function work(millions: number) {
  return { size: millions * 1e6, tensors: TENSORS, sparsity: SPARSITY, seconds: 0.1 };
}
