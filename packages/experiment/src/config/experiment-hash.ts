import { createHash } from 'node:crypto';
import { Part } from '@espalier/core';
import type { Experiment } from './experiment.ts';
import type { LoadedPlugin } from './load-plugins.ts';
import type { LoadedExperiment } from './parse-experiment.ts';

/** JSON that is the same for the same value: keys sorted, parts as a config writes them, what is undefined left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (value instanceof Part) {
    // The runs of a sweep share their parts.
    const text = ofParts.get(value) ?? canonicalJson(value.toJSON());
    ofParts.set(value, text);
    return text;
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalJson(value.toJSON());
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = inOrder(Object.keys(value)).flatMap((key) => {
    const inner = (value as Record<string, unknown>)[key];
    return inner === undefined || typeof inner === 'function' ? [] : [`${JSON.stringify(key)}:${canonicalJson(inner)}`];
  });
  return `{${entries.join(',')}}`;
}

const ofParts = new WeakMap<Part, string>();

/** By their names, but for whole numbers, which come first: the order that objects themselves have. */
function inOrder(keys: string[]): string[] {
  const sorted = keys.sort();
  return sorted.some((key) => /^\d/.test(key)) ? Object.keys(Object.fromEntries(sorted.map((key) => [key, 0]))) : sorted;
}

/**
 * The identity of an experiment: all of it, with every default filled in, its name and what it expects included, and
 * the source of its plugins. Only the order of its plugins says nothing, as no two of them may claim a name.
 */
export function experimentHash(experiment: Experiment, plugins: readonly LoadedPlugin[] = []): string {
  const sources = fingerprintsOf(plugins);
  const named = { ...experiment, plugins: [...new Set(experiment.plugins)].sort() };
  return sha256(sources.length === 0 ? named : { ...named, sources });
}

/** What the content of files adds to what a config says of them. */
export interface Fingerprints {
  readonly data: string;
  readonly model: string;
  /** Of the plugins that the dense baseline is made with, see `pluginsOfBaseline`. */
  readonly plugins?: readonly string[];
}

/** The identity of a dense baseline: whatever changes its weights, and nothing of how it is pruned afterwards. */
export function baselineHash(
  experiment: Experiment,
  backend: string,
  versions: Readonly<Record<string, string>>,
  fingerprints: Fingerprints,
): string {
  return sha256({ ...ofBaseline(experiment), backend, versions, fingerprints });
}

/** Fingerprints of the plugins that have a part in the dense training; one that only prunes may change without it. */
export function pluginsOfBaseline({
  experiment,
  registry,
  plugins,
}: Pick<LoadedExperiment, 'experiment' | 'registry' | 'plugins'>): string[] {
  const names = new Set(partsIn(ofBaseline(experiment)).map(({ kind, name }) => registry.find(kind, name)?.plugin));
  return fingerprintsOf(plugins.filter(({ plugin }) => names.has(plugin.name)));
}

function ofBaseline({ data, model, loss, train, seed, trainer }: Experiment) {
  return { data, model, loss, train, seed, trainer };
}

function fingerprintsOf(plugins: readonly LoadedPlugin[]): string[] {
  return plugins.flatMap(({ fingerprint }) => fingerprint ?? []).sort();
}

/** Every part in a value, those in the options of parts included. */
function partsIn(value: unknown): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof Part) return [value, ...partsIn(value.options)];
  return Object.values(value).flatMap(partsIn);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
