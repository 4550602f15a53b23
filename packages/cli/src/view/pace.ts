import { seconds } from './format.ts';

/** How long the rest will take, from what was done so far. */
export class Pace {
  private readonly now: () => number;
  private start: { readonly at: number; readonly done: number } | undefined;
  private done = 0;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  reached(done: number): void {
    this.start ??= { at: this.now(), done };
    this.done = done;
  }

  /** Another kind of work begins, at a pace of its own. */
  restart(): void {
    this.start = undefined;
  }

  left(total: number): string {
    const { at, done } = this.start ?? { at: 0, done: this.done };
    const elapsed = (this.now() - at) / 1000;
    if (this.done <= done || elapsed < 1) return '';
    return `${seconds((elapsed * (total - this.done)) / (this.done - done))} left`;
  }
}
