import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cancelled, EspalierError } from '@espalier/core';
import { lock } from 'proper-lockfile';
import { diskError } from './files.ts';

export interface LockOptions {
  /** Told once where another process holds the lock; throw to give up instead of waiting. */
  readonly onWait: () => void;
  readonly signal?: AbortSignal;
}

/** A lock that a process has not touched for so long is free: it was killed, or lies on a machine that sleeps. */
const STALE = 15_000;
/** The same where its owner is known to be dead; not less, so that of two who take it over one sees the other. */
const STALE_OF_THE_DEAD = 2_000;

/**
 * A lock between processes, as a folder that its holder keeps touching. Who holds it is written beside it, so that the
 * lock of a process that was killed is not waited for longer than it must.
 */
export class ProcessLock {
  private readonly file: string;
  private release: (() => Promise<void>) | undefined;
  private isLost = false;

  private constructor(file: string) {
    this.file = file;
  }

  /** @throws Cancelled through the signal while it waits; what `onWait` throws. */
  static async take(file: string, { onWait, signal }: LockOptions): Promise<ProcessLock> {
    const taken = new ProcessLock(file);
    for (let told = false; !(await taken.attempt()); ) {
      if (!told && !(await isOwnerDead(ownerFile(file)))) {
        onWait();
        told = true;
      }
      if (signal?.aborted) throw new Cancelled();
      await sleep(200);
    }
    return taken;
  }

  /** @throws EspalierError where another process has taken the lock over, while this one or its machine slept. */
  check(): void {
    if (!this.isLost) return;
    throw new EspalierError({
      where: path.dirname(this.file),
      what: 'another process has taken over',
      why: 'this one gave no sign of life for too long (the machine slept, or was too busy)',
      remedy: 'Let the other one finish',
    });
  }

  async free(): Promise<void> {
    if (this.isLost || this.release === undefined) return;
    await rm(ownerFile(this.file), { force: true });
    await this.release().catch(() => {}); // Taken over a moment ago: there is nothing left to give back.
  }

  private async attempt(): Promise<boolean> {
    const owner = ownerFile(this.file);
    const stale = (await isOwnerDead(owner)) ? STALE_OF_THE_DEAD : STALE;
    const onCompromised = () => {
      this.isLost = true;
    };
    try {
      this.release = await lock(this.file, { lockfilePath: this.file, realpath: false, stale, update: 1000, onCompromised });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return false;
      throw diskError(error, this.file);
    }
    await writeFile(owner, JSON.stringify({ pid: process.pid, host: hostname() })).catch(() => {}); // It only saves time.
    return true;
  }
}

function ownerFile(file: string): string {
  return `${file}-owner`;
}

/** Whether the last owner of a lock ran on this machine and runs no more; false where that cannot be known. */
async function isOwnerDead(file: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(file, 'utf8')) as { pid: number; host: string };
    if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
