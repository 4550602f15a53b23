/** What a custom part takes to write: the examples are counted. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** The lines of code of a class, with the schema of its options: no blank lines, no comments. */
function linesOf(source, className, optionsName) {
  const lines = source.split('\n').filter((line) => line.trim() !== '' && !/^\s*(\/\*\*|\*|\/\/)/.test(line));
  const block = (isStart, end) => {
    const from = lines.findIndex(isStart);
    if (from < 0) throw new Error(`no ${className} or ${optionsName} in the source`);
    const length = lines.slice(from).findIndex(end) + 1;
    return lines.slice(from, from + length);
  };
  const isClass = (line) => line.startsWith(`export class ${className} `);
  const before = lines[lines.findIndex(isClass) - 1] === '@injectable()' ? ['@injectable()'] : [];
  const options =
    optionsName === undefined
      ? []
      : block(
          (line) => line.startsWith(`const ${optionsName} =`),
          (line) => line.endsWith(');'),
        );
  return [...options, ...before, ...block(isClass, (line) => line === '}')];
}

test.each([
  ['a scorer', 'entropy-scorer', 'EntropyScorer', 'entropyOptions', 15],
  ['a scorer by gradients', 'brain-damage', 'BrainDamageScorer', undefined, 15],
  ['a scheduler', 'sine-scheduler', 'SineScheduler', undefined, 8],
  ['a strategy', 'sine-scheduler', 'FollowStrategy', 'followOptions', 25],
])('%s, with its options, is short and imports nothing but core and tfjs', (_, folder, className, optionsName, most) => {
  const source = readFileSync(new URL(`../examples/${folder}/src/index.ts`, import.meta.url), 'utf8');
  const lines = linesOf(source, className, optionsName);
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.length).toBeLessThanOrEqual(most);
  expect(source).not.toMatch(/\bany\b|@ts-/);
  const imported = [...source.matchAll(/\bfrom '([^']+)'/g)].map(([, name]) => name);
  expect(imported.filter((name) => !['@espalier/core', '@tensorflow/tfjs'].includes(name))).toEqual([]);
});
