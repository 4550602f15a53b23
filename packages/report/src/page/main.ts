import './page.css';
import type { Cost } from '../compare/costs.ts';
import type { ReportData } from '../html/report-data.ts';
import { type ChartOptions, coloursOf } from './chart-style.ts';
import { isCutOff, latencies, layerHeatMap } from './charts.ts';
import { details } from './details.ts';
import { h, tableOf } from './dom.ts';
import { filters } from './filters.ts';
import { differenceText, meanText, percent, qualityText, short, verdictText } from './format.ts';
import { ownFiguresTable } from './own-figures.ts';
import { COST_CHOICES, qualityOverCost, qualityOverSparsity } from './quality-charts.ts';
import { sectionOf } from './sections.ts';
import { type Filter, type View, type ViewRow, viewOf } from './view.ts';

/** The page: draws what the filters leave, anew at each change. */
class Page {
  private readonly root: HTMLElement;
  private data: ReportData;
  private filter: Filter = { strategies: new Set(), sparsities: new Set(), seeds: new Set() };
  private cost: Cost = 'bytes';
  private view: View;
  private readonly detailsPanel = h('section', {
    id: 'details',
    tabindex: -1,
    'aria-label': 'A setting and its runs',
    'aria-live': 'polite',
  });
  private readonly filterPlace = h('div');
  private readonly charts = h('div');

  constructor(root: HTMLElement, data: ReportData) {
    this.root = root;
    this.data = data;
    this.view = viewOf(data, this.filter);
  }

