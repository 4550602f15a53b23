import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** Seconds over weights on logarithmic axes, with the straight line of work that is linear, as an SVG file. */
export function plotOf(points: readonly { readonly weights: number; readonly seconds: number }[]): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const perWeight = Math.exp(points.reduce((sum, { weights, seconds }) => sum + Math.log(seconds / weights), 0) / points.length);
  const ends = [points[0], points.at(-1)].flatMap((point) => point ?? []);
  const svg = Plot.plot({
    document,
    width: 640,
    height: 400,
    marginLeft: 60,
    grid: true,
    style: { background: 'white', color: 'black', fontFamily: 'sans-serif' },
    x: { type: 'log', label: 'weights', tickFormat: '~s' },
    y: { type: 'log', label: 'seconds', tickFormat: '~g' },
    marks: [
      Plot.line(
        ends.map(({ weights }) => ({ weights, seconds: weights * perWeight })),
        { x: 'weights', y: 'seconds', stroke: '#999', strokeDasharray: '4 4' },
      ),
      Plot.line(points, { x: 'weights', y: 'seconds', stroke: '#2a6f4e', strokeWidth: 2 }),
      Plot.dot(points, { x: 'weights', y: 'seconds', fill: '#2a6f4e', r: 4 }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}
