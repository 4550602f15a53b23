import * as Plot from '@observablehq/plot';
import type { Curves, Histogram, MaskImage, RemovedUnits } from '../html/report-data.ts';
import { type Chart, type ChartOptions, STYLE } from './chart-style.ts';
import { percent, short } from './format.ts';
import type { ViewRow } from './view.ts';

/** What zeros alone do for speed, beside what shrinking, one graph and sparse kernels do. */
export function latencies(rows: readonly ViewRow[], { width }: ChartOptions): Chart {
  const kinds = {
    dense: 'denseLatencyMs',
    masked: 'latencyMs',
    shrunk: 'shrunkLatencyMs',
    'one graph': 'savedModelLatencyMs',
    sparse: 'sparseLatencyMs',
  } as const;
  const measured = rows.slice(0, MOST_LINES).flatMap(({ label, figures }) =>
    Object.entries(kinds).flatMap(([kind, figure]) => {
      const summary = figures[figure];
      return summary === undefined ? [] : [{ label, kind, median: summary.median, low: summary.min, high: summary.max }];
    }),
  );
  return Plot.plot({
    width,
    marginBottom: 42,
    height: 80 + 20 * new Set(measured.map(({ label }) => label)).size,
    marginLeft: marginFor(measured.map(({ label }) => label)),
    style: STYLE,
    ariaLabel: 'Latency of one sample: dense, masked, shrunk, as one graph, sparse',
    x: { grid: true, label: 'ms, median and range over seeds →', zero: true },
    y: { label: null, domain: [...new Set(measured.map(({ label }) => label))], tickFormat: cut },
    color: { domain: Object.keys(kinds) },
    symbol: { legend: true, domain: Object.keys(kinds) },
    marks: [
      Plot.ruleY(measured, { y: 'label', x1: 'low', x2: 'high', stroke: 'kind', strokeOpacity: 0.5 }),
      Plot.dot(measured, {
        y: 'label',
        x: 'median',
        stroke: 'kind',
        symbol: 'kind',
        r: 4,
        tip: true,
        ariaLabel: ({ label, kind, median }) => `${label}, ${kind}: ${median.toPrecision(3)} ms`,
      }),
    ],
  }) as Chart;
}

export function layerHeatMap(rows: readonly ViewRow[], parameters: readonly string[], { width }: ChartOptions): Chart {
  const shown = rows.filter(({ row }) => row.layers !== undefined).slice(0, MOST_LINES);
  const cells = shown.flatMap(({ id, label, row }) =>
    parameters.flatMap((parameter, i) => {
      const sparsity = row.layers?.[i];
      return typeof sparsity === 'number' ? [{ id, label, parameter, sparsity }] : [];
    }),
  );
  const isRoomy = parameters.length <= 12;
  return Plot.plot({
    width,
    height: 110 + 22 * shown.length,
    marginLeft: marginFor(shown.map(({ label }) => label)),
    marginBottom: 70,
    style: STYLE,
    ariaLabel: 'Sparsity of each parameter in each setting',
    x: { label: null, domain: parameters, tickRotate: -25, tickFormat: cut },
    y: { label: null, domain: shown.map(({ label }) => label), tickFormat: cut },
    color: {
      type: 'linear',
      domain: [0, 1],
      scheme: 'YlGnBu',
      legend: true,
      label: 'sparsity',
      tickFormat: (value: number) => percent(value, 0),
    },
    marks: [
      Plot.cell(cells, {
        x: 'parameter',
        y: 'label',
        fill: 'sparsity',
        inset: 0.5,
        href: ({ id }) => `#setting-${id}`,
        ariaLabel: ({ label, parameter, sparsity }) => `${label}, ${parameter}: ${percent(sparsity)} sparse`,
        title: ({ label, parameter, sparsity }) => `${label}\n${parameter}: ${percent(sparsity)}`,
      }),
      isRoomy
        ? Plot.text(cells, {
            x: 'parameter',
            y: 'label',
            text: ({ sparsity }) => (100 * sparsity).toFixed(0),
            fill: ({ sparsity }) => (sparsity > 0.6 ? 'white' : 'black'),
            fontSize: 11,
            ariaHidden: 'true',
          })
        : null,
    ],
  }) as Chart;
}

