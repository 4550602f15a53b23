import { type Calibration, leafLayers } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** `call` is what a layer does to tensors; set on an instance it hides the one of its class. */
type Norm = tf.layers.Layer & { call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor };

/**
 * Estimates the mean and variance of every batch norm anew: over all calibration samples, each norm fed by those before
 * it as in training. After a removal the old ones are those of channels that summed up more.
 */
export async function recalibrate(model: tf.LayersModel, calibration: Calibration): Promise<void> {
  const norms = leafLayers(model).flatMap(({ layer }) => (layer.getClassName() === 'BatchNormalization' ? [layer as Norm] : []));
  if (norms.length === 0) return;
  const sums = norms.map((norm) => new Moments(norm));
  try {
    for (const [i, norm] of norms.entries())
      norm.call = (inputs) => (sums[i] as Moments).normalise(Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs);
    for (const batch of calibration.batches()) {
      tf.tidy(() => {
        model.apply(batch.inputs.length === 1 ? (batch.inputs[0] as tf.Tensor) : [...batch.inputs]);
      });
      for (const tensor of [...batch.inputs, ...batch.targets]) tensor.dispose();
      for (const each of sums) await each.add(batch.size);
    }
  } finally {
    for (const norm of norms) Reflect.deleteProperty(norm, 'call');
  }
  for (const each of sums) each.write();
}

/** Sums of one batch norm over batches: of its input and of its input's square, per channel. */
class Moments {
  private readonly norm: Norm;
  private size = 0;
  private mean = new Float64Array(0);
  private square = new Float64Array(0);
  private batch: { mean: tf.Tensor; variance: tf.Tensor }[] = [];

  constructor(norm: Norm) {
    this.norm = norm;
  }

  /** What the layer gives in training. */
  normalise(input: tf.Tensor): tf.Tensor {
    const { axis, epsilon } = this.norm.getConfig() as { axis: number; epsilon: number };
    const channel = axis < 0 ? axis + input.rank : axis;
    const others = input.shape.map((_, i) => i).filter((i) => i !== channel);
    const { mean, variance } = tf.moments(input, others);
    this.batch.push({ mean: tf.keep(mean), variance: tf.keep(variance) });
    const spread = (values: tf.Tensor) =>
      tf.reshape(
        values,
        input.shape.map((size, i) => (i === channel ? size : 1)),
      );
    const normal = tf.div(tf.sub(input, spread(mean)), tf.sqrt(tf.add(spread(variance), epsilon)));
    const { gamma, beta } = weightsOf(this.norm);
    const scaled = gamma === undefined ? normal : tf.mul(normal, spread(gamma));
    return beta === undefined ? scaled : tf.add(scaled, spread(beta));
  }

  async add(samples: number): Promise<void> {
    for (const { mean, variance } of this.batch) {
      const [means, variances] = [await mean.data(), await variance.data()];
      tf.dispose([mean, variance]);
      if (this.size === 0) [this.mean, this.square] = [new Float64Array(means.length), new Float64Array(means.length)];
      means.forEach((value, i) => {
        this.mean[i] = (this.mean[i] as number) + samples * value;
        this.square[i] = (this.square[i] as number) + samples * ((variances[i] as number) + value * value);
      });
      this.size += samples;
    }
    this.batch = [];
  }

  write(): void {
    if (this.size === 0) return;
    const mean = this.mean.map((sum) => sum / this.size);
    const variance = this.square.map((sum, i) => Math.max(0, sum / this.size - (mean[i] as number) ** 2));
    const { moving_mean: movingMean, moving_variance: movingVariance } = weightsOf(this.norm);
    tf.tidy(() => {
      movingMean?.assign(tf.tensor1d(Float32Array.from(mean)));
      movingVariance?.assign(tf.tensor1d(Float32Array.from(variance)));
    });
  }
}

function weightsOf(norm: tf.layers.Layer): Record<string, tf.Variable | undefined> {
  return Object.fromEntries(norm.weights.map((weight) => [weight.originalName.split('/').at(-1) as string, weight.read() as tf.Variable]));
}
