/** What each runner of a contest answered, turn after turn. */
export class Figures {
  private readonly answers = new Map<string, Readonly<Record<string, number>>[]>();

  add(runner: string, answer: Readonly<Record<string, number>>): void {
    this.answers.set(runner, [...(this.answers.get(runner) ?? []), answer]);
  }

  /** The middle of all turns; null for a runner that is not there. */
  median(runner: string, field = 'seconds'): number | null {
    const sorted = this.of(runner, field).toSorted((a, b) => a - b);
    if (sorted.length === 0) return null;
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  }

  /** The least of all turns: for work bound by memory, where whatever else runs on the machine only adds. */
  best(runner: string, field = 'seconds'): number | null {
    const values = this.of(runner, field);
    return values.length === 0 ? null : Math.min(...values);
  }

  private of(runner: string, field: string): number[] {
    return (this.answers.get(runner) ?? []).flatMap((answer) => answer[field] ?? []);
  }
}
