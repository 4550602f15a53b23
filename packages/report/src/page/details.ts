import type { ReportData, ReportRow, ReportRun, RunDetails } from '../html/report-data.ts';
import type { ChartOptions } from './chart-style.ts';
import { maskPicture, removedGraph, trainingCurves, weightHistogram } from './charts.ts';
import { h, tableOf } from './dom.ts';
import { percent, qualityText } from './format.ts';
import { figureOf, type ViewRow } from './view.ts';

/** All that is known of one setting: its config, its runs, and of some how they went. */
export function details(one: ViewRow, data: ReportData, options: ChartOptions): HTMLElement {
  const known = data.details.find(({ row }) => row === one.id);
  const settings = settingsOf(one.row, data);
  return h(
    'div',
    {},
    h('h3', {}, one.label),
    h('div', { class: 'columns' }, h('div', {}, runsTable(one, data), commandFor(one)), settingsTable(settings, one.row)),
    known === undefined
      ? h('p', { class: 'note' }, 'Curves and weights of this setting are not in this page.')
      : runDetails(known, options),
  );
}

function runsTable({ runs }: ViewRow, data: ReportData): HTMLElement {
  const number = (run: ReportRun, figure: Parameters<typeof figureOf>[1], text: (value: number) => string) => {
    const value = figureOf(run, figure, data);
    return value === null ? '–' : text(value);
  };
  return tableOf(
    'Runs',
    [
      { title: 'seed', cell: ([seed]: ReportRun) => seed },
      { title: data.quality, isNumber: true, cell: (run) => number(run, data.quality, (value) => qualityText(value, data.quality)) },
      { title: 'sparsity', isNumber: true, cell: (run) => number(run, 'sparsity', percent) },
      { title: 'bytes', isNumber: true, cell: (run) => number(run, 'bytes', (value) => value.toLocaleString('en')) },
      { title: 'folder', cell: ([, folder]) => h('code', {}, folder) },
    ],
    runs,
  );
}

function commandFor({ runs }: ViewRow): HTMLElement | null {
  const [first] = runs;
  if (first === undefined) return null;
  return h('p', {}, 'Run it again: ', h('code', {}, `espalier run ${shellQuoted(`${first[1]}/experiment.yaml`)} --out DIR`));
}

function shellQuoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function settingsOf(row: ReportRow, data: ReportData): [string, string][] {
  const all = { ...data.settings, ...row.differs };
  return Object.entries(all)
    .filter(([, value]) => typeof value !== 'object' || value === null)
    .map(([path, value]): [string, string] => [path, typeof value === 'string' ? value : JSON.stringify(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function settingsTable(settings: readonly [string, string][], { series }: ReportRow): HTMLElement {
  return tableOf(
    `Config of ${series}, without seed`,
    [
      { title: 'setting', cell: ([path]: [string, string]) => h('code', {}, path) },
      { title: 'value', cell: ([, value]) => h('code', {}, value) },
    ],
    settings,
  );
}

function runDetails({ seed, folder, curves, histograms, mask, removed, withoutDense }: RunDetails, options: ChartOptions): HTMLElement {
  const half = { ...options, width: Math.min(options.width, 560) };
  return h(
    'div',
    { class: 'columns' },
    h(
      'div',
      {},
      h('h4', {}, `Training, seed ${seed}`),
      curves === undefined ? h('p', { class: 'note' }, `${folder} has no log.`) : trainingCurves(curves, half),
    ),
    mask === undefined
      ? null
      : h(
          'div',
          {},
          h('h4', {}, `Mask of ${mask.parameter}`),
          maskPicture(mask),
          h('p', { class: 'note' }, `Input as ${mask.width} × ${mask.height}: the darker, the more weights of a pixel are kept.`),
        ),
    removed === undefined
      ? null
      : h(
          'div',
          {},
          h('h4', {}, 'Units that were removed'),
          removedGraph(removed, half),
          h(
            'p',
            { class: 'note' },
            'Hollow: gone when the model was shrunk.',
            removed.hidden > 0 ? ` ${removed.hidden} layers are not drawn.` : '',
          ),
        ),
    histograms === undefined || histograms.length === 0
      ? null
      : h(
          'div',
          { class: 'whole' },
          h('h4', {}, 'Weights that are left'),
          h(
            'div',
            { class: 'columns' },
            histograms
              .slice(0, 12)
              .map((one) =>
                h(
                  'div',
                  {},
                  weightHistogram(one, half),
                  h('p', { class: 'note' }, `${one.zeros.toLocaleString('en')} zeros are not drawn.`),
                ),
              ),
          ),
          histograms.length > 12 && h('p', { class: 'note' }, `${histograms.length - 12} more parameters.`),
          withoutDense === undefined ? h('p', { class: 'note' }, 'The line: the dense model.') : h('p', { class: 'note' }, withoutDense),
        ),
  );
}
