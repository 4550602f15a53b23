import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { EspalierError } from '@espalier/core';
import { EventLog } from './event-log.ts';
import { makeFolder, readIfThere, sweepHalves, writeAtomically } from './files.ts';
import { ProcessLock } from './process-lock.ts';
import type { RunResult } from './result.ts';
import type { ShrinkRecord } from './shrink-run.ts';
import { SPARSE_FILE } from './sparse-run.ts';

/** What the folder of a run holds. The truth about it: nothing else has to be asked to know what happened. */
export const RUN_FILES = {
  experiment: 'experiment.yaml',
  events: 'events.jsonl',
  result: 'result.json',
  model: 'model',
  shrunk: 'shrunk',
  savedModel: 'saved-model',
  sparse: 'sparse',
  removal: 'removal.json',
  checkpoint: 'checkpoint.bin',
  shrinkCheckpoint: 'shrink-checkpoint.bin',
} as const;

export interface OpenOptions {
  /** Wait where another process holds the folder. */
  readonly isWaiting?: boolean;
  readonly signal?: AbortSignal;
}

/** The folder of one run, held by one process at a time. Close it at the end. */
export class RunFolder {
  readonly path: string;
  readonly log: EventLog;
  private readonly lock: ProcessLock;

  private constructor(folder: string, lock: ProcessLock) {
    this.path = folder;
    this.lock = lock;
    this.log = new EventLog(this.file('events'));
  }

  /**
   * Takes the folder for this process.
   *
   * @throws EspalierError where another living process holds it and it is not waited for, or where it holds another
   * experiment's run, or an experiment.yaml that is a user's own; Cancelled through the signal while it waits.
   */
  static async open(folder: string, hash: string, { isWaiting = false, signal }: OpenOptions = {}): Promise<RunFolder> {
    await makeFolder(folder);
    const lock = await ProcessLock.take(path.join(folder, '.lock'), {
      signal,
      onWait: () => {
        if (isWaiting) return;
        const remedy = 'Wait for it, or choose another folder with --out';
        throw new EspalierError({ where: folder, what: 'another process is running in this folder', remedy });
      },
    });
    const run = new RunFolder(folder, lock);
    try {
      await run.refuseOthers(hash);
      for (const name of ['experiment', 'result', 'removal', 'checkpoint', 'shrinkCheckpoint'] as const) await sweepHalves(run.file(name));
      await sweepHalves(path.join(run.file('sparse'), SPARSE_FILE));
    } catch (error) {
      await lock.free();
      throw error;
    }
    return run;
  }

  file(name: keyof typeof RUN_FILES): string {
    return path.join(this.path, RUN_FILES[name]);
  }

  /** @param base where the relative paths of the config start: the folder of the file that it was first read from. */
  async writeExperiment(yaml: string, hash: string, base: string): Promise<void> {
    const from = path.relative(this.path, base) || '.';
    const header = `# The complete experiment, every default filled in.\n# hash: ${hash}\n# base: ${JSON.stringify(from)}\n`;
    await writeAtomically(this.file('experiment'), `${header}${yaml}`);
  }

  /** The record of a finished run; undefined where there is none. */
  async readResult(): Promise<RunResult | undefined> {
    return readResult(this.path);
  }

  async writeResult(result: RunResult): Promise<void> {
    this.lock.check();
    await writeAtomically(this.file('result'), `${JSON.stringify(result, null, 2)}\n`);
  }

  async removeResult(): Promise<void> {
    await rm(this.file('result'), { force: true });
  }

  /** Starts anew: nothing of an earlier run stays. */
  async clear(): Promise<void> {
    // The record goes first: without it what is left is an unfinished run, whenever this is cut off.
    const { result, ...others } = RUN_FILES;
    for (const name of [result, ...Object.values(others)]) await rm(path.join(this.path, name), { recursive: true, force: true });
  }

  hasCheckpoint(): boolean {
    return existsSync(this.file('checkpoint'));
  }

  async removeCheckpoint(): Promise<void> {
    for (const name of ['checkpoint', 'shrinkCheckpoint'] as const) await rm(this.file(name), { force: true });
  }

  /** What was removed for real, by name. */
  async writeRemoval(record: ShrinkRecord): Promise<void> {
    await writeAtomically(this.file('removal'), `${JSON.stringify(record)}\n`);
  }

  /** @throws EspalierError where the folder is this process's no more. */
  checkLock(): void {
    this.lock.check();
  }

  async close(): Promise<void> {
    await this.lock.free();
  }

  private async refuseOthers(hash: string): Promise<void> {
    const remedy = 'Choose another folder with --out, or delete this one';
    const text = await readIfThere(this.file('experiment'));
    const there = text === undefined ? (await this.readResult())?.hash : /^# hash: ([0-9a-f]{64})$/m.exec(text.toString('utf8'))?.[1];
    if (text !== undefined && there === undefined)
      throw new EspalierError({ where: this.file('experiment'), what: 'was not written by a run, and would be overwritten', remedy });
    if (there === undefined || there === hash) return;
    const why = `its hash is ${there.slice(0, 8)}, this one’s ${hash.slice(0, 8)}`;
    throw new EspalierError({ where: this.path, what: 'this folder holds the run of another experiment', why, remedy });
  }
}

/**
 * Reads the record of a run.
 *
 * @throws EspalierError where it is no record: not JSON, or without the fields that every record has.
 */
export async function readResult(folder: string): Promise<RunResult | undefined> {
  const file = path.join(folder, RUN_FILES.result);
  const text = await readIfThere(file);
  return text === undefined ? undefined : parseResult(text.toString('utf8'), file);
}

/** What was removed for real in a run; undefined where nothing was. @throws EspalierError where a hand has garbled it. */
export async function readRemoval(folder: string): Promise<ShrinkRecord | undefined> {
  const file = path.join(folder, RUN_FILES.removal);
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.toString('utf8')) as ShrinkRecord;
  } catch (error) {
    throw new EspalierError({ where: file, what: 'is not JSON', why: (error as Error).message, remedy: 'Delete it, or run again' });
  }
}

/** As `readResult`, from the text of a record. */
export function parseResult(text: string, file: string): RunResult {
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch (error) {
    throw new EspalierError({ where: file, what: 'is not JSON', why: (error as Error).message, remedy: 'Delete it and run again' });
  }
  const problem = wrongRecord(result);
  if (problem !== undefined)
    throw new EspalierError({ where: file, what: 'is not the record of a run', why: problem, remedy: 'Delete it and run again' });
  return result as RunResult;
}

/** What a record must have to be shown and compared; a hand may have edited it. */
function wrongRecord(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return 'it is no object';
  const { hash, experiment, status, dense, pruned, parameters, timing } = result as Partial<RunResult>;
  if (typeof hash !== 'string' || typeof experiment !== 'string') return 'it has no hash or no experiment';
  if (status !== 'done' && status !== 'failed') return 'its status is neither "done" nor "failed"';
  if (!isMeasurement(dense) || !isMeasurement(pruned)) return 'its "dense" or "pruned" is not what was measured';
  if (status === 'done' && pruned === null) return 'it is done, but has no "pruned"';
  if (!Array.isArray(parameters) || typeof timing !== 'object' || timing === null) return 'it has no parameters or no timing';
  return undefined;
}

function isMeasurement(value: unknown): boolean {
  if (value === null) return true;
  const numbers = ['parameters', 'nonzero', 'bytes', 'macs', 'latencyMs'];
  return typeof value === 'object' && numbers.every((name) => typeof (value as Record<string, unknown>)[name] === 'number');
}
