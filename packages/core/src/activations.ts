import * as tf from '@tensorflow/tfjs';
import { breathe } from './breathe.ts';
import type { Calibration } from './calibration.ts';
import { EspalierError } from './errors.ts';

type Called = (inputs: tf.Tensor | tf.Tensor[], kwargs: unknown) => tf.Tensor | tf.Tensor[];
/** `call` is what a layer does to tensors; set on an instance it hides the one of its class. */
type Callable = { call: Called };

/** What goes into layers and what comes out of them over the calibration data, dropout off. */
export class Activations {
  /** How many samples the sums are over. */
  readonly samples: number;
  private readonly model: tf.LayersModel;
  private readonly calibration: Calibration;

  constructor(model: tf.LayersModel, calibration: Calibration) {
    this.model = model;
    this.calibration = calibration;
    this.samples = calibration.samples.size;
  }

  /**
   * The sum over all calibration batches of a formula of a layer's input and output, both [batch, …]:
   * `activations.sums([layer], (input) => tf.sum(tf.square(input), 0))`. A layer that is used several times (a shared
   * one) counts with all its uses; where it takes several tensors, the first is its input.
   *
   * @param layers of the model itself or of models nested in it, one entry for each tensor that is wanted.
   * @param formula inside a tidy; its shape must not depend on the batch.
   * @returns one tensor per entry. The caller disposes them.
   */
  async sums(
    layers: readonly tf.layers.Layer[],
    formula: (input: tf.Tensor, output: tf.Tensor, layer: tf.layers.Layer) => tf.Tensor,
  ): Promise<tf.Tensor[]> {
    const sums: (tf.Tensor | undefined)[] = layers.map(() => undefined);
    const see = (layer: tf.layers.Layer, input: tf.Tensor, output: tf.Tensor) => {
      layers.forEach((wanted, i) => {
        if (wanted !== layer) return;
        const before = sums[i];
        sums[i] = tf.keep(tf.tidy(() => tf.add(before ?? 0, formula(input, output, layer))));
        before?.dispose();
      });
    };
    try {
      for (const batch of this.calibration.batches()) {
        try {
          tf.tidy(() => void watched(new Set(layers), see, () => this.model.apply(batch.inputs)));
        } finally {
          tf.dispose([batch.inputs, batch.targets]);
        }
        await breathe();
      }
      return sums.map((sum, i) => {
        if (sum !== undefined) return sum;
        const name = (layers[i] as tf.layers.Layer).name;
        throw new EspalierError({ where: name, what: 'has no activations: no calibration sample goes through this layer' });
      });
    } catch (error) {
      tf.dispose(sums.filter((sum) => sum !== undefined));
      throw error;
    }
  }
}

/** Model calls are synchronous, so nobody else can meet the layers while they are watched. */
function watched(
  layers: ReadonlySet<tf.layers.Layer>,
  see: (layer: tf.layers.Layer, input: tf.Tensor, output: tf.Tensor) => void,
  run: () => void,
): void {
  for (const layer of layers) {
    const callable = layer as unknown as Callable;
    const { call } = callable;
    callable.call = (inputs, kwargs) => {
      const outputs = call.call(layer, inputs, kwargs);
      see(layer, firstOf(inputs), firstOf(outputs));
      return outputs;
    };
  }
  try {
    run();
  } finally {
    for (const layer of layers) delete (layer as unknown as Partial<Callable>).call;
  }
}

function firstOf(tensors: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(tensors) ? (tensors[0] as tf.Tensor) : tensors;
}
