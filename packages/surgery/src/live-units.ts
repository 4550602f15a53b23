import { STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { callsOf, type NetworkNode, type NetworkWeight } from './network.ts';
import type { NetworkConstants } from './network-constants.ts';
import type { WeightAxis } from './shape-rule.ts';

/** What a weight reads at one position, in one call of its layer. */
export interface Read {
  readonly node: NetworkNode;
  /** `kernel`. */
  readonly weight: string;
  readonly position: number;
  /** What is always there; NaN where it varies. */
  readonly constant: number;
}

/** Zeros add nothing to any sum. */
const onlyZeros = ({ constant }: Read): boolean => constant === 0;

/**
 * The units that the outputs depend on, 1 per unit: those that have to stay, and those that a live unit reads with a
 * weight that is not zero. The others can go, all together, and the function stays the same.
 *
 * @param isNothing whether what is read there makes no difference once it is gone; where it is always zero by default.
 */
export function liveUnits(graph: DependencyGraph, constants: NetworkConstants, isNothing = onlyZeros): Uint8Array {
  const live = new Uint8Array(graph.units);
  for (const unit of graph.kept.keys()) live[unit] = 1;
  for (const [node, units] of graph.products) {
    units.forEach((unit, i) => {
      if (unit !== STAYS && constants.products.get(node)?.[i] !== 0) live[unit] = 1;
    });
  }
  const links = linksOf(graph, constants, isNothing).reverse();
  let isSpreading = true;
  while (isSpreading) isSpreading = links.map((link) => spread(link, live)).includes(true);
  return live;
}

/** A weight that reads units for units. */
interface Link {
  /** The unit that each row reads; STAYS where it does not matter: nobody's, or nothing is read there. */
  readonly rows: Int32Array;
  /** The unit that each column makes; null where the layer's own stay. */
  readonly columns: Int32Array | null;
  /** 1 where the weight of row and column is not zero, anywhere in its window. */
  readonly isLinked: Uint8Array;
}

function spread({ rows, columns, isLinked }: Link, live: Uint8Array): boolean {
  const width = columns?.length ?? 1;
  let hasChanged = false;
  rows.forEach((unit, row) => {
    if (unit === STAYS || live[unit] === 1) return;
    for (let column = 0; column < width; column++) {
      if (isLinked[row * width + column] === 0) continue;
      const made = columns === null ? STAYS : (columns[column] as number);
      if (made !== STAYS && live[made] === 0) continue;
      live[unit] = 1;
      hasChanged = true;
      return;
    }
  });
  return hasChanged;
}

function linksOf(graph: DependencyGraph, constants: NetworkConstants, isNothing: (read: Read) => boolean): Link[] {
  const links: Link[] = [];
  for (const [name, weights] of graph.weights) {
    const calls = callsOf(graph.network, name);
    for (const weight of graph.network.layers.get(name)?.weights ?? []) {
      const axes = weights.get(weight.name) ?? [];
      const from = axes.findIndex((axis) => axis?.role === 'reads');
      if (from < 0) continue;
      const rows = (axes[from] as NonNullable<WeightAxis>).channels.map((unit, position) => {
        const isSilent = calls.every((node) => {
          const constant = constants.reads.get(node)?.[weight.name]?.[position] ?? Number.NaN;
          return isNothing({ node, weight: weight.name, position, constant });
        });
        return isSilent ? STAYS : unit;
      });
      const to = axes.findIndex((axis) => axis?.role === 'makes');
      links.push({ rows, columns: axes[to]?.channels ?? null, isLinked: linkedIn(weight, from, to) });
    }
  }
  return links;
}

/** Which rows and columns a weight links; a single column where it has no axis of units. */
function linkedIn({ values, shape }: NetworkWeight, from: number, to: number): Uint8Array {
  const stride = (axis: number) => shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const rows = shape[from] as number;
  const columns = to < 0 ? 1 : (shape[to] as number);
  const linked = new Uint8Array(rows * columns);
  if (from === shape.length - 2 && to === shape.length - 1) {
    for (let start = 0; start < values.length; start += linked.length) {
      for (let i = 0; i < linked.length; i++) if (values[start + i] !== 0) linked[i] = 1;
    }
    return linked;
  }
  const [byRow, byColumn] = [stride(from), to < 0 ? 1 : stride(to)];
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    const column = to < 0 ? 0 : Math.floor(i / byColumn) % columns;
    linked[(Math.floor(i / byRow) % rows) * columns + column] = 1;
  }
  return linked;
}
