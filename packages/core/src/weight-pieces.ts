import { partInWords } from './made-part.ts';
import type { Mask } from './mask.ts';
import type { PrunableParameter } from './parameter.ts';
import { takeRoom } from './passes/passes.ts';
import { readInto } from './read-into.ts';
import { refuseNan, sinkPruned } from './score-groups.ts';
import type { Scorer } from './scorer.ts';
import type { ParameterScores } from './threshold.ts';

/** Weights that are read at a time: their half a megabyte stays in a core's own cache. */
const PIECE = 1 << 17;

/** The scores of one parameter by a scorer that takes plain weights, made piece by piece whenever they are read. */
export class WeightPieces {
  private readonly scorer: Scorer;
  private readonly parameter: PrunableParameter;
  private readonly mask: Mask;
  private readonly hasPruned: boolean;

  constructor(scorer: Scorer, parameter: PrunableParameter, mask: Mask) {
    this.scorer = scorer;
    this.parameter = parameter;
    this.mask = mask;
    this.hasPruned = mask.pruned > 0;
  }

  /** All scores, in this array. */
  async all(scores: Float32Array): Promise<Float32Array> {
    await this.fill(scores, 0);
    return scores;
  }

  scores(): Pick<ParameterScores, 'pieces' | 'sample'> {
    return { pieces: () => this.pieces(), sample: (from, stride) => this.sample(from, stride) };
  }

  private async *pieces(): AsyncGenerator<Float32Array> {
    const { size } = this.parameter;
    const room = takeRoom(Math.min(PIECE, size));
    try {
      for (let from = 0; from < size; from += PIECE) {
        const to = Math.min(size, from + PIECE);
        const scores = room.values.subarray(0, to - from);
        await this.fill(scores, from);
        yield scores;
      }
    } finally {
      room.release();
    }
  }

  private async fill(scores: Float32Array, from: number): Promise<void> {
    await readInto(scores, this.parameter.variable, from);
    this.score(scores, from, 1);
    if (this.hasPruned) sinkPruned(scores, this.mask, from, 1);
  }

  private async sample(from: number, stride: number): Promise<Float32Array> {
    const scores = new Float32Array(Math.ceil((this.parameter.size - from) / stride));
    await readInto(scores, this.parameter.variable, from, stride);
    this.score(scores, from, stride);
    sinkPruned(scores, this.mask, from, stride);
    return scores;
  }

  private score(weights: Float32Array, from: number, stride: number): void {
    this.scorer.scoreInPlace?.(weights);
    if (stride === 1) refuseNan(weights, this.mask, `${partInWords(this.scorer)} on ${this.parameter.name}`, from);
  }
}
