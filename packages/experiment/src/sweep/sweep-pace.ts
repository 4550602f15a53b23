/**
 * How long the rest of a sweep will take: what is estimated of it, as much faster or slower as the runs so far went
 * than they were estimated.
 */
export class SweepPace {
  private readonly workers: number;
  private left: number;
  private estimated = 0;
  private taken = 0;

  /** @param left seconds of work that are estimated for all. */
  constructor({ left, workers }: { readonly left: number; readonly workers: number }) {
    this.left = left;
    this.workers = workers;
  }

  /** How runs of before went. */
  learn({ estimated, taken }: { readonly estimated: number; readonly taken: number }): void {
    this.estimated += estimated;
    this.taken += taken;
  }

  /** A run is over. @param taken seconds that it took; undefined where it says nothing of the others. */
  done(estimated: number, taken?: number): void {
    this.left = Math.max(0, this.left - estimated);
    if (taken !== undefined) this.learn({ estimated, taken });
  }

  /** @param underWay seconds estimated of what the runs under way have done. */
  secondsLeft(underWay = 0): number {
    const factor = this.estimated > 0 ? this.taken / this.estimated : 1;
    return (Math.max(0, this.left - underWay) * factor) / this.workers;
  }
}
