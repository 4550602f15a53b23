import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { binaries } from '../../build-kernels.mjs';
import { BINARIES } from './binaries.ts';
import { supportedVariants } from './index.ts';

test('the binaries are those that build-kernels.mjs makes of assembly/', async () => {
  expect(inflateSync(Buffer.from(BINARIES, 'base64')).equals(Buffer.concat(Object.values(await binaries())))).toBe(true);
}, 60_000);

test('an engine of today has SIMD, and runs the plain variant as well', () => {
  expect(supportedVariants()).toContain('simd');
  expect(supportedVariants()).toContain('plain');
});
