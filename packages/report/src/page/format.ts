import type { Quality } from '../compare/costs.ts';
import type { Judged } from '../statistics/judge.ts';

export { differenceText, meanText } from '../statistics/in-words.ts';

export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Of an accuracy in percent, of a loss as it is. */
export function qualityText(value: number, quality: Quality): string {
  return quality === 'accuracy' ? (100 * value).toFixed(2) : value.toPrecision(3);
}

export function verdictText(judged: Judged | undefined, reference: string): string {
  if (judged === undefined) return '';
  if (judged.verdict === 'one seed') return 'one seed: nothing can be said';
  if (judged.verdict === 'no spread') return 'the same in every seed: no interval';
  return judged.verdict === 'not distinguishable' ? `not distinguishable from ${reference}` : `${judged.verdict} than ${reference}`;
}

export function short(value: number): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}
