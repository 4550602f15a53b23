import type { Judged } from './judge.ts';
import type { Summary } from './summary.ts';

/** How a figure is written. */
type Written = (value: number) => string;

/** `97.69 ± 0.02`; one seed has no spread. */
export function meanText(summary: Pick<Summary, 'mean' | 'spread'> | undefined, text: Written): string {
  if (summary === undefined) return '–';
  return summary.spread === null ? text(summary.mean) : `${text(summary.mean)} ± ${text(summary.spread)}`;
}

/** `+0.28 [+0.11, +0.45]`; what could not be tested has no interval. */
export function differenceText(judged: Pick<Judged, 'mean' | 'interval'> | undefined, text: Written): string {
  if (judged === undefined) return '–';
  const [mean, from, to] = [judged.mean, ...(judged.interval ?? [])].map((value) => signed(text(value)));
  return from === undefined ? (mean as string) : `${mean} [${from}, ${to}]`;
}

function signed(text: string): string {
  return Number(text) > 0 ? `+${text}` : text.replace('-', '−');
}
