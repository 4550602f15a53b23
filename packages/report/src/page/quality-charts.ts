import * as Plot from '@observablehq/plot';
import { COSTS, type Cost, type Quality } from '../compare/costs.ts';
import { paretoFront } from '../compare/pareto.ts';
import { type Chart, type ChartOptions, STYLE } from './chart-style.ts';
import { meanText, percent, qualityText, short } from './format.ts';
import { type Form, type FormPoint, formPoints } from './forms.ts';
import type { ViewRow } from './view.ts';

const COST_NAMES: Readonly<Record<Cost, string>> = {
  bytes: 'bytes stored',
  macs: 'MACs',
  nonzero: 'non-zero parameters',
  latencyMs: 'latency in ms',
};
export const COST_CHOICES = COSTS.map((cost) => ({ cost, name: COST_NAMES[cost] }));

/** More intervals than these hide the points. */
const MOST_INTERVALS = 300;

export function qualityOverSparsity(rows: readonly ViewRow[], { width, quality, colours }: ChartOptions): Chart {
  const colour = ({ row }: ViewRow) => colours.of(row);
  const known = rows.filter(({ row }) => row.sparsity !== null);
  const x = (one: ViewRow) => one.row.sparsity;
  return points(known, {
    x,
    label: `${named(quality)} over sparsity`,
    width,
    quality,
    colours,
    scale: { label: 'sparsity →', tickFormat: (value: number) => percent(value, 0), inset: 12 },
    marks: [
      Plot.line(
        [...known].sort((a, b) => (a.row.sparsity ?? 0) - (b.row.sparsity ?? 0)),
        {
          x,
          y: y(quality),
          z: (one: ViewRow) => `${one.row.series}|${one.row.problem}`,
          stroke: colour,
          strokeOpacity: known.length > MOST_INTERVALS ? 0.25 : 0.8,
        },
      ),
    ],
  });
}

/**
 * A circle is a masked model, a triangle the same one shrunk, a star that on sparse kernels, a square the dense one. With the front: the models that no
 * other setting's beats in quality at that cost.
 */
export function qualityOverCost(rows: readonly ViewRow[], cost: Cost, { width, quality, colours }: ChartOptions): Chart {
  const of = (form: Form) => formPoints(rows, form, { cost, quality });
  const [dense, masked, shrunk, sparse] = [of('dense'), of('masked'), of('shrunk'), of('sparse')];
  const value = ({ worth }: FormPoint) => shown(worth, quality);
  const sign = quality === 'accuracy' ? 1 : -1;
  const front = paretoFront([...masked, ...shrunk, ...sparse].map((point) => ({ point, cost: point.cost, worth: sign * point.worth })));
  const maskedOf = new Map(masked.map((point) => [point.one.id, point]));
  const pairs = [...shrunk, ...sparse].flatMap((to) => {
    const from = maskedOf.get(to.one.id);
    return from === undefined ? [] : [{ from, to }];
  });
  const mark = { x: 'cost', y: value, title: 'label', ariaLabel: 'label', tip: { format: { x: false, y: false } } } as const;
  return points(
    masked.map(({ one }) => one),
    {
      x: (one: ViewRow) => one.figures[cost]?.mean,
      label: `${named(quality)} over ${COST_NAMES[cost]}`,
      width,
      quality,
      colours,
      also: [...dense, ...shrunk, ...sparse].map(({ worth }) => worth),
      scale: { type: 'log', label: `${COST_NAMES[cost]} →`, tickFormat: short, inset: 12 },
      marks: [
        Plot.line(front, {
          x: 'cost',
          y: ({ point }) => value(point),
          curve: 'step-after',
          stroke: 'currentColor',
          strokeDasharray: '4 3',
          ariaLabel: () => 'Pareto front',
        }),
        Plot.link(pairs.length <= MOST_INTERVALS ? pairs : [], {
          x1: ({ from }) => from.cost,
          y1: ({ from }) => value(from),
          x2: ({ to }) => to.cost,
          y2: ({ to }) => value(to),
          strokeOpacity: 0.3,
        }),
        Plot.dot(dense, { ...mark, symbol: 'square', fill: 'currentColor', r: 4, ariaDescription: 'Dense models' }),
        ...[
          { made: shrunk, symbol: 'triangle' as const, ariaDescription: 'Shrunk models' },
          { made: sparse, symbol: 'star' as const, ariaDescription: 'Models on sparse kernels' },
        ].map(({ made, symbol, ariaDescription }) =>
          Plot.dot(made, {
            ...mark,
            symbol,
            fill: ({ one }: FormPoint) => colours.of(one.row),
            stroke: 'var(--surface)',
            strokeWidth: 0.7,
            r: made.length > MOST_INTERVALS ? 2.5 : 4.5,
            href: ({ one }: FormPoint) => `#setting-${one.id}`,
            ariaDescription,
          }),
        ),
      ],
    },
  );
}

