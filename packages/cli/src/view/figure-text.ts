import { bytes, percent, printable, significant } from './format.ts';

/** A figure of a metric or an evaluator, in its unit. */
export function figureText(value: number | null | undefined, unit?: string): string {
  if (value === null || value === undefined) return '–';
  if (unit === 'share') return percent(value);
  if (unit === 'bytes') return bytes(Math.round(value));
  return unit === undefined ? significant(value) : `${significant(value)} ${printable(unit)}`;
}
