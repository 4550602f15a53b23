import { BASE_FOLDER, type Dataset, LOG, Part, PartContainer, Registry, SEED } from '@espalier/core';
import plugin from '../index.ts';

export interface LoadOptions {
  readonly baseFolder?: string;
  readonly seed?: number;
  readonly log?: (message: string) => void;
}

/** A dataset as a config loads it: options completed by their schema, constructor filled by the container. */
export async function load(
  name: string,
  options: Record<string, unknown>,
  { baseFolder = '/', seed = 1, log = () => {} }: LoadOptions = {},
): Promise<Dataset> {
  const registry = new Registry([plugin]);
  const { part, problems } = registry.complete(new Part('dataset', name, options));
  if (problems.length > 0) throw new Error(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  return new PartContainer(registry).bind(SEED, seed).bind(BASE_FOLDER, baseFolder).bind(LOG, log).make(part).load();
}
