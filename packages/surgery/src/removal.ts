import { EspalierError } from '@espalier/core';
import { STAYS } from './channels.ts';
import type { DependencyGraph } from './dependency-graph.ts';

/** What was removed of a model, by name: plain JSON, which can be read, kept, and replayed on the original. */
export interface Removal {
  /** Units that went, by the path of the layer that made them (`bi/backward` where it makes two sets), and of how many. */
  readonly units: Readonly<Record<string, { readonly of: number; readonly removed: readonly number[] }>>;
  /** Silent inputs that an Add does without, by the path of the layer that gave them. */
  readonly bypassed: readonly { readonly layer: string; readonly input: string }[];
}

export function removalOf(graph: DependencyGraph, gone: Uint8Array): Removal['units'] {
  const units: Record<string, { of: number; removed: number[] }> = {};
  for (const [name, made] of graph.makers) {
    const removed = [...made.keys()].filter((i) => gone[made[i] as number] === 1);
    if (removed.length > 0) units[name] = { of: made.length, removed };
  }
  return units;
}

/**
 * The units of the graph that a removal names.
 *
 * @throws EspalierError where it is that of another model, or would tear units from those that they are tied to.
 */
export function goneBy({ units }: Removal, graph: DependencyGraph): Uint8Array {
  const gone = new Uint8Array(graph.units);
  for (const [name, { of, removed }] of Object.entries(units)) {
    const made = graph.makers.get(name);
    if (made === undefined || made.length !== of || removed.some((i) => made[i] === undefined)) {
      const has = made === undefined ? 'this one has no such layer' : `this one's makes ${made.length}`;
      throw new EspalierError({ where: name, what: `the removal is that of another model: there it makes ${of} units, and ${has}` });
    }
    for (const i of removed) {
      const unit = made[i] as number;
      const why = graph.kept.get(unit);
      if (why !== undefined) throw new EspalierError({ where: name, what: `unit ${i} cannot go`, why: why.join('; ') });
      gone[unit] = 1;
    }
  }
  for (const [name, made] of graph.makers) {
    const listed = new Set(units[name]?.removed ?? []);
    const torn = [...made.keys()].find((i) => made[i] !== STAYS && gone[made[i] as number] === 1 && !listed.has(i));
    if (torn === undefined) continue;
    throw new EspalierError({ where: name, what: `the removal leaves unit ${torn}, which is tied to units that it removes` });
  }
  for (const sets of graph.balanced) {
    const counts = sets.map((units) => units.filter((unit) => gone[unit] === 1).length);
    if (new Set(counts).size > 1)
      throw new EspalierError({ where: 'removal', what: `takes ${counts.join(' and ')} units of two directions that are as wide` });
  }
  return gone;
}
