import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const LINE = { stroke: '#2a6f4e', strokeWidth: 2 };
const GUIDE = { stroke: '#999', strokeDasharray: '4 4' };
const COLOURS = ['#2a6f4e', '#b5651d', '#3b5b92', '#8a3b6e'];

/** Seconds over weights on logarithmic axes, with the straight line of work that is linear, as an SVG file. */
export function plotOfGrowth(points: readonly { readonly weights: number; readonly seconds: number }[]): string {
  const perWeight = Math.exp(points.reduce((sum, { weights, seconds }) => sum + Math.log(seconds / weights), 0) / points.length);
  const ends = [points[0], points.at(-1)].flatMap((point) => point ?? []);
  const line = ends.map(({ weights }) => ({ weights, seconds: weights * perWeight }));
  return svgOf({
    x: { type: 'log', label: 'weights', tickFormat: '~s' },
    y: { type: 'log', label: 'seconds', tickFormat: '~g' },
    marks: [
      Plot.line(line, { x: 'weights', y: 'seconds', ...GUIDE }),
      Plot.line(points, { x: 'weights', y: 'seconds', ...LINE }),
      Plot.dot(points, { x: 'weights', y: 'seconds', fill: LINE.stroke, r: 4 }),
    ],
  });
}

/** Milliseconds over the share of weights that are not zero, with the straight line through them. */
export function plotOfNonzeros(points: readonly { readonly nonzeros: number; readonly ms: number; readonly line: number }[]): string {
  return svgOf({
    x: { label: 'weights that are not zero (%)', domain: [0, Math.max(...points.map(({ nonzeros }) => nonzeros))] },
    y: { label: 'ms', zero: true },
    marks: [
      Plot.line(points, { x: 'nonzeros', y: 'line', ...GUIDE }),
      Plot.dot(points, { x: 'nonzeros', y: 'ms', fill: LINE.stroke, r: 4 }),
    ],
  });
}

/** Times as fast over sparsity, a line for each model. */
export function plotOfSpeed(points: readonly { readonly model: string; readonly sparsity: number; readonly times: number }[]): string {
  return svgOf({
    color: { legend: false, range: COLOURS },
    marginRight: 120,
    x: { label: 'zeros (%)', ticks: [0, 50, 70, 80, 90, 98] },
    y: { type: 'log', label: 'times as fast as dense', tickFormat: '~g' },
    marks: [
      Plot.ruleY([1], GUIDE),
      Plot.line(points, { x: 'sparsity', y: 'times', stroke: 'model', strokeWidth: 2 }),
      Plot.dot(points, { x: 'sparsity', y: 'times', fill: 'model', r: 4 }),
      Plot.text(
        points,
        Plot.selectLast({ x: 'sparsity', y: 'times', z: 'model', text: 'model', fill: 'model', textAnchor: 'start', dx: 8 }),
      ),
    ],
  });
}

function svgOf(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const style = { background: 'white', color: 'black', fontFamily: 'sans-serif' };
  const svg = Plot.plot({ document, width: 640, height: 400, marginLeft: 60, grid: true, style, ...options });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}
