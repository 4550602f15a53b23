import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { linkCommand } from './link-command.mjs';

test.skipIf(process.platform === 'win32')('the command of a clone runs by its name, also when it is linked again', () => {
  const root = mkdtempSync(join(tmpdir(), 'espalier-link-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  linkCommand(root);
  expect(existsSync(join(root, 'node_modules', '.bin')), 'nothing is linked before it is built').toBe(false);
  mkdirSync(join(root, 'node_modules', 'espalier', 'dist'), { recursive: true });
  writeFileSync(join(root, 'node_modules', 'espalier', 'dist', 'main.js'), '#!/usr/bin/env node\nconsole.log("runs", process.argv[2]);\n');
  linkCommand(root);
  linkCommand(root);
  expect(execFileSync(join(root, 'node_modules', '.bin', 'espalier'), ['well'], { encoding: 'utf8' })).toBe('runs well\n');
});
