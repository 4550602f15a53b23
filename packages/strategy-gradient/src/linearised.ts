import { leafLayers, modelParameters, wrappedIn } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** What goes into every input of a net in place of ones, and the sum of all that comes out. Inside a tidy. */
export type Flow = (input: number) => tf.Scalar;

/**
 * Does something while a model is linear wherever its values are positive: weights are replaced by their absolute values,
 * activations other than ReLU by nothing. Weights that are added (biases, the shift and mean of a batch norm) grow and
 * shrink with what goes in, so that all that comes out does. Everything is put back, to the bit, also when it throws.
 */
export async function linearised<T>(model: tf.LayersModel, work: (flow: Flow) => Promise<T>): Promise<T> {
  const parameters = modelParameters(model);
  const kept = parameters.map(({ variable }) => tf.clone(variable as tf.Tensor));
  const absolute = tf.tidy(() => kept.map((weights) => tf.abs(weights)));
  const putBack = leafLayers(model).flatMap(({ layer }) => [layer, ...wrappedIn(layer)].map(straighten));
  try {
    parameters.forEach(({ variable }, i) => {
      variable.assign(absolute[i] as tf.Tensor);
    });
    return await work((input) => {
      parameters.forEach(({ name, variable }, i) => {
        if (ADDED.test(name)) variable.assign(tf.mul(absolute[i] as tf.Tensor, input));
      });
      const inputs = model.inputs.map(({ shape }) => tf.fill([1, ...(shape.slice(1) as number[])], input));
      const outputs = model.apply(inputs) as tf.Tensor | tf.Tensor[];
      return tf.addN([outputs].flat().map((output) => tf.sum(output))) as tf.Scalar;
    });
  } finally {
    for (const restore of putBack) restore();
    parameters.forEach(({ variable }, i) => {
      variable.assign(kept[i] as tf.Tensor);
    });
    tf.dispose([kept, absolute]);
  }
}

const ADDED = /\/(bias|beta|moving_mean)(_\d+)?$/;

/** Fields of tfjs's that its types do not show. */
interface Bent {
  activation?: { getClassName(): string } | null;
  maxValue?: number;
  call: (inputs: tf.Tensor | tf.Tensor[]) => tf.Tensor;
}

const LINEAR = (tf.layers.activation({ activation: 'linear' }) as unknown as Bent).activation;

/** Takes the bends out of one layer; what is returned puts them back. */
function straighten(layer: tf.layers.Layer): () => void {
  const bent = layer as unknown as Bent;
  const { activation, maxValue } = bent;
  if (/^(Softmax|ThresholdedReLU)$/.test(layer.getClassName())) {
    bent.call = (inputs) => [inputs].flat()[0] as tf.Tensor;
    return () => void Reflect.deleteProperty(bent, 'call');
  }
  if (activation && activation.getClassName() !== 'relu') {
    bent.activation = LINEAR;
    return () => {
      bent.activation = activation;
    };
  }
  if (layer.getClassName() === 'ReLU' && maxValue !== undefined) {
    bent.maxValue = undefined;
    return () => {
      bent.maxValue = maxValue;
    };
  }
  return () => {};
}
