import { defineConfig } from 'vitest/config';

export default defineConfig({
  // What tsconfig.base.json says, said again: tests are no part of a tsconfig, so the transformer finds none for them.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'benchmarks/src/**/*.test.ts', 'scripts/**/*.test.{ts,mjs}', 'examples/*/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // tfjs-node's addon cannot be loaded by a second thread of a process; a process per file also keeps backends apart.
    pool: 'forks',
    reporters: ['default', './scripts/setup/summary-reporter.mjs'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
