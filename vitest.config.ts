import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Their tests run in plain JavaScript and leave nothing behind: one process loads tfjs for many files. */
const LIGHT = [
  ...['core', 'datasets', 'models', 'sparse', 'strategy-*', 'surgery', 'testkit'].map((name) => `packages/${name}/src/**/*.test.ts`),
  'packages/experiment/src/config/*.test.ts',
  'packages/experiment/src/{run/{outputs,expectations},sweep/{parse-sweep,schedule,sweep-pace}}.test.ts',
  'packages/report/src/{compare,query,read,statistics}/*.test.ts',
  'packages/cli/src/{view/*,report-sections,what-to-ship}.test.ts',
  'packages/backend-node/src/{pip/*,attempts,threads}.test.ts',
  'packages/create-plugin/src/names.test.ts',
  'benchmarks/src/{page,row}.test.ts',
  'packages/create-plugin/templates/*/src/*.test.ts',
  'examples/*/src/**/*.test.ts',
];

export default defineConfig({
  // What tsconfig.base.json says, said again: tests are no part of a tsconfig, so the transformer finds none for them.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    exclude: ['**/node_modules/**', '**/dist/**'],
    // tfjs-node's addon cannot be loaded by a second thread of a process; a process per file also keeps backends apart.
    pool: 'forks',
    // More files at once than there are cores: many wait, for processes that they start, for files, for a browser.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    // What is built is loaded by Node itself; transformed once more for each process, it takes seconds.
    server: { deps: { external: [/\/packages\/[\w-]+\/dist\//] } },
    globalSetup: './scripts/setup/temporary-folder.mjs',
    reporters: ['default', './scripts/setup/summary-reporter.mjs'],
    // On a machine that others keep busy each test takes several times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'light', include: LIGHT, isolate: false } },
      {
        extends: true,
        test: {
          name: 'own process',
          include: ['packages/*/src/**/*.test.ts', 'benchmarks/src/**/*.test.ts', 'scripts/**/*.test.{ts,mjs}'],
          exclude: ['**/node_modules/**', '**/dist/**', ...LIGHT],
        },
      },
    ],
  },
});
