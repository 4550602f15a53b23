/** A run that waits for a worker. */
export interface Task {
  /** Runs with the same one start from the same dense baseline. */
  readonly baseline: string;
  /** Seconds, estimated: of training the baseline, and of all that follows. */
  readonly denseS: number;
  readonly pruneS: number;
}

/**
 * Which run goes next: the one that takes longest, so that no long one is left over at the end. Of runs that share a
 * dense baseline one trains it, and the others are held back until it is there; whatever else there is goes on.
 */
export class Schedule<T extends Task> {
  /** By their baselines, each list with the longest last. */
  private readonly waiting = new Map<string, T[]>();
  private readonly trained = new Set<string>();
  private readonly trainedBy = new Map<string, T>();

  constructor(tasks: readonly T[]) {
    for (const task of [...tasks].sort((a, b) => a.pruneS - b.pruneS)) this.listOf(task).push(task);
  }

  /** Whether no run waits; some may be under way. */
  get isEmpty(): boolean {
    return this.waiting.size === 0;
  }

  /** Takes the next run out; undefined where all that wait are held back, or none is left. */
  next(): T | undefined {
    let longest: T | undefined;
    for (const [baseline, tasks] of this.waiting) {
      if (this.trainedBy.has(baseline)) continue;
      const task = tasks.at(-1) as T;
      if (longest === undefined || this.secondsOf(task) > this.secondsOf(longest)) longest = task;
    }
    if (longest === undefined) return undefined;
    const { baseline } = longest;
    const tasks = this.listOf(longest);
    tasks.pop();
    if (tasks.length === 0) this.waiting.delete(baseline);
    if (!this.trained.has(baseline)) this.trainedBy.set(baseline, longest);
    return longest;
  }

  /** The dense baseline of a run is there. */
  denseIsThere({ baseline }: T): void {
    this.trained.add(baseline);
    this.trainedBy.delete(baseline);
  }

  /** A run is under way no more, however it ended. */
  ended(task: T): void {
    if (this.trainedBy.get(task.baseline) === task) this.trainedBy.delete(task.baseline);
  }

  /** A run is to be tried again, after all others that can go. */
  again(task: T): void {
    this.listOf(task).unshift(task);
  }

  secondsOf({ baseline, denseS, pruneS }: T): number {
    return pruneS + (this.trained.has(baseline) ? 0 : denseS);
  }

  private listOf({ baseline }: T): T[] {
    const tasks = this.waiting.get(baseline) ?? [];
    this.waiting.set(baseline, tasks);
    return tasks;
  }
}