/** Loss over steps, and under it the sparsity that went with it. */
export function trainingCurves({ dense, prune, sparsity }: Curves, { width }: ChartOptions): Chart[] {
  const offset = dense.at(-1)?.[0] ?? 0;
  const end = offset + Math.max(prune.at(-1)?.[0] ?? 0, sparsity.at(-1)?.[0] ?? 0);
  const losses = [
    ...dense.map(([step, loss]) => ({ step, loss, phase: 'dense' })),
    ...prune.map(([step, loss]) => ({ step: step + offset, loss, phase: 'pruning' })),
  ];
  const cuts = [{ step: 0, sparsity: 0 }, ...sparsity.map(([step, share]) => ({ step: step + offset, sparsity: share }))];
  const last = cuts.at(-1);
  if (last !== undefined) cuts.push({ step: end, sparsity: last.sparsity });
  const shared = { width, marginLeft: 54, style: STYLE };
  const boundary = Plot.ruleX(offset > 0 ? [offset] : [], { strokeDasharray: '2 3' });
  return [
    Plot.plot({
      ...shared,
      height: 190,
      ariaLabel: 'Loss by training step',
      x: { label: null, domain: [0, end] },
      y: { type: 'log', grid: true, label: '↑ loss', tickFormat: short, ticks: 4 },
      color: { legend: true, domain: ['dense', 'pruning'] },
      marks: [boundary, Plot.line(losses, { x: 'step', y: 'loss', stroke: 'phase' })],
    }),
    Plot.plot({
      ...shared,
      height: 140,
      marginBottom: 42,
      ariaLabel: 'Sparsity by training step',
      x: { label: 'step →', domain: [0, end] },
      y: { domain: [0, 1], grid: true, label: '↑ sparsity', tickFormat: (value: number) => percent(value, 0), ticks: 3 },
      marks: [
        boundary,
        Plot.areaY(cuts, { x: 'step', y: 'sparsity', curve: 'step-after', fillOpacity: 0.15 }),
        Plot.line(cuts, { x: 'step', y: 'sparsity', curve: 'step-after' }),
      ],
    }),
  ] as Chart[];
}

export function weightHistogram({ parameter, edges, after, before }: Histogram, { width }: ChartOptions): Chart {
  const bars = (counts: readonly number[]) => counts.map((count, i) => ({ count, from: edges[i] as number, to: edges[i + 1] as number }));
  const steps = (counts: readonly number[]) =>
    counts.flatMap((count, i) => [
      { at: edges[i] as number, count },
      { at: edges[i + 1] as number, count },
    ]);
  return Plot.plot({
    width,
    height: 180,
    marginLeft: 54,
    marginBottom: 42,
    style: STYLE,
    ariaLabel: `Weights of ${parameter} ${before === undefined ? 'after' : 'before and after'} the pruning`,
    x: { label: `weight in ${parameter} →` },
    y: { label: '↑ how many', tickFormat: short, ticks: 4, grid: true },
    marks: [
      Plot.rectY(bars(after), { x1: 'from', x2: 'to', y: 'count', fill: 'var(--accent)', fillOpacity: 0.7 }),
      before === undefined ? null : Plot.line(steps(before), { x: 'at', y: 'count', stroke: 'currentColor', strokeWidth: 1 }),
      Plot.ruleY([0]),
    ],
  }) as Chart;
}

