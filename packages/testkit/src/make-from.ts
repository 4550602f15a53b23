import { type PartContainer, type PartKind, type PartTypes, parsePart } from '@espalier/core';

/** A part as a config would name it. */
export function makeFrom<K extends PartKind>(container: PartContainer, kind: K, config: unknown): PartTypes[K] {
  const part = parsePart(kind, config);
  if (part === undefined)
    throw new TypeError(`a ${kind} is written as "name" or { name: {options} }, and not as ${JSON.stringify(config)}`);
  return container.make(part);
}
