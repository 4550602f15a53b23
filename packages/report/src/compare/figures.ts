import type { Run } from '../read/run.ts';
import type { Summary } from '../statistics/summary.ts';
import { ownFiguresIn, ownFiguresOf } from './own-figures.ts';

/** What is measured of a run, by the name that `--where`, `--minimize` and exports know it by. */
export const FIGURES = {
  accuracy: ({ pruned }) => pruned?.accuracy,
  accuracyDrop: ({ dense, pruned }) => difference(dense?.accuracy, pruned?.accuracy),
  loss: ({ pruned }) => pruned?.loss,
  trainAccuracy: ({ pruned }) => pruned?.trainAccuracy,
  sparsity: ({ pruned }) => pruned?.sparsity,
  nonzero: ({ pruned }) => pruned?.nonzero,
  bytes: ({ pruned }) => pruned?.bytes,
  macs: ({ pruned }) => pruned?.macs,
  latencyMs: ({ pruned }) => pruned?.latencyMs,
  denseAccuracy: ({ dense }) => dense?.accuracy,
  denseLoss: ({ dense }) => dense?.loss,
  denseBytes: ({ dense }) => dense?.bytes,
  denseMacs: ({ dense }) => dense?.macs,
  denseNonzero: ({ dense }) => dense?.nonzero,
  denseLatencyMs: ({ dense }) => dense?.latencyMs,
  shrunkAccuracy: ({ shrunk }) => shrunk?.accuracy,
  shrunkLoss: ({ shrunk }) => shrunk?.loss,
  shrunkBytes: ({ shrunk }) => shrunk?.bytes,
  shrunkMacs: ({ shrunk }) => shrunk?.macs,
  shrunkNonzero: ({ shrunk }) => shrunk?.nonzero,
  shrunkLatencyMs: ({ shrunk }) => shrunk?.latencyMs,
  savedModelLatencyMs: ({ shrunk }) => shrunk?.savedModel?.latencyMs,
  sparseBytes: ({ sparse }) => sparse?.bytes,
  sparseLatencyMs: ({ sparse }) => sparse?.latencyMs,
  denseWasmLatencyMs: ({ sparse }) => sparse?.denseWasmLatencyMs,
  denseS: ({ timing }) => timing['denseS'],
  pruneS: ({ timing }) => timing['pruneS'],
  trainS: ({ timing }) => timing['trainS'],
} as const satisfies Record<string, (run: Run) => number | null | undefined>;

export type Figure = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as Figure[];

/** Of every run, and those that metrics and evaluators give. */
export type Figures = Readonly<Partial<Record<Figure, Summary>>> & { readonly [own: string]: Summary | undefined };

/** The figures that these runs can have. */
export function figureNamesOf(runs: readonly Run[]): string[] {
  return [...new Set([...FIGURE_NAMES, ...ownFiguresIn(runs).keys()])];
}

export function figureOf(run: Run, figure: string): number | undefined {
  return Object.hasOwn(FIGURES, figure) ? (FIGURES[figure as Figure](run) ?? undefined) : ownFiguresOf(run).get(figure);
}

/** To the last decimal of what is measured: 0.9758 − 0.9744 is 0.0014. */
function difference(a: number | null | undefined, b: number | null | undefined): number | undefined {
  return typeof a !== 'number' || typeof b !== 'number' ? undefined : Number((a - b).toFixed(12));
}
