import { EspalierError, inject, injectable, leafLayers, MODEL, type PrunableParameter, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { linearised } from '../linearised.ts';

/**
 * Synaptic flow: |w| · ∂R/∂|w|, where R = 1ᵀ ∏|W| 1 is what comes out, summed, when ones go into the net with every weight
 * replaced by its absolute value. No data, no loss. Shaped like the weights of Dense and convolutional layers; a net that
 * is not linear between its ReLUs (recurrent, embedding, layer norm) is refused. Meant for the untrained net, with the
 * strategy `at-init` over many rounds, so that no layer is cut off.
 *
 * As in the reference implementation, biases are absolute values as well, and batch norm works with its (absolute)
 * statistics. A last softmax, and any activation that saturates, is left out, as the formula has none.
 *
 * R is a product over all layers and soon leaves the range of a float. All that is linear stays in proportion, so what
 * goes in and what comes out are divided by √R each, which leaves scores as shares of R: 1 in sum over the kernels of a
 * layer that everything goes through without biases.
 * Tanaka et al., 2020, arXiv:2006.05467, eq. 2.
 */
@injectable()
export class SynflowScorer implements Scorer {
  constructor(@inject(MODEL) private readonly model: tf.LayersModel) {}

  refuses(_parameter: PrunableParameter, model: tf.LayersModel): string | undefined {
    const open = model.inputs.find(({ shape }) => shape.slice(1).includes(null));
    if (open !== undefined) return `ones of which shape? The input "${open.name}" has an open dimension`;
    const crooked = leafLayers(model).find(({ layer }) => NOT_LINEAR.test(layer.getClassName()));
    if (crooked === undefined) return undefined;
    return `ones flow through the whole net, in which "${crooked.path}" (${crooked.layer.getClassName()}) is not linear`;
  }

  async score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const { model } = this;
    return linearised(model, async (flow) => {
      const unit = Math.sqrt(await flowOf(flow));
      // Nothing comes through: all that is left is cut off from inputs or outputs.
      if (unit === 0) return parameters.map(({ variable }) => tf.zerosLike(variable));
      return tf.tidy(() => {
        const variables = parameters.map(({ variable }) => variable);
        const { grads } = tf.variableGrads(() => tf.div(flow(1 / unit), unit), variables);
        return variables.map((variable) => tf.mul(variable, grads[variable.name] ?? tf.zerosLike(variable)));
      });
    });
  }
}

const NOT_LINEAR = /RNN|LSTM|GRU|Bidirectional|Embedding|LayerNormalization/;

/** What goes in in place of ones where a float is too small or too large for what comes out. */
const INPUTS = [1, 2 ** -60, 2 ** -120, 2 ** 60, 2 ** 120];

/** R, as a number of JavaScript's, whose range is wider. */
async function flowOf(flow: (input: number) => tf.Scalar): Promise<number> {
  let isTooLarge = false;
  for (const input of INPUTS) {
    const out = tf.tidy(() => flow(input));
    const [sum] = (await out.data()) as unknown as [number];
    out.dispose();
    if (sum > 1e-36 && Number.isFinite(sum)) return sum / input;
    isTooLarge ||= !Number.isFinite(sum);
  }
  if (!isTooLarge) return 0;
  throw new EspalierError({
    where: 'synflow',
    what: 'what flows through this net is beyond the range of a float, even when little goes in',
    remedy: 'Look for very large weights, or choose another scorer',
  });
}
