import {
  ACTIVATIONS,
  type Activations,
  inject,
  injectable,
  inputAxisOf,
  isChannelsFirst,
  isModel,
  OPTIONS,
  type PrunableParameter,
  type Scorer,
  unitsOf,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { ranksWithin } from '../ranks-within.ts';

export const wandaOptions = z.object({
  compare: z
    .enum(['output', 'layer'])
    .default('output')
    .describe(
      'output: each weight scores its rank among those of the same unit, from just above 0 to 1, so that every unit loses the same share. layer: |w|·‖x‖ as it is.',
    ),
});

/**
 * Weight times what comes through it: |w| · ‖x‖₂, the norm of the weight's input feature over the calibration samples,
 * ‖x‖₂ = √(Σ x² / samples). No gradients. A Dense kernel [in, out] takes the norm of each input feature (over all other
 * dimensions, too); a convolution's kernel [height, width, in, out] that of the input channel over all positions for every
 * place in the window, as other implementations do: what padding and stride leave out at its edges is not told apart.
 * Sun et al., 2023, arXiv:2306.11695, eq. 1 and § 3.
 */
@injectable()
export class WandaScorer implements Scorer {
  constructor(
    @inject(ACTIVATIONS) private readonly activations: Activations,
    @inject(OPTIONS) private readonly options: z.infer<typeof wandaOptions>,
  ) {}

  refuses({ layer, name }: PrunableParameter): string | undefined {
    const type = typeOf(layer);
    if (name.endsWith('/pointwise_kernel')) return 'what comes in between the two kernels of a separable convolution is not to be seen';
    if (/Embedding/.test(type)) return 'an embedding is looked up, no input is multiplied by its weights';
    if (/RNN|LSTM|GRU|Bidirectional/.test(type)) return 'a recurrent layer’s weights take inputs of every step, which are not to be seen';
    return CHANNELWISE.test(type) ? undefined : 'it is not known which of its inputs each weight multiplies';
  }

  async score(parameters: readonly PrunableParameter[]): Promise<tf.Tensor[]> {
    const energies = await this.activations.sums(
      parameters.map(({ layer }) => layer),
      (input, _, layer) => {
        const channels = isChannelsFirst(layer) ? 1 : input.rank - 1;
        return tf.sum(
          tf.square(input),
          input.shape.flatMap((_, axis) => (axis === channels ? [] : [axis])),
        );
      },
    );
    const scores = tf.tidy(() =>
      parameters.map(({ layer, variable }, i) => {
        const norms = tf.sqrt(tf.div(energies[i] as tf.Tensor, this.activations.samples));
        const shape = variable.shape.map(() => 1);
        shape[variable.rank + inputAxisOf(layer)] = norms.size;
        return tf.mul(tf.abs(variable as tf.Tensor), tf.reshape(norms, shape));
      }),
    );
    tf.dispose(energies);
    if (this.options.compare === 'layer') return scores;
    const ranks: tf.Tensor[] = [];
    for (const [i, parameter] of parameters.entries()) {
      const score = scores[i] as tf.Tensor;
      ranks.push(tf.tensor(ranksWithin((await score.data()) as Float32Array, unitsOf(parameter)), score.shape));
    }
    tf.dispose(scores);
    return ranks;
  }
}

/** Layers whose kernels multiply their input channel by channel. */
const CHANNELWISE = /^(Dense|Conv[123]D|Conv[23]DTranspose|DepthwiseConv2D|SeparableConv2D)$/;

/** What a layer is; the inner layer where it is applied to each time step. */
function typeOf(layer: tf.layers.Layer): string {
  const { layer: wrapped } = layer as { layer?: tf.layers.Layer };
  return layer.getClassName() === 'TimeDistributed' && wrapped !== undefined && !isModel(wrapped)
    ? wrapped.getClassName()
    : layer.getClassName();
}
