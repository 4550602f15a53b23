import type { Checkpoint, CheckpointStore, RunProfile } from '@espalier/core';
import { packArchive, unpackArchive } from './archive.ts';
import type { EventLog } from './event-log.ts';
import { readIfThere, writeAtomically } from './files.ts';

/** What a run needs besides its config to be the same run: it goes on only where all of it is as it was. */
export type Circumstances = Readonly<Record<string, string>>;

/** Seconds that a run has spent in earlier processes. */
export interface Spent {
  readonly prune: number;
  readonly score: number;
  readonly train: number;
  /** The same, closer; that of pruning. */
  readonly profile?: RunProfile;
}
export const NOTHING_SPENT: Spent = { prune: 0, score: 0, train: 0 };

export interface CheckpointFileOptions {
  readonly circumstances: Circumstances;
  /** Cut back to where the checkpoint was taken when that is loaded, so that going on repeats no event. */
  readonly log?: EventLog;
  /** True for a later stretch of the run: that there is no checkpoint of it says nothing of the log. */
  readonly isLater?: boolean;
  /** Says why a checkpoint that is there is not used. */
  readonly note: (message: string) => void;
}

interface Stored {
  readonly checkpoint: Checkpoint;
  readonly circumstances: Circumstances;
  /** Length of the log. */
  readonly logged: number;
  readonly spent: Spent;
}

/**
 * The last good checkpoint of a run, in one file. One that is damaged, or was taken under other circumstances (the
 * data has changed since, say), counts as none: a run that mixes two is worse than one that starts anew.
 */
export class CheckpointFile implements CheckpointStore {
  /** Asked at each save: the seconds spent so far, earlier processes included. */
  spending: () => Spent = () => NOTHING_SPENT;

  private readonly file: string;
  private readonly options: CheckpointFileOptions;
  private found: Stored | null | undefined;

  constructor(file: string, options: CheckpointFileOptions) {
    this.file = file;
    this.options = options;
  }

  /** What earlier processes have spent; known once it is loaded. */
  get spentBefore(): Spent {
    return this.found?.spent ?? NOTHING_SPENT;
  }

  async load(): Promise<Checkpoint | null> {
    if (this.found === undefined) {
      const { log, note } = this.options;
      const { stored, whyNot } = await this.read();
      this.found = stored;
      if (stored !== null || !this.options.isLater) log?.cutBack(stored?.logged ?? 0);
      if (whyNot !== undefined) note(`Starting anew: ${whyNot}`);
    }
    return this.found?.checkpoint ?? null;
  }

  /** Weights that are not finite are not worth going back to: the checkpoint of before stays. */
  async save(checkpoint: Checkpoint): Promise<void> {
    if (!Object.values(checkpoint.weights).every(({ data }) => data.every(Number.isFinite))) return;
    const { circumstances, log } = this.options;
    const stored: Stored = { checkpoint, circumstances, logged: log?.length ?? 0, spent: this.spending() };
    await writeAtomically(this.file, packArchive(stored));
  }

  private async read(): Promise<{ stored: Stored | null; whyNot?: string }> {
    const bytes = await readIfThere(this.file);
    if (bytes === undefined) return { stored: null };
    let stored: Stored;
    try {
      stored = unpackArchive(bytes, this.file) as Stored;
    } catch (error) {
      return { stored: null, whyNot: (error as Error).message };
    }
    const changed = changes(stored.circumstances, this.options.circumstances);
    if (changed.length === 0) return { stored };
    return { stored: null, whyNot: `since the last checkpoint there is another ${changed.join(', another ')}` };
  }
}

/** The names of what is not as it was. */
export function changes(before: Circumstances, now: Circumstances): string[] {
  return Object.keys(now).filter((name) => before[name] !== now[name]);
}
