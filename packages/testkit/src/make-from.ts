import {
  BASE_FOLDER,
  LOG,
  PartContainer,
  type PartKind,
  type PartTypes,
  parsePart,
  RANDOM,
  Random,
  type Registry,
  SEED,
} from '@espalier/core';

/** What parts are made from before there is a net. */
export function containerOf(registry: Registry, seed: number): PartContainer {
  return new PartContainer(registry)
    .bind(SEED, seed)
    .bind(RANDOM, Random.of(seed, 'parts'))
    .bind(LOG, () => {})
    .bind(BASE_FOLDER, '.');
}

/** A part as a config would name it. */
export function makeFrom<K extends PartKind>(container: PartContainer, kind: K, config: unknown): PartTypes[K] {
  const part = parsePart(kind, config);
  if (part === undefined)
    throw new TypeError(`a ${kind} is written as "name" or { name: {options} }, and not as ${JSON.stringify(config)}`);
  return container.make(part);
}
