import { graphlib, layout } from '@dagrejs/dagre';
import { type DependencyGraph, dependencyGraph, type NetworkNode, readNetwork } from '@espalier/surgery';
import type * as tf from '@tensorflow/tfjs';
import type { InspectedModel } from './inspect-model.ts';
import { count, plural, printable, shape } from './view/format.ts';
import { withoutMiddle } from './view/table.ts';

/** Pixels. A letter of a monospaced font is 0.6 of its size wide; a little more is safe. */
const FONT = { family: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace', size: 12, letter: 7.6, line: 16 } as const;
const PADDING = 10;
const STRIPE = 8;
const MARGIN = 24;
const LONGEST = 48;
/** Of units that cannot be removed. */
const STAYS = '#b6bcc4';

interface Box {
  readonly node: NetworkNode;
  readonly lines: readonly string[];
  readonly stripe: readonly Segment[];
}

/** Neighbouring channels of one colour, as a share of all. */
interface Segment {
  readonly colour: string;
  readonly title: string;
  readonly share: number;
}

/**
 * A model as SVG: its layers from top to bottom, each with a stripe for the channels that come out of it, in the colour
 * of the group that they go with; grey where none of them can be removed.
 *
 * @throws EspalierError where the model cannot be read as a graph.
 */
export async function drawModel(model: tf.LayersModel, inspected: Pick<InspectedModel, 'layers' | 'groups'>): Promise<string> {
  const graph = dependencyGraph(await readNetwork(model));
  const colours = (inspected.groups ?? []).map(({ removable }, i) => (removable === 0 ? STAYS : colourOf(i)));
  const boxes = graph.network.nodes.map(
    (node): Box => ({ node, lines: linesOf(node, graph, inspected), stripe: stripeOf(node, graph, colours) }),
  );
  const laid = laidOut(boxes);
  const legend = graph.groups.map(({ makers, units }, i) => ({
    colour: colours[i] ?? STAYS,
    text: withoutMiddle(printable(`${plural(units, 'unit')} ${makers.join(' + ')}`), LONGEST),
  }));
  const { width, height } = laid;
  const legendWidth = Math.max(0, ...legend.map(({ text }) => widthOf(text))) + FONT.line + PADDING;
  const size = [
    Math.ceil(width + legendWidth + 3 * MARGIN),
    Math.ceil(Math.max(height, legend.length * (FONT.line + 4)) + 2 * MARGIN),
  ] as const;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${size[0]}" height="${size[1]}" viewBox="0 0 ${size.join(' ')}" font-family="${FONT.family}" font-size="${FONT.size}">`,
    `<title>${escaped(model.name)}: layers, and which of their units go together</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#8a929c"/></marker></defs>',
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...laid.lines.map(line),
    ...boxes.map((box, i) => drawn(box, laid.places[i] as Place)),
    '</g>',
    `<g transform="translate(${Math.ceil(width) + 2 * MARGIN} ${MARGIN})">`,
    ...legend.map(({ colour, text }, i) => {
      const y = i * (FONT.line + 4);
      return `<rect y="${y}" width="${FONT.size}" height="${FONT.size}" rx="2" fill="${colour}"/><text x="${FONT.line + 4}" y="${y + FONT.size - 2}" fill="#333">${escaped(text)}</text>`;
    }),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box by its middle. */
interface Place extends Point {
  readonly width: number;
  readonly height: number;
}

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: readonly Place[];
  readonly lines: readonly (readonly Point[])[];
}

function laidOut(boxes: readonly Box[]): Layout {
  const laid = new graphlib.Graph({ multigraph: true });
  laid.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 28 });
  laid.setDefaultEdgeLabel(() => ({}));
  const makers = new Map(boxes.flatMap(({ node }, i) => node.outputs.map((output) => [output, i])));
  boxes.forEach(({ node, lines, stripe }, i) => {
    const height = lines.length * FONT.line + 2 * PADDING + (stripe.length > 0 ? STRIPE : 0);
    laid.setNode(String(i), { width: Math.max(...lines.map(widthOf)) + 2 * PADDING, height });
    node.inputs.forEach((input, place) => {
      const from = makers.get(input);
      if (from !== undefined) laid.setEdge(String(from), String(i), {}, String(place));
    });
  });
  layout(laid);
  const { width = 0, height = 0 } = laid.graph() as Partial<Place>;
  const edges = laid.edges() as readonly { readonly v: string; readonly w: string }[];
  return {
    width,
    height,
    places: boxes.map((_, i) => laid.node(String(i)) as Place),
    lines: edges.map((edge) => (laid.edge(edge) as { readonly points: readonly Point[] }).points),
  };
}

function linesOf(node: NetworkNode, { network }: DependencyGraph, { layers }: Pick<InspectedModel, 'layers'>): string[] {
  const layer = network.layers.get(node.layer);
  const path = layer?.path ?? node.layer;
  const counted = layers.find(({ name }) => name === path);
  const sizes = network.tensors.get(node.outputs[0] ?? '')?.shape.slice(1) ?? [];
  const cost =
    counted === undefined || counted.parameters === 0 ? [] : [`${plural(counted.parameters, 'parameter')}, ${count(counted.macs)} MACs`];
  return [path, `${layer?.type ?? ''} ${shape(sizes)}`, ...cost].map((text) => withoutMiddle(printable(text), LONGEST));
}

/** The channels that come out of a layer, along the axis where most of them can be followed. */
function stripeOf({ outputs }: NetworkNode, { tensors, groups }: DependencyGraph, colours: readonly string[]): Segment[] {
  const axes = (tensors.get(outputs[0] ?? '') ?? []).filter((channels) => channels !== null);
  const channels = axes.at(-1);
  if (channels === undefined || channels.length === 0) return [];
  const segments: { group: number; length: number }[] = [];
  for (const unit of channels) {
    const group = groups.findIndex(({ first, units }) => unit >= first && unit < first + units);
    const last = segments.at(-1);
    if (last?.group === group) last.length += 1;
    else segments.push({ group, length: 1 });
  }
  return segments.map(({ group, length }) => ({
    colour: colours[group] ?? STAYS,
    title: group < 0 ? 'these stay' : `with ${groups[group]?.makers.join(' + ')}`,
    share: length / channels.length,
  }));
}

function drawn({ lines, stripe }: Box, { x, y, width, height }: Place): string {
  const [left, top] = [x - width / 2, y - height / 2];
  const texts = lines.map((text, i) => {
    const look = i === 0 ? ' font-weight="600" fill="#111"' : ' fill="#555"';
    return `<text x="${round(left + PADDING)}" y="${round(top + PADDING + (i + 1) * FONT.line - 4)}"${look}>${escaped(text)}</text>`;
  });
  let from = left;
  const segments = stripe.map(({ colour, title, share }) => {
    const at = from;
    from += share * width;
    return `<rect x="${round(at)}" y="${round(top + height - STRIPE)}" width="${round(share * width)}" height="${STRIPE}" fill="${colour}"><title>${escaped(title)}</title></rect>`;
  });
  const frame = `<rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" fill="#f6f7f9" stroke="#c3c9d1"/>`;
  return `<g>${frame}${segments.join('')}${texts.join('')}</g>`;
}

function line(points: readonly Point[]): string {
  const path = points.map(({ x, y }) => `${round(x)} ${round(y)}`).join(' L');
  return `<path d="M${path}" fill="none" stroke="#8a929c" marker-end="url(#end)"/>`;
}

/** Hues that are far apart for neighbours: each a golden angle on from the last. */
function colourOf(index: number): string {
  return `hsl(${Math.round((index * 137.508) % 360)} 65% 52%)`;
}

/** Letters of scripts such as Chinese are twice as wide. */
function widthOf(text: string): number {
  let letters = 0;
  for (const letter of text) letters += (letter.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
  return letters * FONT.letter;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

/** Names come from models: none of them is markup, nor what no XML may hold. */
function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return printable(text).replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);
}
