import type * as Plot from '@observablehq/plot';
import type { Quality } from '../compare/costs.ts';
import type { ReportRow } from '../html/report-data.ts';

export interface ChartOptions {
  readonly width: number;
  readonly quality: Quality;
  /** Of all settings, so that each keeps its colour whatever the filters leave. */
  readonly colours: Colours;
}

export interface Colours {
  readonly domain: readonly string[];
  of(row: ReportRow): string;
}

/** Series by colour; where they are too many to be told apart, their strategies. */
export function coloursOf(rows: readonly ReportRow[]): Colours {
  const series = [...new Set(rows.map((row) => row.series))].sort();
  if (series.length <= MOST_COLOURS) return { domain: series, of: (row) => row.series };
  return { domain: [...new Set(rows.map(({ strategy }) => strategy))].sort(), of: ({ strategy }) => strategy };
}

/** More colours than these are not told apart: strategies then share theirs. */
const MOST_COLOURS = 10;

export type Chart = (SVGSVGElement | HTMLElement) & Plot.Plot;

export const STYLE = {
  background: 'transparent',
  fontSize: '12px',
  '--plot-background': 'var(--surface)',
  fontFamily: 'inherit',
  overflow: 'visible',
};
