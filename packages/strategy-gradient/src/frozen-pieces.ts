import { leafLayers, wrappedIn } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** Fields of tfjs's that its types do not show. */
interface Hooked {
  activation?: Activation | null;
  call: (inputs: tf.Tensor | tf.Tensor[], kwargs: unknown) => tf.Tensor;
  readonly poolSize?: readonly number[];
  readonly strides?: readonly number[];
  readonly padding?: string;
  readonly dataFormat?: string;
}
interface Activation {
  apply(x: tf.Tensor, ...more: unknown[]): tf.Tensor;
  getClassName(): string;
}
/** A function of one tensor, and what a piece of it is around a point. */
interface Bend {
  readonly of: (x: tf.Tensor) => tf.Tensor;
  readonly pieceAt: (x: tf.Tensor) => { readonly tensors: tf.Tensor[]; readonly apply: (x: tf.Tensor) => tf.Tensor };
}

const BENT_ACTIVATIONS = /^(relu|relu6|hardSigmoid)$/;
const BENT_LAYERS = /^(ReLU|LeakyReLU|PReLU|ThresholdedReLU)$/;

/**
 * A model that is to be looked at around one point: what is linear in pieces (ReLU and its kin, max pooling whose windows
 * do not overlap) stays on the piece that it is on there, however the weights then move. In this way a finite difference
 * has the derivatives of the piece, which are those of backpropagation, and no jumps between pieces.
 */
export class FrozenPieces {
  private readonly model: tf.LayersModel;
  private pieces: ReturnType<Bend['pieceAt']>[] = [];
  private next = 0;

  constructor(model: tf.LayersModel) {
    this.model = model;
  }

  /** Runs the model once, and notes each piece. Not inside of a gradient. */
  record(run: () => void): void {
    this.forget();
    this.hooked(
      (bend) => (x) => {
        const piece = bend.pieceAt(x);
        piece.tensors.forEach(tf.keep);
        this.pieces.push(piece);
        return bend.of(x);
      },
      () => tf.tidy(run),
    );
  }

  /** Runs the model on the pieces that were noted. */
  replay<T>(run: () => T): T {
    this.next = 0;
    return this.hooked(() => (x) => (this.pieces[this.next++] as ReturnType<Bend['pieceAt']>).apply(x), run);
  }

  forget(): void {
    tf.dispose(this.pieces.map(({ tensors }) => tensors));
    this.pieces = [];
  }

  /** Model calls are synchronous, so nobody else can meet the layers while they are changed. */
  private hooked<T>(change: (bend: Bend) => (x: tf.Tensor) => tf.Tensor, run: () => T): T {
    const putBack: (() => void)[] = [];
    try {
      for (const layer of leafLayers(this.model).flatMap(({ layer }) => [layer, ...wrappedIn(layer)])) {
        const hooked = layer as unknown as Hooked;
        const { activation, call } = hooked;
        const type = layer.getClassName();
        if (activation && BENT_ACTIVATIONS.test(activation.getClassName())) {
          const apply = change(elementwise((x) => activation.apply(x)));
          // By a name that it does not know tfjs calls it; a relu it would fuse with what comes before.
          hooked.activation = { apply, getClassName: () => 'piece' };
          putBack.push(() => {
            hooked.activation = activation;
          });
        } else if (BENT_LAYERS.test(type) || (type === 'MaxPooling2D' && isApart(hooked))) {
          const of = (x: tf.Tensor) => call.call(layer, x, {});
          const apply = change(type === 'MaxPooling2D' ? pooling(of, hooked) : elementwise(of));
          hooked.call = (inputs) => apply([inputs].flat()[0] as tf.Tensor);
          putBack.push(() => void Reflect.deleteProperty(hooked, 'call'));
        }
      }
      return run();
    } finally {
      for (const restore of putBack) restore();
    }
  }
}

/** y = f(x₀) + f′(x₀)·(x − x₀). */
function elementwise(of: (x: tf.Tensor) => tf.Tensor): Bend {
  return {
    of,
    pieceAt: (x) => {
      const slope = tf.grad(of)(x);
      const offset = tf.sub(of(x), tf.mul(slope, x));
      return { tensors: [slope, offset], apply: (other) => tf.add(tf.mul(other, slope), offset) };
    },
  };
}

/** The sum over each window of what was its largest: the mean, times how many there are. */
function pooling(of: (x: tf.Tensor) => tf.Tensor, { poolSize, dataFormat }: Hooked): Bend {
  const [height, width] = poolSize as [number, number];
  const axes = dataFormat === 'channelsFirst' ? [0, 2, 3, 1] : [0, 1, 2, 3];
  const back = dataFormat === 'channelsFirst' ? [0, 3, 1, 2] : [0, 1, 2, 3];
  const sums = (x: tf.Tensor) =>
    tf.mul(tf.avgPool(tf.transpose(x, axes) as tf.Tensor4D, [height, width], [height, width], 'valid'), height * width);
  return {
    of,
    pieceAt: (x) => {
      const chosen = tf.grad(of)(x);
      return { tensors: [chosen], apply: (other) => tf.transpose(sums(tf.mul(other, chosen)), back) };
    },
  };
}

/** Whether no value is in two windows, and none is padding. */
function isApart({ poolSize, strides, padding }: Hooked): boolean {
  return padding === 'valid' && poolSize !== undefined && poolSize.join() === strides?.join();
}
