import type * as tf from '@tensorflow/tfjs';

/** What a model has to fit. */
export interface ModelTask {
  /** The shape of one sample, per input. */
  readonly inputShapes: readonly (readonly number[])[];
  readonly task: 'classification' | 'regression';
  /** Units of the last layer: the classes, or the values to predict. */
  readonly outputs: number;
  /** True where nothing is trained or measured: what the model gives is its own affair. */
  readonly anyOutput?: boolean;
  /** Every initialiser and dropout gets its seed from this one. */
  readonly seed: number;
}

/** What a plugin's model entry is an instance of. */
export interface ModelSource {
  /** A new model, built for the task or loaded. The caller disposes it. */
  build(task: ModelTask): Promise<tf.LayersModel> | tf.LayersModel;
  /** Identifies what options alone do not say, such as the content of a loaded file. */
  fingerprint?(): Promise<string>;
  /** True for a model that comes trained: it is its own dense baseline where the config trains for no epochs. */
  readonly trained?: boolean;
}
