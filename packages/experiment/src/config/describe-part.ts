import { PART_KINDS, type PartKind, type RegisteredPart, type Registry } from '@espalier/core';
import { typeInWords } from './in-words.ts';
import { jsonSchemaOf } from './json-schema.ts';

/** One option of a part, for people to read. */
export interface OptionDescription {
  readonly name: string;
  /** What it takes, in words. */
  readonly type: string;
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
}

/** One part of a loaded plugin, for people to read. */
export interface PartDescription {
  readonly kind: PartKind;
  readonly name: string;
  readonly plugin: string;
  readonly description?: string;
  readonly options: readonly OptionDescription[];
}

export function describePart({ kind, name, plugin, description, options }: RegisteredPart): PartDescription {
  const { properties = {}, required = [] } = options === undefined ? {} : jsonSchemaOf(options);
  return {
    kind,
    name,
    plugin,
    description,
    options: Object.entries(properties).map(([option, schema]) => ({
      name: option,
      type: typeInWords(schema),
      required: required.includes(option),
      default: schema.default,
      description: schema.description,
    })),
  };
}

/** Every part there is, kind by kind. */
export function describeParts(registry: Registry): PartDescription[] {
  return PART_KINDS.flatMap((kind) => registry.list(kind).map(describePart));
}
