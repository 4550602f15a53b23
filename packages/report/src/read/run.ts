import type { z } from 'zod';
import type { recordSchema } from './record.ts';
import type { SettingConfig } from './setting-config.ts';

/** One recorded run. */
export interface Run extends Omit<z.infer<typeof recordSchema>, 'config'> {
  readonly folder: string;
  /** The experiment without what runs of one setting differ in; the same object in all of them. */
  readonly setting: SettingConfig;
  /** Its name in a sweep that lists variants. */
  readonly variant?: string;
}

/** A folder of a run without its record: killed, or under way. */
export interface UnfinishedRun {
  readonly folder: string;
}

/** Something that could not be used, and why; the rest is. */
export interface Problem {
  readonly file: string;
  readonly what: string;
}

export interface ReadRuns {
  readonly runs: readonly Run[];
  readonly unfinished: readonly UnfinishedRun[];
  /** Runs that sweeps have planned and not begun. */
  readonly notBegun: number;
  readonly problems: readonly Problem[];
}
