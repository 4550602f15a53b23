/** Clocks of browsers tick in tenths of a millisecond: what is quicker is done so often that it takes this long. */
const LEAST_MS = 3;
const KEPT = 31;

/** How long something takes, in milliseconds: the median of the last times that it was asked. */
export class Stopwatch {
  private readonly times: number[] = [];

  /** Does it as often as it needs to be timed. */
  async time(work: () => unknown): Promise<void> {
    const started = performance.now();
    let done = 0;
    do {
      const result = work();
      if (result instanceof Promise) await result;
      done++;
    } while (performance.now() - started < LEAST_MS);
    this.times.push((performance.now() - started) / done);
    if (this.times.length > KEPT) this.times.shift();
  }

  get median(): number {
    return [...this.times].sort((a, b) => a - b)[this.times.length >> 1] ?? Number.NaN;
  }
}