/** Layers from input to output, as wide as they have units; those that went are hollow. Arcs are links past a neighbour. */
export function removedGraph({ layers, links }: RemovedUnits, { width }: ChartOptions): Chart {
  const at = new Map(layers.map(({ name }, i) => [name, i]));
  const title = ({ name, type }: RemovedUnits['layers'][number]) => `${name} (${type})`;
  const bars = layers.flatMap((layer) => (layer.of === null ? [] : [{ ...layer, kept: layer.of - layer.removed }]));
  const past = links.filter(([from, to]) => Math.abs((at.get(to) ?? 0) - (at.get(from) ?? 0)) > 1);
  const y = (name: string) => at.get(name) ?? 0;
  return Plot.plot({
    width,
    height: 64 + 24 * layers.length,
    marginLeft: marginFor(layers.map(title)) + 20,
    marginRight: 90,
    marginBottom: 42,
    style: STYLE,
    ariaLabel: 'Layers of the net, and how many units of each were removed',
    x: { label: 'units →', grid: true, zero: true },
    y: {
      label: null,
      domain: [-0.6, layers.length - 0.4],
      reverse: true,
      ticks: layers.map((_, i) => i),
      tickSize: 0,
      tickPadding: 16,
      tickFormat: (i: number) => cut(title(layers[i] ?? { name: '', type: '', of: null, removed: 0 })),
    },
    marks: [
      Plot.link(
        links.filter((link) => !past.includes(link)),
        { x1: 0, x2: 0, y1: ([from]) => y(from), y2: ([, to]) => y(to), strokeOpacity: 0.5, dx: -8 },
      ),
      Plot.arrow(past, {
        x1: 0,
        x2: 0,
        y1: ([from]) => y(from),
        y2: ([, to]) => y(to),
        bend: -60,
        headLength: 5,
        strokeOpacity: 0.6,
        dx: -8,
      }),
      Plot.dot(layers, { x: 0, y: ({ name }) => y(name), r: 3, fill: 'currentColor', dx: -8 }),
      Plot.rect(bars, {
        x1: 0,
        x2: 'kept',
        y1: ({ name }) => y(name) - 0.35,
        y2: ({ name }) => y(name) + 0.35,
        fill: 'var(--accent)',
        fillOpacity: 0.8,
      }),
      Plot.rect(bars, {
        x1: 'kept',
        x2: 'of',
        y1: ({ name }) => y(name) - 0.35,
        y2: ({ name }) => y(name) + 0.35,
        fill: 'none',
        stroke: 'currentColor',
        strokeDasharray: '3 2',
        ariaLabel: ({ name, removed, of }) => `${name}: ${removed} of ${of} units removed`,
      }),
      Plot.text(bars, { x: 'of', y: ({ name }) => y(name), text: ({ removed, of }) => `−${removed} of ${of}`, textAnchor: 'start', dx: 6 }),
    ],
  }) as Chart;
}

export function maskPicture({ parameter, width, height, kept }: MaskImage): Chart {
  const most = Math.max(...kept);
  return Plot.plot({
    width: 260,
    height: 260,
    margin: 4,
    style: STYLE,
    ariaLabel: `Of each input pixel, the share of its weights in ${parameter} that is kept`,
    x: { axis: null, domain: [0, width] },
    y: { axis: null, domain: [height, 0] },
    color: {
      type: 'linear',
      domain: [0, most || 1],
      scheme: 'Greys',
      legend: true,
      label: 'kept',
      tickFormat: (value: number) => percent(value, 0),
    },
    marks: [
      Plot.rect(kept, {
        x1: (_, i) => i % width,
        x2: (_, i) => (i % width) + 1,
        y1: (_, i) => Math.floor(i / width),
        y2: (_, i) => Math.floor(i / width) + 1,
        fill: (share: number) => share,
        shapeRendering: 'crispEdges',
      }),
    ],
  }) as Chart;
}

/** More lines than these are no chart that anyone reads. */
const MOST_LINES = 40;
export const isCutOff = (rows: readonly ViewRow[]) => rows.length > MOST_LINES;

function marginFor(labels: readonly string[]): number {
  return Math.min(240, 16 + 6.4 * Math.max(4, ...labels.map((label) => cut(label).length)));
}

function cut(label: string): string {
  return label.length > 36 ? `${label.slice(0, 17)}…${label.slice(-18)}` : label;
}
