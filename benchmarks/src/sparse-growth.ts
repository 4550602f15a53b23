import type { Benchmark, Comparison } from './benchmark.ts';
import { worker } from './commands.ts';
import { plotOfNonzeros } from './plot.ts';

const SPARSITIES = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98];
const OURS = 'ours';

export const sparseGrowth: Benchmark = {
  name: 'sparse-growth',
  about:
    'A 1×1 convolution (28×28, 256 to 256 channels) on sparse kernels, from 50 to 98 % zeros, the least of the inferences. What it takes is held against the straight line over the weights ' +
    'that are not zero which departs from all of them the least, relative to it; the image goes in and comes out in every case.',
  contests: () => [
    {
      title: 'time over non-zeros of a 1×1 convolution',
      rounds: 7,
      runners: { [OURS]: worker('sparse-growth', { sparsities: SPARSITIES }) },
      compare(figures) {
        const points = SPARSITIES.map((sparsity) => ({ sparsity, density: 1 - sparsity, ms: figures.best(OURS, `${sparsity}`) as number }));
        const line = lineThrough(points);
        const rows: Comparison[] = points.map(({ sparsity, density, ms }) => ({
          work: workOf(sparsity),
          ours: ms,
          peer: 'straight line',
          theirs: line(density),
          unit: 'ms',
          goal: null,
        }));
        const departure = 100 * Math.max(...points.map(({ density, ms }) => Math.abs(ms / line(density) - 1)));
        return [
          ...rows,
          { work: 'departure from linear in the non-zeros', ours: departure, peer: 'limit', theirs: 15, unit: '%', goal: 1 },
        ];
      },
    },
  ],
  plot(rows) {
    const points = SPARSITIES.flatMap((sparsity) => {
      const { ours, theirs } = rows.find(({ work }) => work === workOf(sparsity)) ?? { ours: null, theirs: null };
      return ours === null || theirs === null ? [] : [{ nonzeros: 100 * (1 - sparsity), ms: ours, line: theirs }];
    });
    if (points.length < SPARSITIES.length) return undefined;
    return { file: 'sparse-growth.svg', shows: 'milliseconds over weights that are not zero', svg: plotOfNonzeros(points) };
  },
};

function workOf(sparsity: number): string {
  return `1×1 convolution, ${Math.round(100 * sparsity)} % zeros`;
}

interface Point {
  readonly density: number;
  readonly ms: number;
}

/** Least squares of the relative departures: a + b · density ≈ ms. */
function lineThrough(points: readonly Point[]): (density: number) => number {
  const sum = (f: (point: Point) => number) => points.reduce((total, point) => total + f(point) / point.ms ** 2, 0);
  const [one, x, xx, y, xy] = [
    sum(() => 1),
    sum((p) => p.density),
    sum((p) => p.density ** 2),
    sum((p) => p.ms),
    sum((p) => p.density * p.ms),
  ];
  const determinant = one * xx - x * x;
  const [a, b] = [(y * xx - x * xy) / determinant, (one * xy - x * y) / determinant];
  return (density) => a + b * density;
}
