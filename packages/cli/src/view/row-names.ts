import type { ComparedRow, Comparison } from '@espalier/report';
import { type TableOptions, table, withoutMiddle } from './table.ts';

/** No column for names is narrower in a table. */
const NARROWEST = 8;
/** A column of names is seldom wider: names that lose too much there are told once, and stand by a number. */
const USUAL = 32;

/** How tables and sentences name the series and places of a comparison: in full, or by marks that a legend explains. */
export class RowNames {
  private readonly series: ReadonlyMap<string, string>;
  private readonly places: ReadonlyMap<string, string>;
  private readonly withoutMark: ReadonlySet<string>;
  private readonly told: Readonly<Record<'series' | 'context', ReadonlyMap<string, Told>>>;

  constructor({ rows, references }: Pick<Comparison, 'rows' | 'references'>) {
    const series = unique(rows.map((row) => row.series));
    const places = unique(rows.map(({ context }) => shortContext(context)));
    this.series = canTell(series)
      ? new Map()
      : new Map(series.map((name, i) => [name, series.length > 99 ? mark(i) : `${mark(i)} ${firstOf(name)}`]));
    this.places = canTell(places) ? new Map() : new Map(places.map((name, i) => [name, letters(i)]));
    this.told = {
      series: new Map(rows.map(({ series: name, told }) => [name, new Map(told.series)])),
      context: new Map(rows.map(({ context, told }) => [shortContext(context), new Map(told.context)])),
    };
    // A control may have the name of a series.
    const controls = new Set(rows.flatMap((row) => [...row.controls.keys()]));
    this.withoutMark = new Set(references.filter((name) => name === 'dense' || controls.has(name)));
  }

  of(series: string): string {
    return this.series.get(series) ?? series;
  }

  /** Of what strategies are held against. */
  ofReference(name: string): string {
    return this.withoutMark.has(name) ? name : this.of(name);
  }

  /** `0.95`: that it is the sparsity, the tables have said. */
  ofPlace({ context }: ComparedRow): string {
    const place = shortContext(context);
    return this.places.get(place) ?? place;
  }

  /** The title of what stands at one place. */
  ofContext(context: string): string {
    const place = this.places.get(shortContext(context));
    return place === undefined ? context : `${place} ${context}`;
  }

  /** What the marks in a text stand for, a column for each option; empty where there are none. */
  legend(text: string, options: TableOptions): string {
    const series = [...this.series.keys()].flatMap((name, i) =>
      text.includes(mark(i)) ? [{ mark: mark(i), told: this.told.series.get(name) }] : [],
    );
    const at = [...this.places].flatMap(([name, short]) =>
      text.includes(short) ? [{ mark: short, told: this.told.context.get(name) }] : [],
    );
    return [legendTable(series, options), legendTable(at, options)].filter(Boolean).join('\n\n');
  }
}

interface Marked {
  readonly mark: string;
  readonly told: Told | undefined;
}

type Told = ReadonlyMap<string, string>;

function legendTable(lines: readonly Marked[], options: TableOptions): string {
  if (lines.length === 0) return '';
  const titles = unique(lines.flatMap(({ told }) => [...(told?.keys() ?? [])]));
  const columns = [{ title: '' }, ...titles.map((title) => ({ title, fit: 'middle' as const }))];
  return table(
    columns,
    lines.map(({ mark: short, told }) => [short, ...titles.map((title) => told?.get(title) ?? '–')]),
    options,
  );
}

/** Whether names are still told apart in the narrowest column, and long ones do not fill the widest. */
function canTell(names: readonly string[]): boolean {
  if (names.length < 2) return true;
  return (
    unique(names.map((name) => withoutMiddle(name, NARROWEST))).length === names.length && names.every(({ length }) => length <= USUAL)
  );
}

function shortContext(context: string): string {
  return context.replace(/^sparsity (?=[\d.]+$)/, '');
}

/** The strategy, where the name begins with it; of `--by` the first field. */
function firstOf(series: string): string {
  return series.split(', ')[0] ?? series;
}

function mark(i: number): string {
  return `[${i + 1}]`;
}

/** (a) to (z), then (aa). */
function letters(i: number): string {
  const text = (n: number): string => (n < 26 ? '' : text(Math.floor(n / 26) - 1)) + String.fromCharCode(97 + (n % 26));
  return `(${text(i)})`;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
