import { nearest } from '@espalier/core';
import { type ConfigPath, isMapping } from '../config/config-path.ts';
import { canonicalJson } from '../config/experiment-hash.ts';
import type { JsonSchema } from '../config/json-schema.ts';
import type { Mistake } from '../config/mistakes.ts';
import { dottedOf, pathOf } from './paths.ts';
import { drawValues } from './random-values.ts';
import type { SweepConfig } from './sweep-schema.ts';

/** A value for a path, and where the sweep's file says so. */
export interface Assignment {
  readonly path: ConfigPath;
  readonly value: unknown;
  readonly at: ConfigPath;
}

/** One of the values that a dimension has in turn; several paths may change together. */
export interface Choice {
  readonly assignments: readonly Assignment[];
  /** The name of the variant, where it has one. */
  readonly variant?: string;
}

/** What varies on its own: a path, or the paths that change together. */
interface Dimension {
  readonly choices: readonly Choice[];
}

/** All choices of a run, one from each dimension. */
export type Combination = readonly Choice[];

export interface Combinations {
  readonly combinations: readonly Combination[];
  readonly mistakes: readonly Mistake[];
}

/**
 * Every combination of what varies, those to leave out left out; the last dimension changes fastest.
 *
 * @param schema of experiments: what paths lead to.
 */
export function combinationsOf({ vary, limit }: SweepConfig, schema: JsonSchema): Combinations {
  const mistakes: Mistake[] = [];
  const dimensions = dimensionsOf(vary, schema, mistakes);
  mistakes.push(...twice(dimensions));
  if (dimensions.length === 0) {
    if (mistakes.length > 0) return { combinations: [], mistakes };
    const message = 'nothing varies: the sweep would be one run';
    return { combinations: [], mistakes: [{ path: ['vary'], message, expected: 'a path with a list of values, such as seed: [1, 2, 3]' }] };
  }
  const count = dimensions.reduce((product, { choices }) => product * choices.length, 1);
  if (count > limit) {
    const sizes = dimensions.map(({ choices }) => choices.length).join(' × ');
    const product = dimensions.length > 1 ? ` (${sizes})` : '';
    const message = `${count.toLocaleString('en')} runs${product} are more than the limit of ${limit.toLocaleString('en')}`;
    return {
      combinations: [],
      mistakes: [{ path: ['vary'], on: 'key', message, notes: [`if all of them are meant, say limit: ${count}`] }],
    };
  }
  const all = product(dimensions);
  const exceptions = (vary.except ?? []).map((exception, index) => ({ exception, index, matches: matcherOf(exception), isUsed: false }));
  const combinations = all.filter((combination) => {
    // Each that fits is marked: an exception inside another is no mistake.
    const fitting = exceptions.filter(({ matches }) => matches(combination));
    for (const each of fitting) each.isUsed = true;
    return fitting.length === 0;
  });
  // Where a path is misspelt, an exception that has it right is not the mistake.
  const isSure = mistakes.length === 0;
  for (const { exception, index, isUsed } of exceptions)
    if (isSure && !isUsed) mistakes.push(unusedException(exception, index, dimensions));
  if (isSure && combinations.length === 0)
    mistakes.push({ path: ['vary', 'except'], on: 'key', message: `nothing is left of ${count} runs` });
  return { combinations, mistakes };
}

function dimensionsOf(vary: SweepConfig['vary'], schema: JsonSchema, mistakes: Mistake[]): Dimension[] {
  const dimensions: Dimension[] = [];
  const checked = (text: string, at: ConfigPath): ConfigPath | undefined => {
    const read = pathOf(text, schema);
    if ('path' in read) return read.path;
    mistakes.push({ path: at, ...read.mistake });
    return undefined;
  };
  for (const [key, given] of Object.entries(vary)) {
    const at = ['vary', key];
    if (given === undefined || key === 'except') continue;
    if (key === 'list') dimensions.push({ choices: variants(vary.list ?? {}, at, checked, mistakes) });
    else if (key === 'zip') dimensions.push({ choices: zipped(vary.zip ?? {}, at, checked, mistakes) });
    else if (key === 'random') dimensions.push({ choices: drawn(vary.random as Random, at, checked, mistakes) });
    else {
      const path = checked(key, at);
      if (path === undefined) continue;
      dimensions.push({ choices: (given as unknown[]).map((value, i) => ({ assignments: [{ path, value, at: [...at, i] }] })) });
    }
  }
  return dimensions.filter(({ choices }) => choices.length > 0);
}

type Random = NonNullable<SweepConfig['vary']['random']>;
type Checked = (text: string, at: ConfigPath) => ConfigPath | undefined;

function variants(list: Record<string, Record<string, unknown>>, at: ConfigPath, checked: Checked, mistakes: Mistake[]): Choice[] {
  const entries = Object.entries(list);
  if (entries.length === 0) mistakes.push({ path: at, message: 'a list without variants', expected: 'name: { path: value, … }' });
  return entries.map(([variant, values]) => ({
    variant,
    assignments: Object.entries(values).flatMap(([key, value]) => {
      const place = [...at, variant, key];
      const path = checked(key, place);
      return path === undefined ? [] : [{ path, value, at: place }];
    }),
  }));
}

