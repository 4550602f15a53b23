import { nearest, PART_KINDS, type PartKind, type PartProblem, type Registry, type z } from '@espalier/core';
import { type ConfigPath, dotted, isMapping, valueAt } from './config-path.ts';
import type { Diagnostic } from './diagnostic.ts';
import { issueInWords, kindInWords, orList, withArticle } from './in-words.ts';
import { experimentJsonSchema, type JsonSchema, keysAt, schemaAt } from './json-schema.ts';
import { unknownKeys } from './unknown-keys.ts';

/** What is wrong, and with which value of the config; where that stands is found out later. */
export interface Mistake extends Pick<Diagnostic, 'message' | 'expected' | 'nearest' | 'notes'>, Partial<Pick<Diagnostic, 'severity'>> {
  readonly path: ConfigPath;
  /** Whether it is the key that is wrong, or its value; the value where nothing is said. */
  readonly on?: 'key' | 'value';
}

/** The keys of a config that mean nothing. */
export function keyMistakes(config: unknown, registry: Registry): Mistake[] {
  const schema = experimentJsonSchema(registry);
  return unknownKeys(config, schema).map((path) => unknownKey(String(path.at(-1)), path.slice(0, -1), schema));
}

/** What the schema of experiments has against a config. */
export function schemaMistakes(issues: readonly z.core.$ZodIssue[], config: unknown, registry: Registry): Mistake[] {
  return issues.flatMap((issue) => issueMistakes(issue, issue.path as (string | number)[], config, experimentJsonSchema(registry)));
}

/** What the registry has against the parts that a config names. */
export function partMistakes(problems: readonly PartProblem[], config: unknown, registry: Registry): Mistake[] {
  if (problems.length === 0) return [];
  const schema = experimentJsonSchema(registry);
  return problems.flatMap((problem): Mistake[] => {
    const { kind, unknown, issue, path, message } = problem;
    if (kind !== undefined && unknown !== undefined) return [unknownPart(kind, unknown, path, registry)];
    if (issue === undefined)
      return [unknown === undefined ? { path, message } : { path, on: 'key', message: `unknown key "${unknown}": ${message}` }];
    return issueMistakes(issue, issue.code === 'unrecognized_keys' ? path.slice(0, -1) : path, config, schema).filter(
      (mistake) => issue.code !== 'unrecognized_keys' || mistake.path.at(-1) === unknown,
    );
  });
}

/** A key that is missing because it is misspelt is one mistake, not two. */
export function withoutEchoes(mistakes: readonly Mistake[], config: unknown): Mistake[] {
  const misspelt = new Set(
    mistakes.flatMap(({ path, nearest: meant, on }) =>
      on === 'key' && meant !== undefined ? [dotted([...path.slice(0, -1), meant])] : [],
    ),
  );
  return mistakes.filter(({ path }) => !(misspelt.has(dotted(path)) && valueAt(config, path) === undefined));
}

/** What a schema has against the value at a path, in words of its JSON Schema. */
export function issueMistakes(issue: z.core.$ZodIssue, path: ConfigPath, config: unknown, schema: JsonSchema): Mistake[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, schema));
  const value = valueAt(config, path);
  const inside = mistakesInside(issue, value);
  if (inside !== undefined) return inside.flatMap((each) => issueMistakes(each, [...path, ...(each.path as ConfigPath)], config, schema));
  const here = schemaAt(schema, path);
  const names = here?.enum?.filter((name): name is string => typeof name === 'string') ?? [];
  return [
    {
      path,
      on: value === undefined ? 'key' : 'value',
      message: issueInWords(issue, value, here),
      nearest: typeof value === 'string' ? nearest(value, names) : undefined,
      notes: isPercentage(value, here) ? [`${value} % is written ${value / 100}`] : [],
    },
  ];
}

/** Of alternatives one may be meant, with mistakes inside of it: what is wrong is those, and not the choice. */
function mistakesInside(issue: z.core.$ZodIssue, value: unknown): readonly z.core.$ZodIssue[] | undefined {
  if (issue.code !== 'invalid_union' || !isMapping(value)) return undefined;
  const meant = issue.errors.filter((issues) => issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'));
  return meant.length === 1 ? meant[0] : undefined;
}

/** 90 where a share from 0 to 1 is wanted. */
function isPercentage(value: unknown, schema: JsonSchema | undefined): value is number {
  return typeof value === 'number' && value >= 5 && value <= 100 && (schema?.maximum ?? schema?.exclusiveMaximum) === 1;
}

export function unknownKey(key: string, path: ConfigPath, schema: JsonSchema): Mistake {
  const keys = keysAt(schema, path);
  const where = path.length === 0 ? '' : ` in ${dotted(path)}`;
  const message = `unknown key "${key}"${where}`;
  const near = nearest(key, keys);
  const places = near === undefined ? placesOf(key, schema) : [];
  const elsewhere = places.length > 0 ? [`"${key}" belongs in ${orList(places)}`] : [];
  return { path: [...path, key], on: 'key', message, nearest: near, expected: keys.join(', ') || 'no keys', notes: elsewhere };
}

/** Where a key would be right: a section of the config, or the options of a part. */
function placesOf(key: string, schema: JsonSchema): string[] {
  const has = (owner: JsonSchema) => owner.properties !== undefined && Object.hasOwn(owner.properties, key);
  const sections = Object.entries(schema.properties ?? {}).flatMap(([section, owner]) => (has(owner) ? [section] : []));
  const parts = Object.entries(schema.$defs ?? {}).flatMap(([kind, { anyOf }]) =>
    (anyOf ?? []).flatMap(({ properties }) =>
      Object.entries(properties ?? {}).flatMap(([name, owner]) => (has(owner) ? [`the ${kindInWords(kind as PartKind)} ${name}`] : [])),
    ),
  );
  return [...(has(schema) ? ['the top level'] : []), ...sections, ...parts].slice(0, 4);
}

function unknownPart(kind: PartKind, name: string, path: ConfigPath, registry: Registry): Mistake {
  const names = registry.names(kind);
  const others = PART_KINDS.filter((other) => other !== kind && registry.find(other, name) !== undefined);
  const near = nearest(name, names);
  return {
    path: [...path, name],
    on: 'key',
    message: `unknown ${kindInWords(kind)} "${name}"`,
    nearest: near,
    expected: names.join(', ') || `a plugin that brings ${withArticle(kindInWords(kind))}; none loaded does`,
    notes: others.map((other) => `"${name}" is ${withArticle(kindInWords(other))}`),
  };
}
