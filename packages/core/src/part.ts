import { z } from 'zod';
import type { PartKind } from './tokens.ts';

/**
 * A part that a config names, with the options that it gives: `magnitude`, or `polynomial: { power: 3 }`.
 * Written back as it was read.
 */
export class Part<K extends PartKind = PartKind> {
  readonly kind: K;
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;

  constructor(kind: K, name: string, options: Readonly<Record<string, unknown>> = {}) {
    this.kind = kind;
    this.name = name;
    this.options = options;
  }

  toJSON(): unknown {
    return Object.keys(this.options).length === 0 ? this.name : { [this.name]: this.options };
  }
}

/**
 * An option that names another part: `scorer: part('scorer', 'magnitude')`. In a config it is `name`, or
 * `name: {options}`; the instance is injected under the kind's token (SCORER, SCHEDULER, …).
 *
 * @param byDefault the part where the config names none; without it the option is required.
 */
export function part<K extends PartKind>(kind: K, byDefault?: string | Record<string, unknown>): z.ZodType<Part<K>> {
  const schema = z
    .unknown()
    .transform((value, context): Part<K> => {
      const parsed = parsePart(kind, value);
      if (parsed !== undefined) return parsed;
      context.addIssue({
        code: 'custom',
        message: `expected ${kind} as a name, or as "name: {options}" with one name`,
        input: value,
        params: { part: kind },
      });
      return z.NEVER;
    })
    .meta({ part: kind });
  if (byDefault === undefined) return schema as never;
  return schema.prefault(byDefault).meta({ part: kind, default: byDefault }) as never;
}

/** Reads `name`, `name: {options}` or a Part; undefined where it is neither. The options are not checked here. */
export function parsePart<K extends PartKind>(kind: K, value: unknown): Part<K> | undefined {
  if (value instanceof Part) return value.kind === kind ? (value as Part<K>) : undefined;
  if (typeof value === 'string') return new Part(kind, value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first === undefined || entries.length !== 1) return undefined;
  const [name, options] = first;
  if (options === null || options === undefined) return new Part(kind, name);
  if (typeof options !== 'object' || Array.isArray(options)) return undefined;
  return new Part(kind, name, options as Record<string, unknown>);
}
