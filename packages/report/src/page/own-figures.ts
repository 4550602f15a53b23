import type { ReportData } from '../html/report-data.ts';
import { h, tableOf } from './dom.ts';
import { meanText, percent, short } from './format.ts';
import type { ViewRow } from './view.ts';

/** A column for each figure of metrics and evaluators. */
export function ownFiguresTable(rows: readonly ViewRow[], { ownFigures }: ReportData): HTMLElement {
  return tableOf(
    'Means ± spread over seeds',
    [
      { title: 'setting', cell: ({ id, label }: ViewRow) => h('a', { href: `#setting-${id}` }, label) },
      ...Object.entries(ownFigures).map(([name, { unit }]) => ({
        title: unit === undefined || unit === 'share' ? name : `${name}, ${unit}`,
        isNumber: true,
        cell: ({ figures }: ViewRow) => meanText(figures[name], unit === 'share' ? percent : unit === 'bytes' ? short : number),
      })),
    ],
    rows,
  );
}

/** Four digits that count; small and large ones as powers of ten. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return value.toLocaleString('en');
  return size >= 1e6 || size < 1e-3 ? value.toExponential(3) : String(Number(value.toPrecision(4)));
}
