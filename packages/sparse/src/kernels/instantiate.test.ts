import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sourcesPrint } from '../../build-kernels.mjs';
import { supportedVariants } from './index.ts';

test.each(['binaries.ts', '../compile/packer-binary.ts'])('%s is what build-kernels.mjs makes of assembly/', (file) => {
  expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(sourcesPrint());
});

test('an engine of today has SIMD, and runs the plain variant as well', () => {
  expect(supportedVariants()).toContain('simd');
  expect(supportedVariants()).toContain('plain');
});
