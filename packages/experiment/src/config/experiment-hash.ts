import { createHash } from 'node:crypto';
import { Part } from '@espalier/core';
import { isMapping } from './config-path.ts';
import type { Experiment } from './experiment.ts';
import type { LoadedPlugin } from './load-plugins.ts';
import type { LoadedExperiment } from './parse-experiment.ts';

/** JSON that is the same for the same value: keys sorted, parts as a config writes them, what is undefined left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
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

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
