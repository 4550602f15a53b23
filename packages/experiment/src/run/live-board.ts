import { rm } from 'node:fs/promises';
import { type SummaryWriter, summaryWriter } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import type { EventLog } from './event-log.ts';
import { diskError } from './files.ts';
import type { RunResult } from './result.ts';
import { EventScalars, logFolder, writeEnd } from './tensorboard.ts';

/** Folders that this process has a writer for: it has but one, whatever becomes of the folder. */
const taken = new Set<string>();

/** Milliseconds between two looks into the log of the run. */
const PAUSE = 1000;

/**
 * A log for TensorBoard of a run that is under way: it follows the run's own log. Where the run is on another backend than
 * TensorFlow's, whose writer it is, all of it is written at the end.
 */
export class LiveBoard {
  private readonly writer: SummaryWriter;
  private readonly log: EventLog;
  private readonly scalars: EventScalars;
  private read = 0;
  private looked = 0;

  private constructor(writer: SummaryWriter, log: EventLog) {
    this.writer = writer;
    this.log = log;
    this.scalars = new EventScalars(writer);
  }

  /**
   * Writes the folder NAME-HASH in `logs` anew; undefined where this process has done so before, which it can only once.
   *
   * @throws StepError where there is no native backend.
   */
  static async open(logs: string, run: Pick<RunResult, 'experiment' | 'hash'>, log: EventLog): Promise<LiveBoard | undefined> {
    const folder = logFolder(logs, run);
    if (taken.has(folder)) return undefined;
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (error) {
      throw diskError(error, folder);
    }
    taken.add(folder);
    return onTensorflow(async () => new LiveBoard(await summaryWriter(folder), log));
  }

  /** Takes over what the log of the run has got since: once a second, or where it is said to be time. */
  follow(isTime = false): void {
    if (tf.getBackend() !== 'tensorflow' || !(isTime || Date.now() - this.looked >= PAUSE)) return;
    this.catchUp();
    this.looked = Date.now();
  }

  async end(folder: string, result: RunResult): Promise<void> {
    await onTensorflow(async () => {
      await tf.setBackend('tensorflow');
      this.catchUp();
      if (result.pruned !== null) await writeEnd(this.writer, { folder, result, last: this.scalars.last });
    });
  }

  private catchUp(): void {
    const { events, end } = this.log.readFrom(this.read);
    if (events.length === 0) return;
    this.read = end;
    this.scalars.write(events);
    this.writer.flush();
  }
}

/** The backend of before is in use again afterwards. */
async function onTensorflow<T>(work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  try {
    return await work();
  } finally {
    if (before !== undefined) await tf.setBackend(before);
  }
}