function zipped(zip: Record<string, readonly unknown[]>, at: ConfigPath, checked: Checked, mistakes: Mistake[]): Choice[] {
  const entries = Object.entries(zip).map(([key, values]) => ({ key, values, path: checked(key, [...at, key]) }));
  const [first] = entries;
  if (first === undefined) {
    mistakes.push({ path: at, message: 'zip has no paths', expected: 'two paths or more with lists of the same length' });
    return [];
  }
  for (const { key, values } of entries) {
    if (values.length === first.values.length) continue;
    const message = `${values.length} values, but ${first.key} has ${first.values.length}: what is zipped has as many values`;
    mistakes.push({ path: [...at, key], message });
  }
  return first.values.map((_, i) => ({
    assignments: entries.flatMap(({ key, values, path }) => (path === undefined ? [] : [{ path, value: values[i], at: [...at, key, i] }])),
  }));
}

function drawn({ count, seed, draw }: Random, at: ConfigPath, checked: Checked, mistakes: Mistake[]): Choice[] {
  const entries = Object.entries(draw).flatMap(([key, distribution]) => {
    const place = [...at, 'draw', key];
    const path = checked(key, place);
    return path === undefined ? [] : [{ path, place, values: drawValues(key, distribution, { count, seed }) }];
  });
  if (Object.keys(draw).length === 0)
    mistakes.push({ path: [...at, 'draw'], message: 'nothing is drawn', expected: 'path: { uniform: { min, max } }' });
  return Array.from({ length: count }, (_, i) => ({
    assignments: entries.map(({ path, place, values }) => ({ path, value: values[i], at: place })),
  }));
}

/** A path with two dimensions would have two values at once. */
function twice(dimensions: readonly Dimension[]): Mistake[] {
  const seen = new Map<string, Dimension>();
  const mistakes = new Map<string, Mistake>();
  for (const dimension of dimensions) {
    for (const { path, at } of dimension.choices.flatMap(({ assignments }) => assignments)) {
      const key = dottedOf(path);
      const before = seen.get(key);
      if (before === undefined) seen.set(key, dimension);
      else if (before !== dimension && !mistakes.has(key)) {
        const place = at.slice(0, at.findLastIndex((step) => typeof step === 'string') + 1);
        mistakes.set(key, { path: place, on: 'key', message: `${key} varies twice: a run has one value for it` });
      }
    }
  }
  return [...mistakes.values()];
}

function product(dimensions: readonly Dimension[]): Combination[] {
  return dimensions.reduce<Combination[]>(
    (all, { choices }) => all.flatMap((before) => choices.map((choice) => [...before, choice])),
    [[]],
  );
}

/** Whether a combination has all of these values. */
function matcherOf(exception: Record<string, unknown>): (combination: Combination) => boolean {
  const wanted = Object.entries(exception).map(([key, value]) => [key, plainly(value)] as const);
  return (combination) =>
    wanted.every(([key, value]) =>
      combination.some(({ variant, assignments }) =>
        key === 'list'
          ? variant !== undefined && plainly(variant) === value
          : assignments.some((each) => isAt(each, key) && textOf(each) === value),
      ),
    );
}

function isAt({ path }: Assignment, key: string): boolean {
  return dottedOf(path) === key;
}

const texts = new WeakMap<Assignment, string>();
function textOf(assignment: Assignment): string {
  const text = texts.get(assignment) ?? plainly(assignment.value);
  texts.set(assignment, text);
  return text;
}

/** `magnitude`, `magnitude:` and `magnitude: {}` are the same. */
function plainly(value: unknown): string {
  if (isMapping(value)) {
    const entries = Object.entries(value);
    const [only] = entries;
    const options = only?.[1];
    if (entries.length === 1 && (options === null || (isMapping(options) && Object.keys(options).length === 0)))
      return canonicalJson(only?.[0]);
  }
  return canonicalJson(value ?? null);
}

function unusedException(exception: Record<string, unknown>, index: number, dimensions: readonly Dimension[]): Mistake {
  const at = ['vary', 'except', index];
  const choices = dimensions.flatMap((dimension) => dimension.choices);
  const paths = [...new Set(choices.flatMap(({ assignments }) => assignments.map(({ path }) => dottedOf(path))))];
  const variantNames = choices.flatMap(({ variant }) => variant ?? []);
  for (const [key, value] of Object.entries(exception)) {
    const values =
      key === 'list'
        ? variantNames
        : choices.flatMap(({ assignments }) => assignments.filter((each) => isAt(each, key)).map((each) => each.value));
    const place = [...at, key];
    if (key !== 'list' && !paths.includes(key)) {
      return { path: place, on: 'key', message: `${key} does not vary here`, nearest: nearest(key, paths), expected: paths.join(', ') };
    }
    if (values.some((each) => plainly(each) === plainly(value))) continue;
    const names = [...new Set(values.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))))];
    const near = typeof value === 'string' ? nearest(value, names) : undefined;
    return { path: place, message: `no run has this ${key}`, nearest: near, expected: names.slice(0, 20).join(', ') };
  }
  return { path: at, message: Object.keys(exception).length === 0 ? 'an exception without values' : 'no run has all of these values' };
}
