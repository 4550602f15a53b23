import * as tf from '@tensorflow/tfjs';
import { type Builder, defineSparseRule, type SparseCall, type Value } from '../index.ts';

type Shape = readonly number[];
/** As many as there are, of which a test knows how many that is. */
type Some<T> = readonly [T, T, T];

/** A layer of a user's own, and its rule. */
export interface OwnLayer {
  call(inputs: Some<tf.Tensor>, weights: Some<tf.Tensor>): tf.Tensor;
  rule(inputs: Some<Value>, build: Builder, call: SparseCall): Value;
  /** Of one sample; that of the first input where it is not said. */
  shape?(inputs: Some<Shape>): Shape;
  /** Shapes of its weights: `kernel_0` and so on. */
  readonly weights?: readonly Shape[];
}

let count = 0;

/** A new type of layer, one of it, with its rule defined. */
export function layerOf({ call, rule, shape = ([first]) => first, weights = [] }: OwnLayer): tf.layers.Layer {
  const shapesOf = (given: tf.Shape | tf.Shape[]) => (Array.isArray(given[0]) ? given : [given]) as number[][];
  const Own = class extends tf.layers.Layer {
    static override readonly className = `Own${count++}`;
    private own: tf.LayerVariable[] = [];

    override build(given: tf.Shape | tf.Shape[]): void {
      this.own = weights.map((each, i) => this.addWeight(`kernel_${i}`, [...each], 'float32', tf.initializers.zeros()));
      super.build(given);
    }

    override computeOutputShape(given: tf.Shape | tf.Shape[]): tf.Shape {
      return [null, ...shape(shapesOf(given).map(([, ...sizes]) => sizes) as unknown as Some<Shape>)];
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      return tf.tidy(() =>
        call([inputs].flat() as unknown as Some<tf.Tensor>, this.own.map((each) => each.read()) as unknown as Some<tf.Tensor>),
      );
    }
  };
  tf.serialization.registerClass(Own);
  defineSparseRule(Own.className, (each, build) => rule(each.inputs as unknown as Some<Value>, build, each));
  return new Own({});
}
