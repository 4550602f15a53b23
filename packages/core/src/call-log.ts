import type { CallRecord, Checkpoint } from './checkpoint.ts';
import { EspalierError } from './errors.ts';

/**
 * The numbered calls of a run: those that are finished, and of a run that was killed those that are yet to be handed out
 * to the strategy that is called again, with the checkpoint to take over when they are.
 */
export class CallLog {
  readonly finished: CallRecord[] = [];
  private replay: CallRecord[] = [];
  private pending: Checkpoint | undefined;

  resumeFrom(checkpoint: Checkpoint): void {
    this.replay = [...checkpoint.finished];
    this.pending = checkpoint;
  }

  /**
   * The record of this call where it was finished before the kill.
   *
   * @throws EspalierError where another call was.
   */
  handOut(name: CallRecord['call']): CallRecord | undefined {
    const record = this.replay[0];
    if (record === undefined) return undefined;
    if (record.call !== name) throw otherCall(`called ${name}`, record.call);
    this.replay.shift();
    this.finished.push(record);
    return record;
  }

  /** The checkpoint, once: where it stood between two calls, when the last of them was handed out. */
  takeBetweenCalls(): Checkpoint | undefined {
    return this.replay.length === 0 && this.pending?.loop === null ? this.take() : undefined;
  }

  /**
   * The checkpoint, once, that was taken inside of this call.
   *
   * @throws EspalierError where it is another call than a training.
   */
  takeInside(name: CallRecord['call']): Checkpoint | undefined {
    if (this.pending !== undefined && name !== 'train') throw otherCall(`called ${name}`, 'train');
    return this.take();
  }

  /** @throws EspalierError where calls of before the kill were not made again. */
  checkEnd(): void {
    const [left] = this.replay;
    if (left !== undefined || this.pending !== undefined) throw otherCall('came to its end', left?.call ?? 'train');
  }

  private take(): Checkpoint | undefined {
    const checkpoint = this.pending;
    this.pending = undefined;
    return checkpoint;
  }
}

function otherCall(did: string, recorded: CallRecord['call']): EspalierError {
  return new EspalierError({
    where: 'resume',
    what: `the strategy ${did} where the interrupted run had called ${recorded}`,
    why: 'a strategy must make the same calls again',
    remedy: 'Decide its course by what the calls return and by run.keep, or start anew in another folder',
  });
}
