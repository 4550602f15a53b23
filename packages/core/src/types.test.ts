import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';

/** What `@ts-expect-error` and `expectTypeOf` in the tests say is only checked by the compiler. */
test('the tests hold what they say about types', { timeout: 60_000 }, () => {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  execFileSync(process.execPath, [at('../../../node_modules/typescript/bin/tsc'), '-p', at('../tsconfig.test.json')], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
});
