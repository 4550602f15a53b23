import { defineConfig } from 'vitest/config';

/** As in a plugin author's package: decorators, and tests beside the source. */
export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: { include: ['*.check.ts'], pool: 'forks', reporters: ['verbose'], testTimeout: 500 },
});
