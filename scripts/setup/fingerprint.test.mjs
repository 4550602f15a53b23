import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dependenciesPrint, sourcesPrint, workspaceFolders } from './fingerprint.mjs';

let root;
const write = (path, text) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'espalier-print-'));
  write('package.json', '{}');
  write('pnpm-lock.yaml', 'lock');
  write('packages/a/package.json', '{"name":"a"}');
  write('packages/a/src/index.ts', 'export {};');
  write('packages/empty/readme', 'no package');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('the packages of the workspace are found', () => {
  write('examples/one/package.json', '{}');
  write('benchmarks/package.json', '{}');
  const names = workspaceFolders(root).map((folder) => folder.slice(root.length + 1));
  expect(names).toEqual([join('packages', 'a'), join('examples', 'one'), 'benchmarks']);
});

test('another lockfile, or another dependency of a package, asks for an installation', () => {
  const before = dependenciesPrint(root);
  expect(dependenciesPrint(root)).toBe(before);
  write('packages/a/src/index.ts', 'export const changed = 1;');
  expect(dependenciesPrint(root)).toBe(before);
  write('packages/a/package.json', '{"name":"a","dependencies":{}}');
  const after = dependenciesPrint(root);
  expect(after).not.toBe(before);
  write('pnpm-lock.yaml', 'other');
  expect(dependenciesPrint(root)).not.toBe(after);
});

test('a changed, a new and a removed source ask for a build; a test, a dist and a run do not', () => {
  const before = sourcesPrint(root);
  for (const path of ['src/index.test.ts', 'dist/index.js', 'node_modules/x/index.js', '.turbo/log', 'runs/1/result.json'])
    write(`packages/a/${path}`, 'x');
  expect(sourcesPrint(root)).toBe(before);
  write('packages/a/src/more.ts', 'export {};');
  const more = sourcesPrint(root);
  expect(more).not.toBe(before);
  utimesSync(join(root, 'packages/a/src/more.ts'), 1, 1);
  expect(sourcesPrint(root)).not.toBe(more);
  rmSync(join(root, 'packages/a/src/more.ts'));
  expect(sourcesPrint(root)).toBe(before);
});
