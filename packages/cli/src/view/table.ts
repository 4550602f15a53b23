import Table from 'cli-table3';
import type { Colours } from '../terminal.ts';
import { printable } from './format.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** How it gives way where the table is too wide: names lose their middle, sentences are wrapped. */
  readonly fit?: 'middle' | 'wrap';
  /** At least so wide, so that tables under one another have the same columns. */
  readonly width?: number;
}

export interface TableOptions {
  readonly width: number;
  readonly colours: Colours;
}

const GAP = 2;
const NARROWEST = { middle: 8, wrap: 16 } as const;
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

/** A table without lines that fits the width. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], { width, colours }: TableOptions): string {
  const cells = rows.map((row) => row.map(printable));
  const widths = fitted(columns, cells, width);
  const drawn = new Table({
    head: columns.map(({ title, align }, i) => colours.dim(title) + gapAfter(align, i === columns.length - 1)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: NO_LINES,
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: widths.map((one, i) => one + (i === columns.length - 1 ? 0 : GAP)),
    wordWrap: true,
  });
  for (const row of cells)
    drawn.push(columns.map((column, i) => cell(row[i] ?? '', column, widths[i] as number, i === columns.length - 1)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function cell(text: string, { align, fit }: Column, width: number, isLast: boolean): string {
  const cut = fit === 'middle' ? withoutMiddle(text, width) : text;
  return cut + gapAfter(align, isLast);
}

/** What stands at the right of its column needs its distance from the next one itself. */
function gapAfter(align: Column['align'], isLast: boolean): string {
  return align === 'right' && !isLast ? ' '.repeat(GAP) : '';
}

/** The widths that columns want, made less until they fit: sentences give way first, then names; the widest of each first. */
function fitted(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map(({ title, width: least = 0 }, i) =>
    Math.max(title.length, least, ...rows.map((row) => (row[i] ?? '').length)),
  );
  let excess = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  for (const fit of ['wrap', 'middle'] as const) {
    const giving = [...columns.keys()].filter((i) => columns[i]?.fit === fit);
    while (excess > 0) {
      const [widest] = giving.sort((a, b) => (widths[b] as number) - (widths[a] as number));
      if (widest === undefined || (widths[widest] as number) <= NARROWEST[fit]) break;
      widths[widest] = (widths[widest] as number) - 1;
      excess -= 1;
    }
  }
  return widths;
}

/** `encoder/block_3/conv_1/kernel` in 16 columns: `encoder…/kernel`. The end tells more than the start. */
export function withoutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.ceil((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}
