import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from './paths.mjs';

test('a run of tests ends with one plain line', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'espalier-reporter-')));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const imports = "import { expect, test } from 'vitest';\n";
  writeFileSync(
    join(root, 'a.test.mjs'),
    `${imports}test('good', () => {});\ntest('bad', () => expect(1).toBe(2));\ntest.skip('not now', () => {});\n`,
  );
  writeFileSync(join(root, 'b.test.mjs'), "throw new Error('does not load');\n");
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporter = join(ROOT, 'scripts', 'setup', 'summary-reporter.mjs');
  const args = [vitest, 'run', '--root', root, '--reporter=default', `--reporter=${reporter}`];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stdout.trim().split('\n').at(-1)).toBe('1 passed, 2 failed, 1 skipped');
  expect(status).toBe(1);
});
