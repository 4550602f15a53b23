import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, writeAtomically } from './cache.ts';

/** The steps of the chain, in the order in which they are tried. */
export type Step = 'installed' | 'download' | 'wheel' | 'compiler' | 'binding' | 'wasm' | 'cpu';

/** One step that was tried, and how it ended; a failed one says what its user can do about it. */
export interface Attempt {
  step: Step;
  ok: boolean;
  reason?: string;
  remedy?: string;
  /** ISO 8601, when it ended. */
  at: string;
  seconds?: number;
}

/** A step's ordinary failure: the chain goes on with the next step, and `espalier doctor` shows both texts. */
export class StepError extends Error {
  override readonly name = 'StepError';
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs one step and answers with what became of it; never throws, except where the user has cut it off. */
export async function attempt(step: Step, work: () => Promise<unknown>, signal?: AbortSignal): Promise<Attempt> {
  const started = performance.now();
  const ended = () => ({ at: new Date().toISOString(), seconds: Math.round(performance.now() - started) / 1000 });
  try {
    await work();
    return { step, ok: true, ...ended() };
  } catch (error) {
    signal?.throwIfAborted();
    return { step, ok: false, ...explain(error), ...ended() };
  }
}

/** What went wrong in one line, and what to do about it. */
export function explain(error: unknown): { reason: string; remedy?: string } {
  if (error instanceof StepError) return { reason: error.message, remedy: error.remedy };
  const { code } = error as NodeJS.ErrnoException;
  const reason = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
  if (code === 'ENOSPC') {
    return { reason, remedy: `Free about 1.5 GB where ${cacheFolder()} is, or point ESPALIER_CACHE to a larger disk.` };
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return { reason, remedy: `Make ${cacheFolder()} and node_modules writable, or point ESPALIER_CACHE elsewhere.` };
  }
  return { reason };
}

/** What the last walk through the chain met: empty where there was none. */
export async function rememberedAttempts(folder: string = cacheFolder()): Promise<Attempt[]> {
  try {
    const { attempts } = JSON.parse(await readFile(fileIn(folder), 'utf8')) as { attempts: Attempt[] };
    return Array.isArray(attempts) ? attempts : [];
  } catch {
    return []; // never written, or damaged: it is a memory, not the truth
  }
}

export async function rememberAttempts(attempts: readonly Attempt[], folder: string = cacheFolder()): Promise<void> {
  await writeAtomically(fileIn(folder), `${JSON.stringify({ attempts }, null, 2)}\n`);
}

function fileIn(folder: string): string {
  return join(folder, 'attempts.json');
}
