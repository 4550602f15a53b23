import type * as tf from '@tensorflow/tfjs';
import type { Json } from './keeping.ts';
import type { ModelParameter } from './parameter.ts';

/** What does a model cost, or withstand? One figure of the model as a whole: energy, the size of a file, accuracy under noise. */
export interface Evaluator {
  /** Leaves the model as it is, and no tensors. A number that is not finite is recorded as null. */
  evaluate(model: EvaluatedModel): EvaluatorAnswer | Promise<EvaluatorAnswer>;

  /** What the figure is told in: `share` for 0 to 1 (shown in %), `bytes`, or any other, shown behind it. */
  readonly unit?: string;
}

/** The figure alone, or with what it is made of: details are recorded beside it, for report sections and other programs. */
export type EvaluatorAnswer = number | { readonly value: number; readonly details: Json };

/** A model on its way through a run, with what is counted of it. */
export interface EvaluatedModel {
  readonly state: 'dense' | 'pruned' | 'shrunk';
  /** Its weights as they stand: pruned ones are exactly zero. */
  readonly model: tf.LayersModel;
  readonly parameters: readonly EvaluatedParameter[];
  /** As it is stored: float32 of the dense model, gzip of the others. */
  readonly bytes: number;
  /** Multiply-accumulates of one sample, zeros not counted. */
  readonly macs: number;
}

export interface EvaluatedParameter extends ModelParameter {
  /** Elements that are not zero. */
  readonly nonzero: number;
  /** How often one sample multiplies each element. */
  readonly uses: number;
}
