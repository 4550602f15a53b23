import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EspalierError } from '@espalier/core';
import { stringify } from 'yaml';
import { makeFolder, readIfThere, sweepHalves, writeAtomically } from '../run/files.ts';
import { ProcessLock } from '../run/process-lock.ts';
import type { RunResult } from '../run/result.ts';
import { parseResult, RUN_FILES } from '../run/run-folder.ts';
import type { LoadedSweep, SweepRun } from './parse-sweep.ts';

/** What the folder of a sweep holds; of each run all that `espalier run` writes, and the two last of these. */
const SWEEP_FILE = 'sweep.yaml';
const LIST_FILE = 'runs.jsonl';
const RUNS = 'runs';
export const VARIANT_FILE = 'variant.json';
const ATTEMPTS_FILE = 'attempts.json';

/** What a sweep needs to know of a record. */
export interface RecordedRun {
  readonly status: RunResult['status'];
  readonly failures: readonly string[];
  readonly accuracy: number | null;
  readonly sparsity: number | null;
  /** All that it took but the dense training. */
  readonly seconds: number;
}

export interface Recorded {
  /** Runs that came to an end; one that failed on its way has not, and is tried again. */
  readonly finished: ReadonlyMap<string, RecordedRun>;
  /** Records that cannot be read: what is wrong with each, by the hash of its run. */
  readonly damaged: ReadonlyMap<string, string>;
  /** Folders of runs that this sweep does not have (any more). */
  readonly others: number;
}

/** The folder of a sweep, held by one process at a time. Its run folders are the truth: nothing else knows what is done. */
export class SweepFolder {
  readonly path: string;
  private readonly lock: ProcessLock;
  private readonly folders: Map<string, string>;

  private constructor(folder: string, lock: ProcessLock, folders: Map<string, string>) {
    this.path = folder;
    this.lock = lock;
    this.folders = folders;
  }

  /**
   * Takes the folder for this process.
   *
   * @throws EspalierError where another process holds it, or where it holds another sweep, a run, or anything else.
   */
  static async open(folder: string, { name }: Pick<LoadedSweep, 'name'>): Promise<SweepFolder> {
    await refuseOthers(folder, name);
    await makeFolder(folder);
    const lock = await ProcessLock.take(path.join(folder, '.lock'), {
      onWait: () => {
        const remedy = 'Wait for it, or choose another folder with --out';
        throw new EspalierError({ where: folder, what: 'another process is running this sweep', remedy });
      },
    });
    try {
      for (const file of [SWEEP_FILE, LIST_FILE]) await sweepHalves(path.join(folder, file));
      return new SweepFolder(folder, lock, foldersIn(folder));
    } catch (error) {
      await lock.free();
      throw error;
    }
  }

  /** The folder of a run: the one that is there, whatever it is called, or one of its name. */
  of({ name, hash }: SweepRun): string {
    const found = this.folders.get(hash.slice(0, 8));
    return path.join(this.path, RUNS, found ?? `${name}-${hash.slice(0, 8)}`);
  }

  /** Says what the sweep is: its file, and the list of its runs. */
  async describe(sweep: LoadedSweep): Promise<void> {
    const base = path.relative(this.path, sweep.baseFolder) || '.';
    const head = `# The sweep that this folder holds, its base experiment included.\n# base: ${JSON.stringify(base)}\n`;
    const { name: _name, ...rest } = sweep.resolved;
    const plain = { name: sweep.name, ...rest };
    const yaml = stringify(plain, { schema: 'core', lineWidth: 0, aliasDuplicateObjects: false });
    await this.write(SWEEP_FILE, `${head}${yaml}`);
    const lines = sweep.runs.map((run) => {
      const { name, hash, values, variant } = run;
      return JSON.stringify({ name, hash, folder: path.relative(this.path, this.of(run)), values, variant });
    });
    await this.write(LIST_FILE, `${lines.join('\n')}\n`);
  }

