import type { ComparedRow, Comparison } from '@espalier/report';
import { wrapped } from './facts.ts';
import { printable } from './format.ts';
import { type TableOptions, withoutMiddle } from './table.ts';

/** No column for names is narrower in a table. */
const NARROWEST = 8;
/** A column of names is seldom wider: names that lose too much there are told once, and stand by a number. */
const USUAL = 32;

/** How tables and sentences name the series and places of a comparison: in full, or by marks that a legend explains. */
export class RowNames {
  private readonly series: ReadonlyMap<string, string>;
  private readonly places: ReadonlyMap<string, string>;
  private readonly withoutMark: ReadonlySet<string>;

  constructor({ rows, references }: Pick<Comparison, 'rows' | 'references'>) {
    const series = unique(rows.map((row) => row.series));
    const places = unique(rows.map(({ context }) => shortContext(context)));
    this.series = canTell(series)
      ? new Map()
      : new Map(series.map((name, i) => [name, series.length > 99 ? mark(i) : `${mark(i)} ${firstOf(name)}`]));
    this.places = canTell(places) ? new Map() : new Map(places.map((name, i) => [name, letters(i)]));
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

  /** What the marks in a text stand for; empty where there are none. */
  legend(text: string, { width }: TableOptions): string {
    const lines = [...this.series].flatMap(([name, short], i) => (text.includes(mark(i)) && short !== name ? [`${mark(i)} ${name}`] : []));
    const at = [...this.places].flatMap(([name, short]) => (text.includes(short) ? [`${short} ${name}`] : []));
    return [...lines, ...at].map((line) => wrapped(printable(line), width - 4).join('\n    ')).join('\n');
  }
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
