import * as tf from '@tensorflow/tfjs';
import { partInWords } from './made-part.ts';
import type { Mask } from './mask.ts';
import type { PrunableParameter } from './parameter.ts';
import { refuseNan, sinkPruned } from './score-groups.ts';
import type { Scorer } from './scorer.ts';
import type { ParameterScores } from './threshold.ts';

/** Weights that are read at a time: their megabyte stays in the processor's cache. */
const PIECE = 1 << 18;

/** The scores of one parameter by a scorer that takes plain weights, made piece by piece whenever they are read. */
export class WeightPieces {
  private readonly scorer: Scorer;
  private readonly parameter: PrunableParameter;
  private readonly mask: Mask;

  constructor(scorer: Scorer, parameter: PrunableParameter, mask: Mask) {
    this.scorer = scorer;
    this.parameter = parameter;
    this.mask = mask;
  }

  scores(): Pick<ParameterScores, 'pieces' | 'sample'> {
    return { pieces: () => this.pieces(), sample: (from, stride) => this.sample(from, stride) };
  }

  private async *pieces(): AsyncGenerator<Float32Array> {
    const { size } = this.parameter;
    const piece = new Float32Array(Math.min(PIECE, size));
    const hasPruned = this.mask.pruned > 0;
    for (let from = 0; from < size; from += PIECE) {
      const to = Math.min(size, from + PIECE);
      const scores = to - from === piece.length ? piece : piece.subarray(0, to - from);
      scores.set(await this.weights((flat) => tf.slice(flat, from, to - from)));
      this.score(scores, from, 1);
      if (hasPruned) sinkPruned(scores, this.mask, from, 1);
      yield scores;
    }
  }

  private async sample(from: number, stride: number): Promise<Float32Array> {
    const { size } = this.parameter;
    const scores = Float32Array.from(await this.weights((flat) => tf.stridedSlice(flat, [from], [size], [stride])));
    this.score(scores, from, stride);
    sinkPruned(scores, this.mask, from, stride);
    return scores;
  }

  private score(weights: Float32Array, from: number, stride: number): void {
    this.scorer.scoreInPlace?.(weights);
    if (stride === 1) refuseNan(weights, this.mask, `${partInWords(this.scorer)} on ${this.parameter.name}`, from);
  }

  /** A part of the weights. Where a backend hands out its own memory, it is not to be written to. */
  private async weights(part: (flat: tf.Tensor1D) => tf.Tensor): Promise<Float32Array> {
    const { variable, size } = this.parameter;
    const tensor = tf.tidy(() => part(tf.reshape(variable as tf.Tensor, [size])));
    try {
      return await tensor.data<'float32'>();
    } finally {
      tensor.dispose();
    }
  }
}
