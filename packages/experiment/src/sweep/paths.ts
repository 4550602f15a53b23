import { nearest } from '@espalier/core';
import { type ConfigPath, dotted, startsWith } from '../config/config-path.ts';
import { type JsonSchema, keysAt } from '../config/json-schema.ts';
import type { Mistake } from '../config/mistakes.ts';
import { PATH_EXPECTED, readPath } from '../config/set-values.ts';
import { unknownKeys } from '../config/unknown-keys.ts';

export const ONE_PER_PATH = 'A path with dots between its names, such as prune.strategy.magnitude.rounds, and the values it has in turn.';

/** What is the same in all runs of a sweep, and why. */
const FIXED: Readonly<Record<string, string>> = {
  plugins: 'plugins are loaded once for all runs: list them in the base',
  name: 'runs are named after what varies: give variants names of your own with list',
};

/** A path that varies, checked; or what is wrong with it. */
export function pathOf(text: string, schema: JsonSchema): { readonly path: ConfigPath } | { readonly mistake: Omit<Mistake, 'path'> } {
  const path = readPath(text);
  if (path === undefined) return { mistake: { on: 'key', message: `"${text}" is no path`, expected: PATH_EXPECTED } };
  const fixed = FIXED[String(path[0])];
  if (fixed !== undefined) return { mistake: { on: 'key', message: `${String(path[0])} cannot vary: ${fixed}` } };
  const unknown = unknownKeys(nested(path, null), schema).find((place) => startsWith(path, place));
  if (unknown === undefined) return { path };
  const before = unknown.slice(0, -1);
  const meant = nearest(String(unknown.at(-1)), keysAt(schema, before));
  const known = pathSchemas(schema).map(([name]) => name);
  const near =
    meant === undefined
      ? (known.find((name) => name.endsWith(`.${text}`)) ?? nearest(text, known))
      : dotted([...before, meant, ...path.slice(unknown.length)]);
  return { mistake: { on: 'key', message: `"${text}" leads to nothing that an experiment has`, nearest: near } };
}

/** The paths that an experiment has whatever its parts are, each with the schema of its value. */
export function pathSchemas({ properties = {} }: JsonSchema): [string, JsonSchema][] {
  return Object.entries(properties)
    .filter(([key]) => FIXED[key] === undefined)
    .flatMap(([key, schema]): [string, JsonSchema][] => [
      ...(schema.properties === undefined ? [[key, schema] as [string, JsonSchema]] : []),
      ...Object.entries(schema.properties ?? {}).map(([inner, value]): [string, JsonSchema] => [`${key}.${inner}`, value]),
    ]);
}

/** A value under nothing but the keys of its path. */
export function nested(path: ConfigPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => (typeof step === 'number' ? sparse(step, inner) : { [step]: inner }), value);
}

function sparse(index: number, value: unknown): unknown[] {
  const list: unknown[] = [];
  list[index] = value;
  return list;
}

const known = new WeakMap<ConfigPath, string>();
/** As `dotted`, remembered: the runs of a sweep share their paths. */
export function dottedOf(path: ConfigPath): string {
  const text = known.get(path) ?? dotted(path);
  known.set(path, text);
  return text;
}
