import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { sourcesPrint } from '../../build-kernels.mjs';
import { instantiateKernels, supportedVariants } from './index.ts';

test.each(['binaries.ts', '../compile/packer-binary.ts'])('%s is what build-kernels.mjs makes of assembly/', (file) => {
  expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toContain(sourcesPrint());
});

test('an engine of today has SIMD, and runs the plain variant as well', () => {
  expect(supportedVariants()).toContain('simd');
  expect(supportedVariants()).toContain('plain');
});

test('kernels start where a page may not instantiate them at once', async () => {
  const refused = vi.spyOn(WebAssembly, 'Instance').mockImplementation(function refuse() {
    throw new RangeError('WebAssembly.Instance is disallowed on the main thread');
  });
  try {
    const kernels = await instantiateKernels(new WebAssembly.Memory({ initial: 16 }), 'simd');
    expect(kernels.conv).toBeInstanceOf(Function);
    expect(refused).toHaveBeenCalledOnce();
  } finally {
    refused.mockRestore();
  }
});
