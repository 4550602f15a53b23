import type { PartKind, z } from '@espalier/core';
import { isMapping } from './config-path.ts';
import type { JsonSchema } from './json-schema.ts';

/** `learningRate` as people say it. */
export function kindInWords(kind: PartKind): string {
  return kind === 'learningRate' ? 'learning rate' : kind;
}

export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** What a schema takes, as a sentence goes on: "a number of 0 or more and under 1". */
export function typeInWords(schema: JsonSchema | undefined): string {
  if (schema === undefined) return 'another value';
  if (schema.$ref !== undefined)
    return `${withArticle(kindInWords(schema.$ref.slice('#/$defs/'.length) as PartKind))} as "name" or "name: {options}"`;
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeInWords))].join(' or ');
  if (schema.enum !== undefined) return orList(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? 'a value' : orList(types.map((type) => oneTypeInWords(type, schema)));
}

function oneTypeInWords(type: string, schema: JsonSchema): string {
  switch (type) {
    case 'integer':
      return `a whole number${boundsInWords(schema)}`;
    case 'number':
      return `a number${boundsInWords(schema)}`;
    case 'string':
      return schema.minLength === 1 ? 'text that is not empty' : 'text';
    case 'boolean':
      return 'true or false';
    case 'array': {
      const items = schema.items === undefined ? 'a list' : `a list, each ${typeInWords(schema.items)}`;
      return schema.minItems === undefined ? items : `${items}, with at least ${schema.minItems}`;
    }
    case 'object': {
      const keys = Object.keys(schema.properties ?? {});
      return keys.length === 0
        ? 'a mapping (key: value)'
        : `a mapping with ${keys.length === 1 ? 'the key' : 'keys such as'} ${keys.slice(0, 3).join(', ')}`;
    }
    case 'null':
      return 'nothing';
    default:
      return 'a value';
  }
}

function boundsInWords({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  const multiple = multipleOf === undefined ? '' : ` that is a multiple of ${multipleOf}`;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}${multiple}`;
  const words = [
    low === undefined ? '' : `of ${low} or more`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    high === undefined ? '' : `of at most ${high}`,
    exclusiveMaximum === undefined ? '' : `under ${exclusiveMaximum}`,
  ].filter(Boolean);
  return words.length === 0 ? multiple : ` ${words.join(' and ')}${multiple}`;
}

/** What a config gave, as a sentence ends: `"high"`, `a list`, `a mapping with the key adam`. */
export function valueInWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return value.length > 60 ? `${JSON.stringify(value.slice(0, 60)).slice(0, -1)}…"` : JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (!isMapping(value)) return String(value);
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty mapping';
  return `a mapping with ${keys.length === 1 ? 'the key' : 'the keys'} ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''}`;
}

export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/**
 * What a schema has against a value, in our words.
 *
 * @param schema what the value has to be; the issue alone does not say it all.
 */
export function issueInWords(issue: z.core.$ZodIssue, value: unknown, schema: JsonSchema | undefined): string {
  const name = String(issue.path.at(-1) ?? 'the config');
  if (issue.code === 'custom') {
    const kind = issue.params?.part as PartKind | undefined;
    if (kind !== undefined) return notAPart(kind, value, name);
    return issue.message.startsWith('expected') && value !== undefined ? `${issue.message}, got ${valueInWords(value)}` : issue.message;
  }
  // A schema with words of its own says it better than its type does.
  if (issue.code === 'invalid_format' && issue.message.startsWith('expected')) return `${issue.message}, got ${valueInWords(value)}`;
  const expected = lengthInWords(issue) ?? typeInWords(schema);
  return value === undefined ? `${name} is missing: expected ${expected}` : `expected ${expected}, got ${valueInWords(value)}`;
}

function lengthInWords(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'too_big' && issue.origin === 'string') return `text of at most ${issue.maximum} characters`;
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum !== 1) return `text of at least ${issue.minimum} characters`;
  if (issue.code === 'too_big' && issue.origin === 'array') return `a list of at most ${issue.maximum}`;
  return undefined;
}

function notAPart(kind: PartKind, value: unknown, name: string): string {
  const expected = `${withArticle(kindInWords(kind))} as "name" or "name: {options}"`;
  if (value === undefined) return `${name} is missing: expected ${expected}`;
  if (!isMapping(value)) return `expected ${expected}, got ${valueInWords(value)}`;
  const names = Object.keys(value);
  if (names.length > 1)
    return `expected one ${kindInWords(kind)}, got ${names.length} names: ${names.slice(0, 5).join(', ')}. Are options meant? Indent them under the name`;
  const [only] = names;
  return only === undefined
    ? `expected ${expected}, got an empty mapping`
    : `expected the options of ${only} as a mapping, got ${valueInWords(value[only])}`;
}
