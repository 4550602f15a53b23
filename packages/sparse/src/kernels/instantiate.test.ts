import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sourcesPrint } from '../../build-kernels.mjs';
import { supportedVariants } from './index.ts';

test('the binaries are those that build-kernels.mjs makes of assembly/', () => {
  expect(readFileSync(new URL('binaries.ts', import.meta.url), 'utf8')).toContain(sourcesPrint());
});

test('an engine of today has SIMD, and runs the plain variant as well', () => {
  expect(supportedVariants()).toContain('simd');
  expect(supportedVariants()).toContain('plain');
});