interface PointsOptions extends ChartOptions {
  readonly x: (one: ViewRow) => number | null | undefined;
  readonly label: string;
  readonly scale: Plot.ScaleOptions;
  /** Under the points. */
  readonly marks: readonly Plot.Markish[];
  /** Qualities that there is to be room for, besides those of the settings. */
  readonly also?: readonly number[];
}

/** A point per setting, which leads to it; the interval of its mean over seeds as a line. */
function points(rows: readonly ViewRow[], { x, label, width, quality, colours, scale, marks, also = [] }: PointsOptions): Chart {
  const colour = ({ row }: ViewRow) => colours.of(row);
  const value = (one: number) => shown(one, quality);
  const between = rows.length <= MOST_INTERVALS ? rows.filter(({ interval }) => interval !== undefined) : [];
  const describe = (one: ViewRow) =>
    `${one.label}: ${quality} ${meanText(one.quality, (each) => qualityText(each, quality))}, ${one.runs.length} ${one.runs.length === 1 ? 'seed' : 'seeds'}`;
  return Plot.plot({
    width,
    height: 390,
    marginLeft: 54,
    marginBottom: 42,
    style: STYLE,
    ariaLabel: label,
    ariaDescription: 'Each point is a setting, and leads to its config. Lines through points are 95 % intervals of the mean over seeds.',
    x: { grid: true, ...scale },
    y: { grid: true, label: `↑ ${quality === 'accuracy' ? 'accuracy in %' : 'loss'}`, inset: 10, domain: domainOf(rows, also)?.map(value) },
    color: { legend: true, label: null, type: 'categorical', domain: colours.domain, scheme: 'Observable10' },
    marks: [
      ...marks,
      Plot.ruleX(between, {
        x,
        y1: (one: ViewRow) => value(one.interval?.[0] ?? 0),
        y2: (one: ViewRow) => value(one.interval?.[1] ?? 0),
        stroke: colour,
        strokeOpacity: 0.5,
        clip: true,
      }),
      Plot.dot(rows, {
        x,
        y: y(quality),
        fill: colour,
        stroke: 'var(--surface)',
        strokeWidth: 0.7,
        r: rows.length > MOST_INTERVALS ? 2.5 : 4.5,
        href: (one: ViewRow) => `#setting-${one.id}`,
        ariaLabel: describe,
        title: describe,
        tip: { format: { x: false, y: false, fill: false } },
      }),
    ],
  }) as Chart;
}

function named(quality: Quality): string {
  return quality === 'accuracy' ? 'Accuracy' : 'Loss';
}

function y(quality: Quality) {
  return ({ quality: summary }: ViewRow) => shown(summary.mean, quality);
}

/** Accuracies in percent. */
function shown(value: number, quality: Quality): number {
  return quality === 'accuracy' ? 100 * value : value;
}

/** Room for the means and their spread; an interval of two seeds would press all else flat. */
function domainOf(rows: readonly ViewRow[], also: readonly number[]): [number, number] | undefined {
  const ends = [...rows.flatMap(({ quality: { mean, spread } }) => [mean - (spread ?? 0), mean + (spread ?? 0)]), ...also];
  const low = ends.reduce((least, end) => Math.min(least, end), Number.POSITIVE_INFINITY);
  const high = ends.reduce((most, end) => Math.max(most, end), Number.NEGATIVE_INFINITY);
  return low < high ? [low, high] : undefined;
}
