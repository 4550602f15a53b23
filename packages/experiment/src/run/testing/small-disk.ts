import { execFileSync } from 'node:child_process';
import { afterAll } from 'vitest';
import { temporaryFolder } from './experiments.ts';

/**
 * A real disk of a few megabytes, which is soon full; undefined where this process may not mount one. With CI=true and
 * as root it must be there.
 */
export function smallDisk(megabytes = 2): string | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    if (process.env['CI'] === 'true' && process.getuid?.() === 0) throw error;
    return undefined;
  }
  afterAll(() => void execFileSync('umount', ['-l', folder]));
  return folder;
}
