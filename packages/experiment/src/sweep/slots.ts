import type { PartProblem, Registry, z } from '@espalier/core';
import { type ConfigPath, isMapping } from '../config/config-path.ts';
import { experimentSchema } from '../config/experiment.ts';
import { experimentJsonSchema, type JsonSchema, keysAt, schemaAt } from '../config/json-schema.ts';
import { type Mistake, partMistakes, schemaMistakes, unknownKey } from '../config/mistakes.ts';
import { unknownKeys } from '../config/unknown-keys.ts';
import { nested } from './paths.ts';

/** Sections of an experiment whose keys are checked one by one. */
const SECTIONS = ['train', 'prune'] as const;

/** The places of an experiment whose values are right or wrong whatever the others are: `seed`, `prune.strategy`, … */
const SLOTS: readonly { readonly path: ConfigPath; readonly schema: z.ZodType }[] = Object.entries(experimentSchema.shape).flatMap(
  ([key, schema]) =>
    isSection(key)
      ? Object.entries(shapeOf(schema)).map(([inner, value]) => ({ path: [key, inner], schema: value }))
      : [{ path: [key], schema }],
);

interface Slot {
  /** Complete; undefined where it is not given and has no default, or is wrong. */
  readonly value: unknown;
  readonly mistakes: readonly Mistake[];
}

/**
 * Reads the experiments of a sweep slot by slot. Each value that a slot has is read, completed and checked once,
 * however many runs have it.
 */
export class SlotReader {
  private readonly registry: Registry;
  private readonly schema: JsonSchema;
  private readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly known = SLOTS.map(() => new Map<unknown, Slot>());

  constructor(registry: Registry) {
    this.registry = registry;
    this.schema = experimentJsonSchema(registry);
    this.keys = new Map(['', ...SECTIONS].map((section) => [section, new Set(keysAt(this.schema, section === '' ? [] : [section]))]));
  }

  /** A config as far as it is right, and the mistakes that lie in one value each. */
  read(config: Readonly<Record<string, unknown>>): { readonly value: Record<string, unknown>; readonly mistakes: readonly Mistake[] } {
    const value: Record<string, unknown> = {};
    const mistakes = this.strangeKeys(config);
    for (const [index, { path }] of SLOTS.entries()) {
      const [section, inner] = path as [string, string | undefined];
      const given = config[section];
      if (inner !== undefined && given !== undefined && !isMapping(given)) continue;
      const slot = this.slot(index, inner === undefined ? given : (given as Record<string, unknown> | undefined)?.[inner]);
      mistakes.push(...slot.mistakes);
      if (slot.value === undefined) continue;
      if (inner === undefined) value[section] = slot.value;
      else value[section] = Object.assign(value[section] ?? {}, { [inner]: slot.value });
    }
    return { value, mistakes };
  }

  private slot(index: number, given: unknown): Slot {
    const known = this.known[index] as Map<unknown, Slot>;
    // The same object is in many runs; each run that changes something inside makes one of its own.
    const key = typeof given === 'object' && given !== null ? `json ${JSON.stringify(given)}` : given;
    const slot = known.get(given) ?? known.get(key) ?? this.check(index, given);
    known.set(given, slot);
    known.set(key, slot);
    return slot;
  }

  /** Keys outside of any slot, and sections that are none. */
  private strangeKeys(config: Readonly<Record<string, unknown>>): Mistake[] {
    const mistakes: Mistake[] = [];
    for (const [section, known] of this.keys) {
      const given = section === '' ? config : config[section];
      if (given === undefined) continue;
      if (!isMapping(given)) {
        mistakes.push({ path: [section], message: `expected a mapping with keys such as ${[...known].slice(0, 3).join(', ')}` });
        continue;
      }
      for (const key in given) if (!known.has(key)) mistakes.push(unknownKey(key, section === '' ? [] : [section], this.schema));
    }
    return mistakes;
  }

  private check(index: number, given: unknown): Slot {
    const { path, schema } = SLOTS[index] as (typeof SLOTS)[number];
    const config = nested(path, given);
    const parsed = schema.safeParse(given);
    const issues = parsed.success ? [] : parsed.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
    const problems: PartProblem[] = [];
    const value = parsed.success ? this.registry.completeWithin(parsed.data, path, problems) : undefined;
    const at = schemaAt(this.schema, path);
    const mistakes = [
      ...unknownKeys(given, this.schema, at === undefined ? [] : [at], path).map((place) =>
        unknownKey(String(place.at(-1)), place.slice(0, -1), this.schema),
      ),
      ...schemaMistakes(issues, config, this.registry),
      ...partMistakes(problems, config, this.registry),
    ];
    return { value, mistakes: once(mistakes) };
  }
}

function isSection(key: string): boolean {
  return (SECTIONS as readonly string[]).includes(key);
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  let here = schema as z.ZodType & { shape?: Record<string, z.ZodType>; unwrap?: () => z.ZodType };
  while (here.shape === undefined && here.unwrap !== undefined) here = here.unwrap() as typeof here;
  return here.shape ?? {};
}

/** The schema of a part and the walk over its keys may say the same. */
function once(mistakes: readonly Mistake[]): Mistake[] {
  const seen = new Set<string>();
  return mistakes.filter(({ path, message }) => {
    const key = JSON.stringify([path, message]);
    return !seen.has(key) && seen.add(key);
  });
}
