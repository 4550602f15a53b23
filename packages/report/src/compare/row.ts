import type { Run } from '../read/run.ts';
import { meanOf, type Summary, summary } from '../statistics/summary.ts';
import { append } from './append.ts';
import { type Figures, figureNamesOf, figureOf } from './figures.ts';
import type { Scalar, Settings } from './settings.ts';

/** Measured runs by what pairs them: the settings that a table averages over, then the seed. */
export type Cells = ReadonlyMap<string, readonly Run[]>;

/** What a comparison speaks of at once: runs of one setting over its seeds, or with `by` of all settings that share a field. */
export interface Row {
  readonly id: number;
  /** What is compared: the strategy and those of its settings that vary. */
  readonly series: string;
  /** What it is compared at: the sparsity, and what else varies besides the strategy. */
  readonly context: string;
  /** The series and the context, value by value, under the names of the settings. */
  readonly told: Readonly<Record<'series' | 'context', readonly (readonly [name: string, value: string])[]>>;
  /** The context without its sparsity: only within it is one accuracy held against another. */
  readonly problem: string;
  /** The values of the varied settings that the row stands for, by path. */
  readonly values: ReadonlyMap<string, Scalar>;
  /** All settings, of the first of them where the row stands for several. */
  readonly settings: Settings;
  readonly cells: Cells;
  readonly controls: ReadonlyMap<string, Cells>;
  readonly seeds: readonly number[];
  readonly figures: Figures;
  /** Runs that ended in an error. */
  readonly broken: number;
}

export function runsOf(cells: Cells): Run[] {
  return [...cells.values()].flat();
}

/** Figures over seeds; where the row stands for several settings, those of a seed are averaged first: the seed stays the unit. */
export function figuresOfCells(cells: Cells): Figures {
  const bySeed = new Map<number, Run[]>();
  for (const run of runsOf(cells)) append(bySeed, run.seed, run);
  const seeds = [...bySeed.values()];
  const figures: Record<string, Summary> = {};
  for (const figure of figureNamesOf(seeds.flat())) {
    const known = seeds.map((runs) => runs.map((run) => figureOf(run, figure)).filter((value) => value !== undefined));
    const summed = summary(known.filter((values) => values.length > 0).map(meanOf));
    if (summed !== undefined) figures[figure] = summed;
  }
  return figures;
}

/** A figure of each seed. */
export function bySeed(cells: Cells, figure: string): Map<number, number> {
  const values = new Map<number, number[]>();
  for (const run of runsOf(cells)) {
    const value = figureOf(run, figure);
    if (value !== undefined) append(values, run.seed, value);
  }
  return new Map([...values].map(([seed, each]) => [seed, meanOf(each)]));
}

/** Of each seed that both have, the mean difference over the settings that both have. */
export function differencesBySeed(cells: Cells, reference: Cells, figure: string): number[] {
  const differences = new Map<number, number[]>();
  for (const [cell, runs] of cells) {
    for (const run of runs) {
      const other = reference.get(cell)?.find(({ seed }) => seed === run.seed);
      const [a, b] = [figureOf(run, figure), other === undefined ? undefined : figureOf(other, figure)];
      if (a !== undefined && b !== undefined) append(differences, run.seed, rounded(a - b));
    }
  }
  return [...differences.values()].map(meanOf);
}

/** What floating point adds to a difference of shares would look like a spread. */
export function rounded(difference: number): number {
  return Number(difference.toPrecision(12)) === 0 ? 0 : Number(difference.toFixed(12));
}