  start(): void {
    this.drawAll();
    window.addEventListener('hashchange', () => this.showDetails(true));
    let width = document.documentElement.clientWidth;
    let timer: number | undefined;
    window.addEventListener('resize', () => {
      // Bars that come and go with the height of the page are no other width.
      if (Math.abs(document.documentElement.clientWidth - width) < 24) return;
      width = document.documentElement.clientWidth;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => this.drawCharts(), 150);
    });
    if ('live' in document.documentElement.dataset) this.follow();
  }

  /** Fetches what is new, as long as the server is there. */
  private follow(): void {
    const events = new EventSource('events');
    events.addEventListener('change', () => {
      void fetch('data.json')
        .then((answer) => answer.json())
        .then((data: ReportData) => {
          this.data = data;
          this.drawAll();
        })
        .catch(() => this.say('The new data could not be fetched.'));
    });
    events.addEventListener('error', () => this.say('espalier report --watch has ended or is busy; what is shown stays.'));
    events.addEventListener('open', () => this.say('Live: the page follows the runs.'));
  }

  private say(text: string): void {
    const status = document.getElementById('status');
    if (status !== null) status.textContent = text;
  }

  private drawAll(): void {
    const { title, at, counts, limits, problems, rows } = this.data;
    const said = document.getElementById('status')?.textContent ?? '';
    this.root.replaceChildren(
      h(
        'header',
        {},
        h('h1', {}, title),
        h('p', {}, countsText(counts, rows.length)),
        h('p', { class: 'note' }, `${new Date(at).toLocaleString()}. Charts: Observable Plot and D3 (ISC licence).`),
        h('p', { class: 'note', id: 'status', role: 'status' }, said),
      ),
      this.filterPlace,
      this.charts,
      this.detailsPanel,
      problems.length === 0
        ? h('div')
        : h(
            'section',
            {},
            h('h2', {}, 'Left out'),
            h(
              'ul',
              {},
              problems.map(({ file, what }) => h('li', {}, h('code', {}, file), `: ${what}`)),
            ),
          ),
      limits.length === 0
        ? h('div')
        : h(
            'footer',
            { class: 'note' },
            limits.map((limit) => h('p', {}, limit)),
          ),
    );
    this.drawFilters();
    this.drawCharts();
  }

  private drawFilters(): void {
    const focused = document.activeElement;
    const at = focused instanceof HTMLInputElement ? { name: focused.name, value: focused.value } : undefined;
    this.filterPlace.replaceChildren(
      filters(this.data, this.filter, (filter) => {
        this.filter = filter;
        this.drawFilters();
        this.drawCharts();
      }),
    );
    // The box that was just ticked is another element now; a keyboard goes on from there.
    if (at !== undefined)
      for (const input of this.filterPlace.querySelectorAll('input')) if (input.name === at.name && input.value === at.value) input.focus();
  }

  private drawCharts(): void {
    const { data } = this;
    this.view = viewOf(data, this.filter);
    const { rows } = this.view;
    if (rows.length === 0) {
      this.charts.replaceChildren(h('p', {}, data.rows.length === 0 ? 'No run has been measured yet.' : 'The filters leave nothing.'));
      this.showDetails(false);
      return;
    }
    const { options, wide } = this.widths();
    const cut = isCutOff(rows) ? h('p', { class: 'note' }, 'The first 40 of them; the filters narrow them.') : null;
    this.charts.replaceChildren(
      h(
        'div',
        { class: 'columns' },
        this.section('over-sparsity', `${named(data)} over sparsity`, qualityOverSparsity(rows, options)),
        this.section(
          'over-cost',
          `${named(data)} over cost`,
          this.costChoice(),
          qualityOverCost(rows, this.cost, options),
          h(
            'p',
            { class: 'note' },
            `Circles are masked models, ${data.figures.includes('shrunkBytes') ? 'triangles the same ones shrunk, ' : ''}${data.figures.includes('sparseBytes') ? 'stars those on sparse kernels (bytes and latency alone), ' : ''}squares dense ones. The dashed line is the Pareto front: no other setting is better for as little.`,
          ),
        ),
      ),
      this.section('verdicts', `Against ${data.reference}`, this.verdicts()),
      this.controls(),
      this.section(
        'latency',
        'Latency',
        latencies(rows, wide),
        cut?.cloneNode(true),
        h(
          'p',
          { class: 'note' },
          'Zeros alone give no speed: masked weights are multiplied like any other. What makes a model faster is shrinking it, running it as one graph, or sparse kernels.',
        ),
      ),
      this.section('layers', 'Sparsity by parameter', layerHeatMap(rows, data.parameters, wide), cut),
      Object.keys(data.ownFigures).length === 0
        ? h('div')
        : this.section('own-figures', 'Metrics and evaluators', ownFiguresTable(rows, data)),
      ...data.sections.map(sectionOf),
    );
    this.showDetails(false);
  }

  private widths(): { readonly options: ChartOptions; readonly wide: ChartOptions } {
    const all = Math.max(300, this.root.clientWidth || 900);
    const shared = { quality: this.data.quality, colours: coloursOf(this.data.rows) };
    const half = all >= 1040 ? (all - 90) / 2 : all - 36;
    return { options: { ...shared, width: half }, wide: { ...shared, width: all - 36 } };
  }

  private section(id: string, title: string, ...content: (Node | null | undefined)[]): HTMLElement {
    return h('section', { id, 'aria-label': title }, h('h2', {}, title), content);
  }

  private costChoice(): HTMLElement {
    const known = COST_CHOICES.filter(({ cost }) => this.data.figures.includes(cost));
    const select = h(
      'select',
      {
        name: 'cost',
        change: () => {
          this.cost = known[Number(select.value)]?.cost ?? 'bytes';
          this.drawCharts();
          document.querySelector<HTMLSelectElement>('select[name=cost]')?.focus();
        },
      },
      known.map(({ cost, name }, i) => h('option', { value: i, selected: cost === this.cost }, name)),
    );
    return h('p', {}, h('label', {}, 'Cost: ', select));
  }

  private verdicts(): HTMLElement {
    const { quality, reference } = this.data;
    const { rows, comparisons } = this.view;
    const text = (value: number) => qualityText(value, quality);
    const widened = comparisons > 1 ? `, widened for ${comparisons} comparisons (Holm)` : '';
    const inOrder = [...rows].sort(
      (a, b) =>
        (a.row.sparsity ?? 0) - (b.row.sparsity ?? 0) ||
        (quality === 'accuracy' ? b.quality.mean - a.quality.mean : a.quality.mean - b.quality.mean),
    );
    return tableOf(
      `Differences of the same seeds, 95 % intervals${widened}`,
      [
        { title: 'setting', cell: ({ id, label }: ViewRow) => h('a', { href: `#setting-${id}` }, label) },
        { title: 'seeds', isNumber: true, cell: ({ runs }) => runs.length },
        { title: quality === 'accuracy' ? 'accuracy in %' : 'loss', isNumber: true, cell: (one) => meanText(one.quality, text) },
        { title: 'to dense', isNumber: true, cell: ({ versusDense }) => differenceText(versusDense, text) },
        ...(reference === 'dense'
          ? []
          : [
              {
                title: `to ${reference}`,
                isNumber: true,
                cell: ({ versusReference }: ViewRow) => differenceText(versusReference, text),
              },
            ]),
        { title: 'it is', cell: ({ versusReference }) => verdictText(versusReference, reference) },
        { title: 'bytes', isNumber: true, cell: ({ figures }) => (figures.bytes === undefined ? '–' : short(figures.bytes.mean)) },
        {
          title: 'sparsity',
          isNumber: true,
          cell: ({ figures }) => (figures.sparsity === undefined ? '–' : percent(figures.sparsity.mean)),
        },
      ],
      inOrder,
    );
  }

  private controls(): HTMLElement {
    const { quality } = this.data;
    const lines = this.view.rows.flatMap((one) => one.versusControls.map((control) => ({ one, ...control })));
    if (lines.length === 0) return h('div');
    type Line = (typeof lines)[number];
    const text = (value: number) => qualityText(value, quality);
    const table = tableOf(
      'A strategy against its own controls, paired by seed, 95 % intervals',
      [
        { title: 'setting', cell: ({ one }: Line) => h('a', { href: `#setting-${one.id}` }, one.label) },
        { title: 'control', cell: ({ control }) => control },
        { title: 'strategy', isNumber: true, cell: ({ one }) => meanText(one.quality, text) },
        { title: 'control', isNumber: true, cell: (line) => meanText(line.quality, text) },
        { title: 'difference', isNumber: true, cell: ({ judged }) => differenceText(judged, text) },
        { title: 'it is', cell: ({ judged, control }) => verdictText(judged, control) },
      ],
      lines,
    );
    return this.section('controls', 'Controls', table);
  }

  /** The setting that the address names. */
  private showDetails(focus: boolean): void {
    const id = /^#setting-(\d+)$/.exec(location.hash)?.[1];
    const one = id === undefined ? undefined : this.view.rows.find((row) => row.id === Number(id));
    if (one === undefined) {
      this.detailsPanel.replaceChildren(
        h('h2', {}, 'A setting'),
        h('p', { class: 'note' }, 'Choose a point of a chart, or a line of a table.'),
      );
      return;
    }
    this.detailsPanel.replaceChildren(h('h2', {}, 'A setting'), details(one, this.data, this.widths().wide));
    if (!focus) return;
    this.detailsPanel.scrollIntoView({ block: 'start' });
    this.detailsPanel.focus({ preventScroll: true });
  }
}

function countsText({ measured, unexpected, broken, unfinished, notBegun }: ReportData['counts'], settings: number): string {
  return [
    `${measured.toLocaleString('en')} ${measured === 1 ? 'run' : 'runs'} in ${settings.toLocaleString('en')} ${settings === 1 ? 'setting' : 'settings'}`,
    broken > 0 ? `${broken} failed with an error` : '',
    unexpected > 0 ? `${unexpected} not as expected` : '',
    unfinished > 0 ? `${unfinished} not finished` : '',
    notBegun > 0 ? `${notBegun} not begun` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function named({ quality }: ReportData): string {
  return quality === 'accuracy' ? 'Accuracy' : 'Loss';
}

const root = document.getElementById('report');
const data = document.getElementById('data')?.textContent;
if (root !== null && data) new Page(root, JSON.parse(data) as ReportData).start();
