import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { RemovedUnits } from './report-data.ts';

/** What a run writes of its shrinking: of each layer its units, and which of them went. */
const removal = z.object({
  removal: z.object({
    units: z.record(z.string(), z.object({ of: z.int().nonnegative(), removed: z.array(z.int().nonnegative()) })),
  }),
});

/** A layer, as both kinds of models have them: in a row, or with the names of what they are fed from. */
const layer = z.object({
  class_name: z.string(),
  config: z.object({ name: z.string() }),
  inbound_nodes: z.array(z.array(z.array(z.unknown()))).optional(),
});

const topology = z.object({
  modelTopology: z
    .object({ model_config: z.unknown().optional() })
    .loose()
    .transform((value) => value.model_config ?? value)
    .pipe(z.object({ class_name: z.string(), config: z.object({ layers: z.array(layer) }) })),
});

/** More layers than these are no picture that anyone reads; those that lost units then stand alone. */
const MOST_LAYERS = 60;

/** The graph of a net with what was removed of it; undefined where nothing was, or its files are of another kind. */
export function removedUnits(folder: string): RemovedUnits | undefined {
  try {
    const { units } = removal.parse(jsonOf(path.join(folder, 'removal.json'))).removal;
    const { class_name, config } = topology.parse(jsonOf(path.join(folder, 'model', 'model.json'))).modelTopology;
    const all = config.layers.map((one) => ({ name: one.config.name, type: one.class_name, inputs: inputsOf(one) }));
    const drawn = all.length <= MOST_LAYERS ? all : all.filter(({ name }) => Object.hasOwn(units, name)).slice(0, MOST_LAYERS);
    const layers = drawn.map(({ name, type }) => {
      const own = Object.hasOwn(units, name) ? units[name] : undefined;
      return { name, type, of: own?.of ?? null, removed: own?.removed.length ?? 0 };
    });
    const shown = new Set(layers.map(({ name }) => name));
    const links =
      class_name === 'Sequential'
        ? drawn.slice(1).map(({ name }, i) => [(drawn[i] as { name: string }).name, name] as const)
        : drawn.flatMap(({ name, inputs }) => inputs.filter((input) => shown.has(input)).map((input) => [input, name] as const));
    return { layers, links, hidden: all.length - drawn.length };
  } catch {
    return undefined;
  }
}

function inputsOf({ inbound_nodes: nodes = [] }: z.infer<typeof layer>): string[] {
  return nodes.flatMap((node) => node.map(([name]) => name)).filter((name) => typeof name === 'string');
}

function jsonOf(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
