import type { Cells, Row } from './row.ts';

/** What rows can be held against: the dense model, their controls, another series. */
export function referencesIn(rows: readonly Row[]): string[] {
  const controls = rows.flatMap(({ controls }) => [...controls.keys()]);
  const random = rows.some(isRandom) ? ['random'] : [];
  const series = rows.length > 1 ? rows.filter(({ cells }) => cells.size > 0).map((row) => row.series) : [];
  return [...new Set(['dense', ...controls, ...random, ...series])];
}

/**
 * The runs that a row is held against: those of its own control of that name; of the series of that name at the same
 * sparsity; for `random` those that differ in a random scorer, or any random ones there.
 */
export function referenceOf(row: Row, reference: string, there: readonly Row[]): Cells | undefined {
  const control = row.controls.get(reference);
  if (control !== undefined) return control;
  const others = there.filter((other) => other !== row);
  const named = others.find(({ series }) => series === reference);
  if (named !== undefined || reference !== 'random' || isRandom(row)) return named?.cells;
  const random = others.filter(isRandom);
  const own = random.find((other) => strategyOf(other) === strategyOf(row));
  return (own ?? random[0])?.cells;
}

/** Whether what a row prunes is drawn by chance. */
function isRandom({ settings }: Row): boolean {
  if (settings.get('prune.strategy') === 'random') return true;
  return [...settings].some(([path, value]) => value === 'random' && path.startsWith('prune.strategy.') && path.endsWith('.scorer'));
}

function strategyOf({ settings }: Row) {
  return settings.get('prune.strategy');
}
