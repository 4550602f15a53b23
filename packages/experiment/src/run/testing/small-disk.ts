import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
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

/** Takes all the room there is. */
export function fill(file: string): void {
  for (const size of [1 << 20, 1 << 16, 1 << 12]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size, 1), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}
