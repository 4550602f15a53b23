import { type ConfigPath, dotted, isMapping } from '../config/config-path.ts';
import type { Combination } from './combinations.ts';
import { dottedOf } from './paths.ts';

const LONGEST = 120;

/**
 * A name for each run, made of what varies: `magnitude_sparsity-0.9_seed-1`. What is text stands for itself; a number is
 * preceded by as much of its path as tells it from the others.
 */
export function runNames(combinations: readonly Combination[]): string[] {
  const labels = labelsOf(combinations);
  return combinations.map((combination) => {
    const parts = combination.map((choice) => nameOf(choice, labels)).filter(Boolean);
    return parts.join('_').slice(0, LONGEST) || 'run';
  });
}

type Labels = ReadonlyMap<string, string>;

function nameOf({ variant, assignments }: Combination[number], labels: Labels): string {
  if (variant !== undefined) return slug(variant);
  return assignments
    .map(({ path, value }) => {
      const text = slug(inName(value));
      return typeof value === 'string' || isMapping(value) ? text : `${labels.get(dottedOf(path))}-${text}`;
    })
    .join('_');
}

/** `[128, 64]` is `128-64`, `{ magnitude: { rounds: 4 } }` is `magnitude-rounds-4`. */
function inName(value: unknown): string {
  if (Array.isArray(value)) return value.map(inName).join('-');
  if (!isMapping(value)) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => [key, inName(inner ?? '')].filter(Boolean).join('-'))
    .join('-');
}

/** What every file system and every shell takes as it is. */
function slug(text: string): string {
  return text
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
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
