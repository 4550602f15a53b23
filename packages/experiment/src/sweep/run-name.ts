import { type ConfigPath, dotted, isMapping } from '../config/config-path.ts';
import type { Combination } from './combinations.ts';
import { dottedOf } from './paths.ts';

/** In bytes of UTF-8, as file systems count (most take 255). */
const LONGEST = 120;

/**
 * A name for each run, made of what varies: `magnitude_sparsity-0.9_seed-1`. What is text stands for itself; a number is
 * preceded by as much of its path as tells it from the others. A long one is cut where it is longest. Several may be the same.
 */
export function runNames(combinations: readonly Combination[]): string[] {
  const labels = labelsOf(combinations);
  return combinations.map((combination) => {
    const parts = combination.flatMap((choice) => partsOf(choice, labels)).filter(Boolean);
    return short(parts) || 'run';
  });
}

/**
 * The same names, those numbered that are there already: `a`, `a_2`. Also those that differ in case alone, as there are file
 * systems that do not tell it.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const given = new Set(names.map(folded));
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return names.map((name) => {
    let unique = name;
    let number = numbers.get(folded(name)) ?? 1;
    // A number must not make it the name of another, either.
    while (taken.has(folded(unique)) || (unique !== name && given.has(folded(unique)))) unique = `${name}_${++number}`;
    numbers.set(folded(name), number);
    taken.add(folded(unique));
    return unique;
  });
}

const folded = (name: string) => name.normalize('NFKC').toLowerCase();

/** Takes from the longest parts first, so that a seed at the end stays. */
function short(parts: readonly string[]): string {
  const sizes = parts.map((part) => Buffer.byteLength(part));
  const room = LONGEST - (parts.length - 1);
  let most = Math.max(0, ...sizes);
  while (most > 1 && sizes.reduce((sum, size) => sum + Math.min(size, most), 0) > room) most--;
  return cut(parts.map((part) => cut(part, most)).join('_'), LONGEST);
}

/** The first characters, up to so many bytes. */
function cut(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  let [size, kept] = [0, ''];
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > most) break;
    kept += character;
  }
  return kept.replace(/[-.]+$/, '');
}

type Labels = ReadonlyMap<string, string>;

function partsOf({ variant, assignments }: Combination[number], labels: Labels): string[] {
  if (variant !== undefined) return [slug(variant)];
  return assignments.map(({ path, value }) => {
    const text = slug(inName(value));
    return typeof value === 'string' || isMapping(value) ? text : `${labels.get(dottedOf(path))}-${text}`;
  });
}

/** `[128, 64]` is `128-64`, `{ magnitude: { rounds: 4 } }` is `magnitude-rounds-4`. */
function inName(value: unknown): string {
  if (Array.isArray(value)) return value.map(inName).join('-');
  if (!isMapping(value)) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => [key, inName(inner ?? '')].filter(Boolean).join('-'))
    .join('-');
}

/** What every file system and every shell takes as it is: letters and digits of any script, and `_.-`. */
function slug(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}_.-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}

/** The last name of each path, with those before it where it is not the only one. */
function labelsOf(combinations: readonly Combination[]): Labels {
  const paths = new Map<string, ConfigPath>();
  for (const { assignments } of new Set(combinations.flat())) for (const { path } of assignments) paths.set(dottedOf(path), path);
  const all = [...paths.values()];
  return new Map(
    all.map((path) => {
      for (let length = 1; length < path.length; length++) {
        const label = dotted(path.slice(-length));
        if (all.every((other) => other === path || dotted(other.slice(-length)) !== label)) return [dottedOf(path), label];
      }
      return [dottedOf(path), dotted(path)];
    }),
  );
}
