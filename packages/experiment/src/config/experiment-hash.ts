import { createHash } from 'node:crypto';
import { isMapping } from './config-path.ts';
import type { Experiment } from './experiment.ts';

/** JSON that is the same for the same value: keys sorted, parts as a config writes them, what is undefined left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value))));
}

/**
 * The identity of an experiment: all of it, with every default filled in, its name and what it expects included. Only
 * the order of its plugins says nothing, as no two of them may claim a name.
 */
export function experimentHash(experiment: Experiment): string {
  return sha256({ ...experiment, plugins: [...new Set(experiment.plugins)].sort() });
}

/** What the content of files adds to what a config says of them. */
export interface Fingerprints {
  readonly data: string;
  readonly model: string;
}

/** The identity of a dense baseline: whatever changes its weights, and nothing of how it is pruned afterwards. */
export function baselineHash(
  { data, model, loss, train, seed, trainer }: Experiment,
  backend: string,
  versions: Readonly<Record<string, string>>,
  fingerprints: Fingerprints,
): string {
  return sha256({ data, model, loss, train, seed, trainer, backend, versions, fingerprints });
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
