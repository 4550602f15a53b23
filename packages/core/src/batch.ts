import * as tf from '@tensorflow/tfjs';
import { type Column, elementsOf, type Samples } from './data.ts';
import { EspalierError } from './errors.ts';

/** Samples as tensors, the first dimension is the batch. Disposed by who asked for it. */
export interface Batch {
  readonly inputs: tf.Tensor[];
  readonly targets: tf.Tensor[];
}

/**
 * Samples in the shapes that a model takes. A column whose elements are as many as the input's is read in the input's
 * shape: 28×28×1 images feed a model of 784 inputs, and the other way round.
 *
 * @throws EspalierError naming both shapes where they do not fit.
 */
export function samplesFor(model: Pick<tf.LayersModel, 'inputs' | 'outputs'>, samples: Samples): Samples {
  if (model.inputs.length !== samples.inputs.length) {
    throw new EspalierError(`the model takes ${model.inputs.length} inputs, but the data has ${samples.inputs.length}`);
  }
  if (model.outputs.length !== samples.targets.length) {
    throw new EspalierError(`the model has ${model.outputs.length} outputs, but the data has ${samples.targets.length} targets`);
  }
  const inputs = samples.inputs.map((column, index) => {
    const input = model.inputs[index] as tf.SymbolicTensor;
    const wanted = input.shape.slice(1);
    const fits = wanted.length === column.shape.length && wanted.every((size, i) => size === null || size === column.shape[i]);
    if (fits) return column;
    if (wanted.every((size) => size !== null) && elementsOf(wanted as number[]) === elementsOf(column.shape)) {
      return { ...column, shape: wanted as number[] };
    }
    throw new EspalierError({
      where: `input ${input.name}`,
      what: `the model takes [${wanted.map((size) => size ?? '?').join(', ')}], but the data has [${column.shape.join(', ')}]`,
      remedy: 'Choose data or a model of the other shape',
    });
  });
  return { ...samples, inputs };
}

/** The samples at these positions. */
export function gatherBatch(samples: Samples, order: ArrayLike<number>): Batch {
  return {
    inputs: samples.inputs.map((column) => gather(column, order)),
    targets: samples.targets.map((column) => gather(column, order)),
  };
}

/** Every sample once, in order, in batches. */
export function* batches(samples: Samples, batchSize: number): Generator<Batch & { readonly size: number }> {
  for (let start = 0; start < samples.size; start += batchSize) {
    const size = Math.min(batchSize, samples.size - start);
    const order = Int32Array.from({ length: size }, (_, i) => start + i);
    yield { ...gatherBatch(samples, order), size };
  }
}

function gather({ shape, data, scale, offset }: Column, order: ArrayLike<number>): tf.Tensor {
  const width = elementsOf(shape);
  const isWhole = data instanceof Int32Array;
  const values = isWhole ? new Int32Array(order.length * width) : new Float32Array(order.length * width);
  for (let i = 0; i < order.length; i++) {
    const from = (order[i] as number) * width;
    values.set(data.subarray(from, from + width), i * width);
  }
  if (scale !== undefined) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * scale;
  if (offset !== undefined) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + offset;
  return tf.tensor(values, [order.length, ...shape], isWhole ? 'int32' : 'float32');
}
