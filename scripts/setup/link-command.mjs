import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/**
 * Lets `npx espalier` work in a clone. pnpm links a package's command while installing, and skips it where its file is
 * not built yet, which in a fresh clone it never is.
 */
export function linkCommand(root = ROOT) {
  const main = join(root, 'node_modules', 'espalier', 'dist', 'main.js');
  const bin = join(root, 'node_modules', '.bin');
  if (!existsSync(main)) return;
  mkdirSync(bin, { recursive: true });
  chmodSync(main, 0o755);
  if (process.platform === 'win32') {
    writeFileSync(join(bin, 'espalier.cmd'), '@node "%~dp0\\..\\espalier\\dist\\main.js" %*\r\n');
    return;
  }
  const temporary = join(bin, `.espalier-${process.pid}`);
  rmSync(temporary, { force: true });
  symlinkSync(join('..', 'espalier', 'dist', 'main.js'), temporary);
  renameSync(temporary, join(bin, 'espalier'));
}
