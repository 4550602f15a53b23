import { closeSync, existsSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { WrongRequest } from '../wrong-request.ts';
import type { Problem } from './run.ts';

export interface FoundFolders {
  /** Those that hold a run. */
  readonly runs: readonly string[];
  /** Those that hold a sweep's plan. */
  readonly sweeps: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The run folders in some folders: of a run, of a sweep, or folders of those. A run's own folders are not searched, nor
 * what is hidden or reached by a link.
 *
 * @throws WrongRequest where a folder is not there.
 */
export function findFolders(given: readonly string[]): FoundFolders {
  const runs = new Map<string, string>();
  const sweeps = new Set<string>();
  const problems: Problem[] = [];
  for (const folder of given) {
    if (!existsSync(folder)) throw new WrongRequest(`${folder}: there is no such folder`);
    if (!statSync(folder).isDirectory()) throw new WrongRequest(`${folder}: a folder of runs is needed, this is a file`);
    visit(folder, realpathSync(folder));
  }
  return { runs: [...runs.values()], sweeps: [...sweeps], problems };

  function visit(folder: string, real: string): void {
    const isRun = existsSync(path.join(folder, 'result.json')) || isOfARun(path.join(folder, 'experiment.yaml'));
    if (isRun) {
      // Folders that are given twice, or lie in one another, hold a run once.
      if (!runs.has(real)) runs.set(real, folder);
      return;
    }
    if (existsSync(path.join(folder, 'runs.jsonl'))) sweeps.add(folder);
    try {
      for (const name of foldersIn(folder)) visit(path.join(folder, name), path.join(real, name));
    } catch (error) {
      problems.push({ file: folder, what: (error as Error).message });
    }
  }
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map(({ name }) => name)
    .sort();
}

/** A run heads its experiment with its hash; a config that a user wrote has none. */
function isOfARun(file: string): boolean {
  if (!existsSync(file)) return false;
  const start = Buffer.alloc(400);
  const handle = openSync(file, 'r');
  try {
    const length = readSync(handle, start);
    return /^# hash: [0-9a-f]{64}$/m.test(start.toString('utf8', 0, length));
  } catch {
    // A folder of that name, say.
    return false;
  } finally {
    closeSync(handle);
  }
}
