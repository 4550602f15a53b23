import type { Benchmark } from './benchmark.ts';
import { worker } from './commands.ts';
import { plotOfSpeed } from './plot.ts';
import type { Row } from './row.ts';
import { nameOf, SPARSE_CASES } from './sparse-cases.ts';
import type { VariantsWork } from './workers/sparse-variants.ts';

const OURS = 'ours';
const SPARSITIES = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98];
const FILE = 'sparse-speed.svg';
const SHOWS = 'times as fast as dense over the share of zeros';

const NETS = [...new Map(SPARSE_CASES.map(({ net, label }) => [net, label]))].map(([net, label]) => ({ net, label }));

export const sparseSpeed: Benchmark = {
  name: 'sparse-speed',
  about:
    'How many times as fast as tfjs-backend-wasm sparse models are at each sparsity, one sample at a time, one thread, in turns in one process. MobileNetV2 is the trained one; ' +
    'the others have weights drawn at random, each layer pruned by their magnitude but for those of images. Medians of the turns, each the median of its inferences.',
  contests: () =>
    NETS.map(({ net, label }) => {
      const work: VariantsWork = { net, sparsities: SPARSITIES };
      return {
        title: `${label} at ${SPARSITIES.length} sparsities`,
        rounds: 5,
        runners: { [OURS]: worker('sparse-variants', work) },
        compare: (figures) =>
          SPARSITIES.map((sparsity) => ({
            work: nameOf({ label, sparsity }),
            ours: figures.median(OURS, `sparse ${sparsity}`),
            peer: 'tfjs-backend-wasm, dense',
            theirs: figures.median(OURS, 'dense'),
            unit: 'ms',
            goal: null,
          })),
      };
    }),
  plot(rows) {
    const points = pointsOf(rows);
    return points.length === 0 ? undefined : { file: FILE, shows: SHOWS, svg: plotOfSpeed(points) };
  },
  passage: { page: 'sparse.md', lines: (rows) => (pointsOf(rows).length === 0 ? [] : [`![${SHOWS}](${FILE})`]) },
};

function pointsOf(rows: readonly Row[]): { model: string; sparsity: number; times: number }[] {
  return NETS.flatMap(({ label }) =>
    SPARSITIES.flatMap((sparsity) => {
      const ratio = rows.find(({ work }) => work === nameOf({ label, sparsity }))?.ratio;
      return ratio == null ? [] : [{ model: label, sparsity: 100 * sparsity, times: ratio }];
    }),
  );
}
