import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.{ts,mjs}', 'examples/*/**/*.test.ts'],
    // tfjs-node's addon cannot be loaded by a second thread of a process; a process per file also keeps backends apart.
    pool: 'forks',
    reporters: ['default', './scripts/setup/summary-reporter.mjs'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