  /** What of the sweep is done. */
  recorded(sweep: LoadedSweep): Recorded {
    return recordedIn(this.path, sweep);
  }

  /** Keeps why an attempt failed, for who wants to know; the record holds the last reason alone. */
  async addAttempt(run: SweepRun, error: string): Promise<void> {
    const file = path.join(this.of(run), ATTEMPTS_FILE);
    await sweepHalves(file);
    const before = await readIfThere(file).then((text) => (text === undefined ? [] : attemptsIn(text.toString('utf8'))));
    const attempts = [...before, { at: new Date().toISOString(), error }];
    await writeAtomically(file, `${JSON.stringify({ attempts }, null, 2)}\n`);
  }

  async close(): Promise<void> {
    await this.lock.free();
  }

  private async write(name: string, content: string): Promise<void> {
    const file = path.join(this.path, name);
    const before = await readIfThere(file);
    if (before?.toString('utf8') !== content) await writeAtomically(file, content);
  }
}

/** What of a sweep is done in a folder that nobody need hold. */
export function recordedIn(folder: string, sweep: LoadedSweep): Recorded {
  const folders = foldersIn(folder);
  const finished = new Map<string, RecordedRun>();
  const damaged = new Map<string, string>();
  let known = 0;
  for (const run of sweep.runs) {
    const name = folders.get(run.hash.slice(0, 8));
    if (name === undefined) continue;
    known += 1;
    const runFolder = path.join(folder, RUNS, name);
    try {
      const file = path.join(runFolder, RUN_FILES.result);
      const result = parseResult(readFileSync(file, 'utf8'), file);
      if (result.hash === run.hash && result.pruned !== null) finished.set(run.hash, summary(result));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') damaged.set(run.hash, (error as Error).message);
    }
  }
  return { finished, damaged, others: folders.size - known };
}

function summary({ status, failures = [], pruned, timing: { pruneS, measureS, saveS } }: RunResult): RecordedRun {
  const { accuracy = null, sparsity = null } = pruned ?? {};
  return { status, failures, accuracy, sparsity, seconds: pruneS + (measureS ?? 0) + (saveS ?? 0) };
}

/** The folders of runs by the start of their hash, with which their names end. */
function foldersIn(folder: string): Map<string, string> {
  let names: string[];
  try {
    names = readdirSync(path.join(folder, RUNS));
  } catch {
    return new Map();
  }
  return new Map(names.flatMap((name) => (/-[0-9a-f]{8}$/.test(name) ? [[name.slice(-8), name] as [string, string]] : [])));
}

async function refuseOthers(folder: string, name: string): Promise<void> {
  let names: string[];
  try {
    names = readdirSync(folder).filter((each) => !each.startsWith('.') && !each.endsWith('.half'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    const what = 'is no folder that a sweep can be kept in';
    throw new EspalierError(
      { where: folder, what, why: (error as Error).message, remedy: 'Choose another one with --out' },
      { cause: error },
    );
  }
  const remedy = 'Choose another folder with --out, or delete this one';
  if (names.length === 0) return;
  if (!names.includes(SWEEP_FILE)) {
    const isRun = names.includes(RUN_FILES.result) || names.includes(RUN_FILES.experiment);
    throw new EspalierError({
      where: folder,
      what: isRun ? 'this folder holds a run, and no sweep' : 'this folder holds something else',
      remedy,
    });
  }
  const there = /^name: (.+)$/m.exec(readFileSync(path.join(folder, SWEEP_FILE), 'utf8'))?.[1]?.replace(/^"(.*)"$/, '$1');
  if (there === name) return;
  throw new EspalierError({
    where: folder,
    what: `this folder holds another sweep, "${there ?? 'without a name'}", and not "${name}"`,
    remedy,
  });
}

function attemptsIn(text: string): unknown[] {
  try {
    const { attempts } = JSON.parse(text) as { attempts?: unknown };
    return Array.isArray(attempts) ? attempts : [];
  } catch {
    return [];
  }
}
