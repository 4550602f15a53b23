import path from 'node:path';
import type { Comparison } from '../compare/compare.ts';
import { unknownField } from '../compare/field.ts';
import { figureNamesOf, figureOf } from '../compare/figures.ts';
import { valueText } from '../compare/group.ts';
import { figuresOfCells, type Row, runsOf } from '../compare/row.ts';
import { settingsOf } from '../compare/settings.ts';
import type { Run } from '../read/run.ts';
import { WrongRequest } from '../wrong-request.ts';
import { fieldsOf } from './fields.ts';
import { holding } from './narrow.ts';

export interface Question {
  readonly goal: string;
  readonly direction: 'minimize' | 'maximize';
  /** The expression that the comparison was narrowed by. */
  readonly where?: string;
}

/** The setting to take. */
export interface Choice {
  /** The figure’s name. */
  readonly goal: string;
  readonly direction: Question['direction'];
  readonly row: number;
  /** Seeds whose own figures, not the means alone, hold the expression; undefined where none was asked. */
  readonly holdsIn?: number;
  /** The run of the median seed: the best one would owe a part of it to luck. */
  readonly run: { readonly folder: string; readonly seed: number };
  /** The varied settings, as `--set` takes them; those that all settings of the row share. */
  readonly set: readonly string[];
  /** How many settings the row is a mean over. */
  readonly settings: number;
  /** Runs it again; undefined where the row is a mean over several settings, of which no one run has the figure. */
  readonly command?: string;
}

/**
 * Of the rows, the one with the least or the most of a figure; where several have it, the one with the better quality.
 *
 * @throws WrongRequest where the figure is none, or no row has it.
 */
export async function chooseSetting(comparison: Comparison, { goal, direction, where }: Question): Promise<Choice> {
  const known = figureNamesOf(comparison.rows.flatMap(({ cells }) => runsOf(cells)));
  const figure = known.find((name) => name.toLowerCase() === goal.toLowerCase());
  if (figure === undefined) throw new WrongRequest(`--${direction}: ${unknownField(goal, known)}`);
  const { quality } = comparison;
  const mean = (row: Row, name: string) => row.figures[name]?.mean as number;
  const [sign, better] = [direction === 'minimize' ? 1 : -1, quality === 'accuracy' ? -1 : 1];
  const [best] = comparison.rows
    .filter(({ figures }) => figures[figure] !== undefined && figures[quality] !== undefined)
    .sort((a, b) => sign * (mean(a, figure) - mean(b, figure)) || better * (mean(a, quality) - mean(b, quality)));
  if (best === undefined) {
    const why = where === undefined ? `has "${figure}"` : `holds ${JSON.stringify(where)} and has "${figure}"`;
    throw new WrongRequest(`no setting ${why}`);
  }
  const runs = runsOf(best.cells);
  const run = medianRun(runs, quality);
  const experiment = path.join(run.folder, 'experiment.yaml');
  const settings = [...new Set(runs.map(({ setting }) => setting))].map(settingsOf);
  const shared = (name: string) => {
    const [first, ...others] = settings.map((one) => one.get(name));
    return first !== undefined && others.every((other) => other === first) ? [`${name}=${valueText(first)}`] : [];
  };
  return {
    goal: figure,
    direction,
    row: best.id,
    ...(where === undefined ? {} : { holdsIn: await seedsHolding(best, where, comparison.rows) }),
    run: { folder: run.folder, seed: run.seed },
    set: [...comparison.varied.keys()].flatMap(shared),
    settings: settings.length,
    ...(settings.length > 1 ? {} : { command: `espalier run ${shellQuoted(experiment)} --out ${shellQuoted(`${run.experiment}-again`)}` }),
  };
}

/** Each seed as a row of its own, asked the same. */
async function seedsHolding(row: Row, expression: string, rows: readonly Row[]): Promise<number> {
  const alone = row.seeds.map((seed): Row => {
    const cells = new Map([...row.cells].map(([cell, runs]) => [cell, runs.filter((run) => run.seed === seed)] as const));
    // What it says of the number of seeds is true of the setting.
    return { ...row, id: seed, cells, figures: figuresOfCells(cells) };
  });
  return (await holding(alone, expression, fieldsOf(rows))).size;
}

function medianRun(runs: readonly Run[], quality: string): Run {
  const sorted = [...runs].sort((a, b) => (figureOf(a, quality) ?? 0) - (figureOf(b, quality) ?? 0));
  return sorted[sorted.length >> 1] as Run;
}

function shellQuoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
