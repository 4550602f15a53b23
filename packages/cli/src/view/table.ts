import Table from 'cli-table3';
import type { Colours } from '../terminal.ts';
import { printable } from './format.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** How it gives way where the table is too wide: names lose their middle, sentences are wrapped. */
  readonly fit?: 'middle' | 'wrap';
}

export interface TableOptions {
  readonly width: number;
  readonly colours: Colours;
}

const GAP = 2;
const NARROWEST = { middle: 12, wrap: 18 } as const;
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
    head: columns.map(({ title }) => colours.dim(title)),
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
  return align === 'right' && !isLast ? `${cut}${' '.repeat(GAP)}` : cut;
}

/** The widths that columns want, made less until they fit: sentences give way first, then names. */
function fitted(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  let excess = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  for (const fit of ['wrap', 'middle'] as const) {
    for (const i of columns.keys()) {
      if (columns[i]?.fit !== fit || excess <= 0) continue;
      const less = Math.min(excess, Math.max(0, (widths[i] as number) - NARROWEST[fit]));
      widths[i] = (widths[i] as number) - less;
      excess -= less;
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
