import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { PartContainer } from './container.ts';
import { Part } from './part.ts';
import { Registry } from './registry.ts';
import type { Scorer } from './scorer.ts';
import { strangeToken } from './strange-token.ts';
import * as core from './tokens.ts';

const OWN = fileURLToPath(new URL('..', import.meta.url));

class OneScorer implements Scorer {
  constructor(readonly options: object) {}
  score() {
    return [];
  }
}

/** A second copy of the built package, as in a plugin's own node_modules; with a second tsyringe, or the same. */
async function otherCore(isWithTsyringe: boolean): Promise<typeof core> {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-core-'));
  const at = path.join(folder, 'node_modules');
  try {
    cpSync(path.join(OWN, 'dist'), path.join(at, '@espalier', 'core', 'dist'), { recursive: true });
    cpSync(path.join(OWN, 'package.json'), path.join(at, '@espalier', 'core', 'package.json'));
    symlinkSync(path.join(OWN, 'node_modules', 'reflect-metadata'), path.join(at, 'reflect-metadata'));
    const tsyringe = realpathSync(path.join(OWN, 'node_modules', 'tsyringe'));
    if (isWithTsyringe) cpSync(tsyringe, path.join(at, 'tsyringe'), { recursive: true });
    else symlinkSync(tsyringe, path.join(at, 'tsyringe'));
    symlinkSync(path.join(tsyringe, '..', 'tslib'), path.join(at, 'tslib'));
    return (await import(/* @vite-ignore */ pathToFileURL(path.join(at, '@espalier', 'core', 'dist', 'tokens.js')).href)) as typeof core;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([true, false])('a class of another copy of core is named as one (with its own tsyringe: %s)', async (isWithTsyringe) => {
  const { inject, injectable, OPTIONS } = await otherCore(isWithTsyringe);
  expect(OPTIONS).not.toBe(core.OPTIONS);
  inject(OPTIONS)(OneScorer, undefined, 0);
  injectable()(OneScorer);
  expect(strangeToken(OneScorer)).toBe('OPTIONS');
  const registry = new Registry([{ name: 'strange', scorers: { one: { use: OneScorer } } }]);
  expect(() => new PartContainer(registry).make(new Part('scorer', 'one'))).toThrow(
    'scorer "one" of strange: cannot be made: its constructor injects OPTIONS of another copy of @espalier/core. ' +
      'Install one copy for both: `npm ls @espalier/core` shows where they are',
  );
});

test('a class of this copy, and one without a constructor, inject nothing strange', () => {
  class Own extends OneScorer {}
  core.inject(core.OPTIONS)(Own, undefined, 0);
  core.injectable()(Own);
  expect(strangeToken(Own)).toBeUndefined();
  expect(strangeToken(class {})).toBeUndefined();
});
