/** The suites as an author meets them: in a run of vitest. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('a test file of one line names what is broken and how to mend it; one that hangs is ended by name', { timeout: 120_000 }, () => {
  const vitest = at('../../../node_modules/vitest/vitest.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--root', at('./testing/author')], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', VITEST: undefined },
  });
  expect(status).toBe(1);
  const said = `${stdout}${stderr}`;
  const leaking = 'several.check.ts > scorer "Leaking" of @acme/broken';
  expect(said).toContain(`✓ ${leaking} > shapes: gives one tensor per parameter`);
  expect(said).toContain(`× ${leaking} > leaks: leaves no tensors but its scores`);
  expect(said).toMatch(
    /BrokenPromise: scorer "Leaking" of @acme\/broken on the net "dense": left 2 tensors behind: .*Compute inside tf\.tidy/,
  );
  const falling = 'several.check.ts > scheduler "Falling" of @acme/broken';
  expect(said).toContain(`✓ ${falling} > rises: not promised, as it swings`);
  expect(said).toContain(`× ${falling} > range: not promised, as it swings`);
  expect(said).toMatch(/keeps the promise "range", which it is excepted from\. Take it out of "except"/);
  const slow = 'several.check.ts > dataset "NeverLoading" of @acme/broken';
  expect(said).toMatch(/BrokenPromise: dataset "NeverLoading" of @acme\/broken: load has not come to its end after 1 s/);
  expect(said).toContain(`✓ ${slow} > same: not promised, as it is slow`);
  expect(said).not.toContain('Test timed out');
  expect(said).toContain('× several.check.ts > a suite > odd: not promised, as it is even');
  expect(said).toContain('TypeError: a mistake of the test itself');
  expect(said).toMatch(/scorer "Spinning" of @acme\/broken, tested for "answers": has not given the thread back for 2 s/);
});
