import * as tf from '@tensorflow/tfjs';
import type { Batch } from './batch.ts';
import { BrokenPromise, EspalierError } from './errors.ts';
import { innerLayers } from './inner-layers.ts';
import { isModel } from './layer-fields.ts';
import type { Loss } from './loss.ts';
import { partInWords } from './made-part.ts';
import { partFailed } from './part-failed.ts';

/** tfjs keeps a layer's activation in a field that its types do not show. */
type ActivationLayer = tf.layers.Layer & { activation?: { getClassName(): string } | null };

/** A model's way from inputs to loss, through the logits where the loss can use them. */
export class Forward {
  private readonly model: tf.LayersModel;
  private readonly loss: Loss;
  private readonly heads: (ActivationLayer | null)[];
  private readonly layers: tf.layers.Layer[];

  constructor(model: tf.LayersModel, loss: Loss) {
    this.model = model;
    this.loss = loss;
    this.heads = model.outputs.map((output) => headOf(output.sourceLayer, loss.fromLogits?.activation));
    this.layers = innerLayers(model);
  }

  /** One tensor per output: logits where this head has them (see `hasLogits`). Inside a tidy. */
  outputs(inputs: readonly tf.Tensor[], training: boolean): tf.Tensor[] {
    const given = inputs.length === 1 ? (inputs[0] as tf.Tensor) : [...inputs];
    const outputs = withLinearHeads(this.heads, () => this.model.apply(given, { training }));
    return Array.isArray(outputs) ? (outputs as tf.Tensor[]) : [outputs as tf.Tensor];
  }

  hasLogits(output: number): boolean {
    return this.heads[output] !== null;
  }

  /**
   * The mean loss over a batch, summed over outputs, without penalties. A scalar, inside a tidy.
   *
   * @throws EspalierError naming the loss, where it throws; BrokenPromise, where it gives no scalar.
   */
  lossOf(outputs: readonly tf.Tensor[], targets: readonly tf.Tensor[]): tf.Scalar {
    const losses = outputs.map((output, index) => this.lossOfOutput(index, targets[index] as tf.Tensor, output));
    return losses.length === 1 ? (losses[0] as tf.Scalar) : (tf.addN(losses) as tf.Scalar);
  }

  private lossOfOutput(index: number, target: tf.Tensor, output: tf.Tensor): tf.Scalar {
    const { loss } = this;
    let given: unknown;
    try {
      given = (this.hasLogits(index) && loss.fromLogits !== undefined ? loss.fromLogits : loss).compute(target, output);
    } catch (error) {
      throw partFailed(partInWords(loss), error);
    }
    if (given instanceof tf.Tensor && given.rank === 0) return given as tf.Scalar;
    throw new BrokenPromise({
      where: partInWords(loss),
      what: given instanceof tf.Tensor ? `gave a tensor of the shape [${given.shape.join(', ')}], no scalar` : 'gave no tensor',
      remedy: 'A loss gives one number for the whole batch, as a tensor: tf.mean of what its samples lose',
    });
  }

  /**
   * A loss and what each variable does to it, by the variable's name. Inside a tidy.
   *
   * @throws EspalierError naming the loss, where no gradients lead from it to the weights.
   */
  gradientsOf(loss: () => tf.Scalar, variables: tf.Variable[]): { readonly value: tf.Scalar; readonly grads: tf.NamedTensorMap } {
    let thrown: unknown;
    const computed = () => {
      try {
        return loss();
      } catch (error) {
        thrown = error;
        throw error;
      }
    };
    try {
      return tf.variableGrads(computed, variables);
    } catch (error) {
      // What tfjs says of gradients alone: "Cannot find a connection between any variable and the result of the loss function…".
      if (error === thrown || !(error instanceof Error) || !/^Cannot (find a connection|compute gradient|backprop)/.test(error.message))
        throw error;
      throw new EspalierError(
        {
          where: partInWords(this.loss),
          what: 'no gradients lead from it to the weights',
          why: error.message,
          remedy: 'Each operation from the weights to the loss needs a gradient: topk, for one, has none in tfjs; tf.customGrad gives one',
        },
        { cause: error },
      );
    }
  }

  /** Whether layers have regularisers. */
  get hasPenalties(): boolean {
    return this.penalties().length > 0;
  }

  /** The loss to train on: with the penalties of the layers' own regularisers. Inside a tidy. */
  trainingLoss(batch: Batch): tf.Scalar {
    const loss = this.lossOf(this.outputs(batch.inputs, true), batch.targets);
    // Not the model's own list: tfjs leaves out what nested models and recurrent cells add to it.
    const penalties = this.penalties().map((penalty) => penalty());
    return penalties.length === 0 ? loss : (tf.addN([loss, ...penalties]) as tf.Scalar);
  }

  private penalties(): (() => tf.Scalar)[] {
    return [...new Set(this.layers.flatMap((layer) => layer.losses))] as (() => tf.Scalar)[];
  }
}

/** The layer whose activation ends the model, where it is the one that the loss undoes. */
function headOf(layer: tf.layers.Layer, activation: string | undefined): ActivationLayer | null {
  if (activation === undefined) return null;
  // Used once, and by nothing but the loss: else the activation would be missing there, too.
  if (layer.outboundNodes.length > 0) return null;
  if (isModel(layer)) return layer.outputs.length === 1 ? headOf((layer.outputs[0] as tf.SymbolicTensor).sourceLayer, activation) : null;
  const head = layer as ActivationLayer;
  const isPlain = ['Dense', 'Activation', 'Conv2D', 'Conv1D'].includes(layer.getClassName());
  return isPlain && head.activation?.getClassName() === activation ? head : null;
}

/** Model calls are synchronous, so nobody can see the heads without their activation. */
function withLinearHeads<T>(heads: readonly (ActivationLayer | null)[], call: () => T): T {
  const kept = heads.map((head) => head?.activation);
  for (const head of heads) if (head !== null) head.activation = LINEAR;
  try {
    return call();
  } finally {
    heads.forEach((head, index) => {
      if (head !== null) head.activation = kept[index];
    });
  }
}

const LINEAR = (tf.layers.activation({ activation: 'linear' }) as ActivationLayer).activation;
