import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WrongRequest } from '../wrong-request.ts';
import { findFolders } from './find-folders.ts';
import { recordSchema, wrongField } from './record.ts';
import type { Problem, ReadRuns, Run, UnfinishedRun } from './run.ts';
import { SettingConfigs } from './setting-config.ts';

export interface ReadOptions {
  /** Whether there need be no run yet. */
  readonly mayBeNone?: boolean;
}

/**
 * Reads every run in some folders. What is damaged or too old is named, and the rest is used.
 *
 * The files are read one by one: for 10,000 runs that takes 0.2 s, where DuckDB's readers, made for few large files,
 * took 3 s (two cores).
 *
 * @throws WrongRequest where a folder is not there, or none holds a run.
 */
export async function readRuns(folders: readonly string[], { mayBeNone = false }: ReadOptions = {}): Promise<ReadRuns> {
  const found = findFolders(folders);
  const problems: Problem[] = [...found.problems];
  const runs: Run[] = [];
  const unfinished: UnfinishedRun[] = [];
  const configs = new SettingConfigs();
  const seen = new Map<string, string>();
  for (const folder of found.runs) {
    const file = path.join(folder, 'result.json');
    try {
      const run = await readRun(folder, file, configs);
      if (run === undefined) {
        unfinished.push({ folder });
        continue;
      }
      const other = seen.get(run.hash);
      if (other !== undefined) {
        problems.push({ file, what: `is the same run as ${other}, and counts once` });
        continue;
      }
      seen.set(run.hash, folder);
      runs.push(run);
    } catch (error) {
      problems.push({ file, what: (error as Error).message });
    }
  }
  if (runs.length === 0 && unfinished.length === 0 && !mayBeNone) throw new WrongRequest(withoutRuns(folders, problems));
  return { runs, unfinished, notBegun: notBegun(found.sweeps, problems), problems };
}

/** Undefined where there is no record yet. @throws where it is none. */
async function readRun(folder: string, file: string, configs: SettingConfigs): Promise<Run | undefined> {
  if (!existsSync(file)) return undefined;
  const parsed = recordSchema.safeParse(jsonOf(file));
  if (!parsed.success) throw new Error(wrongField(parsed.error));
  const { config: own, ...record } = parsed.data;
  if (record.status === 'done' && (record.dense === null || record.pruned === null))
    throw new Error('it is done, but has no "dense" or "pruned"');
  const config = own ?? (await configOf(folder));
  if (config['seed'] !== record.seed)
    throw new Error(`its seed is ${record.seed}, that of its experiment ${JSON.stringify(config['seed'])}`);
  const variant = variantOf(folder);
  return { ...record, setting: configs.of(config), folder, ...(variant === undefined ? {} : { variant }) };
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(error instanceof SyntaxError ? `it is not JSON: ${error.message}` : (error as Error).message);
  }
}

/** Records did not always hold their experiment. */
async function configOf(folder: string): Promise<Record<string, unknown>> {
  const file = path.join(folder, 'experiment.yaml');
  if (!existsSync(file)) throw new Error('it is of an older version, which kept the experiment in experiment.yaml, and that is missing');
  const { parse } = await import('yaml');
  let config: unknown;
  try {
    config = parse(readFileSync(file, 'utf8'), { schema: 'core', maxAliasCount: 100 });
  } catch (error) {
    throw new Error(`its experiment.yaml cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new Error('its experiment.yaml is no experiment');
  return config as Record<string, unknown>;
}

function variantOf(folder: string): string | undefined {
  const file = path.join(folder, 'variant.json');
  if (!existsSync(file)) return undefined;
  try {
    const { variant } = JSON.parse(readFileSync(file, 'utf8')) as { variant?: unknown };
    return typeof variant === 'string' ? variant : undefined;
  } catch {
    // It only names what the experiment says anyway.
    return undefined;
  }
}

/** Lines of a sweep's plan whose folder is not there. */
function notBegun(sweeps: readonly string[], problems: Problem[]): number {
  let missing = 0;
  for (const sweep of sweeps) {
    const file = path.join(sweep, 'runs.jsonl');
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line.trim() === '') continue;
      try {
        const { folder } = JSON.parse(line) as { folder?: unknown };
        if (typeof folder === 'string' && !existsSync(path.join(sweep, folder))) missing += 1;
      } catch {
        problems.push({ file, what: 'a line of the plan is not JSON; the runs that are there are compared' });
        break;
      }
    }
  }
  return missing;
}

function withoutRuns(folders: readonly string[], problems: readonly Problem[]): string {
  const [first] = problems;
  const why = first === undefined ? '' : `: ${first.file}: ${first.what}`;
  return `${folders.join(', ')}: no run that could be compared${why}. A run is a folder with a result.json, as espalier run and sweep write them`;
}
