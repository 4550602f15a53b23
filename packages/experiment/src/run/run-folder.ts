import { appendFileSync, truncateSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Checkpoint, type CheckpointStore, EspalierError, type RunEvent } from '@espalier/core';
import { lock } from 'proper-lockfile';
import { packArchive, unpackArchive } from './archive.ts';
import { diskError, writeAtomically } from './files.ts';
import type { RunResult } from './result.ts';

/** What the folder of a run holds. The truth about it: nothing else has to be asked to know what happened. */
export const RUN_FILES = {
  experiment: 'experiment.yaml',
  events: 'events.jsonl',
  result: 'result.json',
  model: 'model',
  checkpoint: 'checkpoint.bin',
} as const;

/** The folder of one run, held by one process at a time. Release it at the end. */
export class RunFolder {
  readonly path: string;
  private readonly release: () => Promise<void>;

  private constructor(folder: string, release: () => Promise<void>) {
    this.path = folder;
    this.release = release;
  }

  /**
   * Takes the folder for this process.
   *
   * @throws EspalierError where another living process holds it, or where it holds another experiment's run.
   */
  static async open(folder: string, hash: string): Promise<RunFolder> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw await diskError(error, folder);
    }
    const release = await lock(folder, { lockfilePath: path.join(folder, '.lock'), stale: 15_000 }).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw await diskError(error, folder);
      throw new EspalierError({
        where: folder,
        what: 'another process is running in this folder',
        remedy: 'Wait for it, or choose another folder with --out',
      });
    });
    const run = new RunFolder(folder, release);
    try {
      const there = await run.hash();
      if (there !== undefined && there !== hash) {
        throw new EspalierError({
          where: folder,
          what: 'this folder holds the run of another experiment',
          why: `its hash is ${there.slice(0, 8)}, this one’s ${hash.slice(0, 8)}`,
          remedy: 'Choose another folder with --out, or delete this one',
        });
      }
    } catch (error) {
      await release();
      throw error;
    }
    return run;
  }

  file(name: keyof typeof RUN_FILES): string {
    return path.join(this.path, RUN_FILES[name]);
  }

  /** The hash of the experiment that runs here; undefined for a new folder. */
  private async hash(): Promise<string | undefined> {
    const text = await readIfThere(this.file('experiment'));
    return text === undefined ? undefined : /^# hash: ([0-9a-f]{64})$/m.exec(text.toString('utf8'))?.[1];
  }

  async writeExperiment(yaml: string, hash: string): Promise<void> {
    await writeAtomically(this.file('experiment'), `# The complete experiment, every default filled in.\n# hash: ${hash}\n${yaml}`);
  }

  /** The record of a finished run; undefined where there is none. */
  async readResult(): Promise<RunResult | undefined> {
    return readResult(this.path);
  }

  async writeResult(result: RunResult): Promise<void> {
    await writeAtomically(this.file('result'), `${JSON.stringify(result, null, 2)}\n`);
  }

  /** Appends to the log of events. Lines of a process that was killed while writing are cut off by `checkpoints.load`. */
  appendEvent(event: RunEvent & { readonly at: string }): void {
    appendFileSync(this.file('events'), `${JSON.stringify(event)}\n`);
  }

  /** Starts anew: nothing of an earlier run stays. */
  async clear(): Promise<void> {
    for (const name of Object.values(RUN_FILES)) await rm(path.join(this.path, name), { recursive: true, force: true });
  }

  async removeCheckpoint(): Promise<void> {
    await rm(this.file('checkpoint'), { force: true });
  }

  /** Checkpoints in one file. Each knows how long the log was, so that going on repeats no event. */
  get checkpoints(): CheckpointStore {
    return fileCheckpoints(this.file('checkpoint'), this.file('events'));
  }

  async close(): Promise<void> {
    await this.release();
  }
}

/** Checkpoints in one file, beside a log that is cut back to where the checkpoint was taken. */
export function fileCheckpoints(file: string, events?: string): CheckpointStore {
  return {
    async load() {
      const bytes = await readIfThere(file);
      if (bytes === undefined) {
        if (events !== undefined) await rm(events, { force: true });
        return null;
      }
      const { checkpoint, logged } = unpackArchive(bytes, file) as { checkpoint: Checkpoint; logged: number };
      if (events !== undefined && (await sizeOf(events)) > logged) truncateSync(events, logged);
      return checkpoint;
    },
    async save(checkpoint) {
      const logged = events === undefined ? 0 : await sizeOf(events);
      await writeAtomically(file, packArchive({ checkpoint, logged }));
    },
  };
}

/**
 * Reads the record of a run.
 *
 * @throws EspalierError where it is no record: not JSON, or without the fields that every record has.
 */
export async function readResult(folder: string): Promise<RunResult | undefined> {
  const file = path.join(folder, RUN_FILES.result);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  let result: unknown;
  try {
    result = JSON.parse(text.toString('utf8'));
  } catch (error) {
    throw new EspalierError({ where: file, what: 'is not JSON', why: (error as Error).message, remedy: 'Delete it and run again' });
  }
  const { hash, status } = (result ?? {}) as Partial<RunResult>;
  if (typeof hash !== 'string' || typeof status !== 'string')
    throw new EspalierError({ where: file, what: 'is not the record of a run', remedy: 'Delete it and run again' });
  return result as RunResult;
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
