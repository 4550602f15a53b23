import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';

/** A holder says that it lives every 2 s; one that has not for 10 s was killed, and the lock goes to the next. */
const TIMES = { stale: 10_000, update: 2_000 };

/** A laptop slept and another took over: every write is whole by itself, so both may finish. */
const onCompromised = () => {};

/** Runs `work` while no other process of this user's works on `folder`; says so once when it has to wait. */
export async function withLock<T>(
  folder: string,
  work: () => Promise<T>,
  options: { onWait?: () => void; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  await mkdir(folder, { recursive: true });
  const lock = () => lockfile.lock(folder, { ...TIMES, onCompromised, lockfilePath: join(folder, 'install.lock'), realpath: false });
  let release: (() => Promise<void>) | undefined;
  for (let told = false; release === undefined; ) {
    try {
      release = await lock();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      if (!told) options.onWait?.();
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
      options.signal?.throwIfAborted();
    }
  }
  try {
    return await work();
  } finally {
    await release().catch(() => {}); // taken over while this machine slept: nothing left to give back
  }
}
