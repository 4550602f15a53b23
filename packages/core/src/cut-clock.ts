import type { ParameterScores } from './threshold.ts';

/** Tells scoring from the drawing of lines, although scores are often made when a threshold reads them. */
export class CutClock {
  private readonly onTime: (part: 'scoring' | 'thresholds', seconds: number) => void;
  private scored = 0;

  constructor(onTime: (part: 'scoring' | 'thresholds', seconds: number) => void = () => {}) {
    this.onTime = onTime;
  }

  async scoring<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.addScoring(started);
    }
  }

  /** All of it but for the scores that are made on the way. */
  async thresholds<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const before = this.scored;
    try {
      return await work();
    } finally {
      // Scores of several parameters may be awaited at once.
      this.onTime('thresholds', Math.max(0, (performance.now() - started) / 1000 - (this.scored - before)));
    }
  }

  /** The same scores, timed. */
  watched(scores: ParameterScores): ParameterScores {
    const { pieces, sample } = scores;
    return {
      ...scores,
      read: () => this.scoring(() => scores.read()),
      ...(pieces && { pieces: () => this.timedPieces(pieces()) }),
      ...(sample && { sample: (from, stride) => this.scoring(() => sample(from, stride)) }),
    };
  }

  private async *timedPieces(pieces: AsyncIterable<Float32Array>): AsyncGenerator<Float32Array> {
    let started = performance.now();
    for await (const piece of pieces) {
      this.addScoring(started);
      yield piece;
      started = performance.now();
    }
  }

  private addScoring(started: number): void {
    const seconds = (performance.now() - started) / 1000;
    this.scored += seconds;
    this.onTime('scoring', seconds);
  }
}
