import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sourceFingerprint } from './source-fingerprint.ts';
import { configFolder } from './testing/config-folder.ts';

const FILES = {
  'a.ts': `import { b } from './b.js';\nimport type { C } from "./lib";\nexport * from './lib/d.ts';\nimport { z } from 'zod';\n`,
  'b.ts': `const data = require('./data.json');\nawait import('./late.mjs');\nimport './a.ts';\n`,
  'lib/index.ts': 'export type C = 1;\n',
  'lib/d.ts': 'export const d = 1;\n',
  'data.json': '{}\n',
  'late.mjs': 'export default 1;\n',
};

test('the same sources in another folder have the same', () => {
  expect(sourceFingerprint(join(configFolder(FILES), 'a.ts'))).toBe(sourceFingerprint(join(configFolder(FILES), 'a.ts')));
});

test.each(Object.keys(FILES))('a change in %s makes another', (name) => {
  const before = sourceFingerprint(join(configFolder(FILES), 'a.ts'));
  const changed = { ...FILES, [name]: `${FILES[name as keyof typeof FILES]}\n` };
  expect(sourceFingerprint(join(configFolder(changed), 'a.ts'))).not.toBe(before);
});

test('a change in a file that nobody imports makes none; imports that lead nowhere do no harm', () => {
  const folder = configFolder({ ...FILES, 'b.ts': "import './nowhere.ts';\nimport './lib';\n" });
  const before = sourceFingerprint(join(folder, 'a.ts'));
  mkdirSync(join(folder, 'nowhere'));
  writeFileSync(join(folder, 'c.ts'), 'export {};');
  expect(sourceFingerprint(join(folder, 'a.ts'))).toBe(before);
});
