import { TapeTrainer } from './tape-trainer.ts';
import type { StepHooks, Trainer, TrainingJob, TrainingSession, TrainingState } from './trainer.ts';

/**
 * The training session of a run, opened when it is first needed: the trainer's own, or one of the tape, with the same
 * state, for as long as there are hooks that the trainer's does not take. Until it is open there is nothing to sync or
 * refresh.
 */
export class RunSession {
  private readonly trainer: Trainer;
  private readonly job: TrainingJob;
  private readonly log: (message: string) => void;
  private current: TrainingSession | undefined;
  /** The session of the tape that stands in for the trainer's own. */
  private standIn: TrainingSession | undefined;

  constructor(trainer: Trainer, job: TrainingJob, log: (message: string) => void) {
    this.trainer = trainer;
    this.job = job;
    this.log = log;
  }

  /** One that does these hooks. */
  async for(hooks: StepHooks | undefined): Promise<TrainingSession> {
    const before = this.open();
    const isStandIn = before === this.standIn;
    if (hooks === undefined ? !isStandIn : before.takesHooks) return before;
    await before.sync();
    const state = await before.save();
    before.dispose();
    const next = (hooks === undefined ? this.trainer : new TapeTrainer()).open(this.job);
    await next.restore(state);
    this.current = next;
    this.standIn = hooks === undefined ? undefined : next;
    if (hooks !== undefined) this.log('trains through the gradient tape: the strategy watches gradients or adds a penalty');
    return next;
  }

  get zeroes(): boolean {
    return this.current?.zeroes ?? false;
  }

  async sync(): Promise<void> {
    await this.current?.sync();
  }

  async refresh(): Promise<void> {
    await this.current?.refresh();
  }

  reset(): void {
    this.current?.reset();
  }

  async save(): Promise<TrainingState | null> {
    return (await this.current?.save()) ?? null;
  }

  async restore(state: TrainingState): Promise<void> {
    await this.open({ isTakenOver: true }).restore(state);
  }

  dispose(): void {
    this.current?.dispose();
  }

  private open({ isTakenOver = false } = {}): TrainingSession {
    if (this.current !== undefined) return this.current;
    this.current = this.trainer.open(this.job);
    // A run that goes on has said so before.
    if (!isTakenOver) for (const note of this.current.notes ?? []) this.log(note);
    return this.current;
  }
}
