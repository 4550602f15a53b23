import * as tf from '@tensorflow/tfjs';
import { BrokenPromise, EspalierError } from './errors.ts';
import { Mask } from './mask.ts';
import type { ModelParameter, PrunableParameter } from './parameter.ts';

/** A kernel that backends may bring along: `x` where `mask` (float32 or bool, of one shape) is not zero, plain zeros elsewhere. */
export const KEEP_WHERE = 'EspalierKeepWhere';

/**
 * A kernel that backends may bring along: `x` (float32) itself, zeroed where the bit of the attribute `bits` (a mask's
 * bytes) is 0, as another tensor over the same memory. It gives none, and does nothing, where others see that memory.
 */
export const ZERO_IN_PLACE = 'EspalierZeroInPlace';

/** A weight tensor that can have a mask. */
export type Maskable = Pick<ModelParameter, 'name' | 'shape' | 'size' | 'variable'>;

/** The masks of a model's parameters, and the one place where they are put on weights. Dispose it with the run. */
export class MaskSet {
  /** The parameters that are pruned, and that sparsity speaks of. */
  readonly parameters: readonly PrunableParameter[];
  /** These, and the weights that go with their units: biases, the scale and shift of a batch norm. */
  readonly all: readonly Maskable[];
  private readonly masks: Map<string, Mask>;
  /** Null where nothing is pruned. */
  private readonly tensors = new Map<string, tf.Tensor | null>();
  /** Parameters whose tensors somebody trains with: they are worth holding. */
  private readonly asked = new Set<string>();

  constructor(parameters: readonly PrunableParameter[], companions: readonly Maskable[] = []) {
    this.parameters = parameters;
    this.all = [...parameters, ...companions];
    this.masks = new Map(this.all.map(({ name, size }) => [name, Mask.full(size)]));
  }

  get(parameter: { readonly name: string }): Mask {
    const mask = this.masks.get(parameter.name);
    if (mask === undefined)
      throw new EspalierError({ where: parameter.name, what: 'has no mask: it is not among the parameters of this run' });
    return mask;
  }

  has(parameter: { readonly name: string }): boolean {
    return this.masks.has(parameter.name);
  }

  /** Replaces one mask and zeroes the weights that it prunes. A mask is not to be written to once it is in here. */
  set(parameter: Maskable, mask: Mask): void {
    this.replace(parameter, mask);
    this.apply(parameter);
  }

  /** Replaces one mask alone, for weights that should fit it already: `verify` tells. */
  replace(parameter: Maskable, mask: Mask): void {
    if (mask.size !== parameter.size) {
      throw new EspalierError({ where: parameter.name, what: `a mask of ${mask.size} elements does not fit ${parameter.size} weights` });
    }
    this.get(parameter);
    this.masks.set(parameter.name, mask);
    this.tensors.get(parameter.name)?.dispose();
    this.tensors.delete(parameter.name);
  }

  /** 1 where kept, 0 where pruned, shaped like the weights; null where nothing is pruned. Owned by this set. */
  tensor(parameter: Maskable): tf.Tensor | null {
    this.asked.add(parameter.name);
    let tensor = this.tensors.get(parameter.name);
    if (tensor === undefined) {
      const mask = this.get(parameter);
      tensor = mask.pruned === 0 ? null : tf.keep(mask.toTensor(parameter.shape));
      this.tensors.set(parameter.name, tensor);
    }
    return tensor;
  }

  /** Zeroes the pruned weights of one parameter, or of all: plain zeros, whatever was there (−0 costs bytes when it is packed). */
  apply(only?: Maskable): void {
    for (const parameter of only === undefined ? this.all : [only]) {
      this.applyTo(parameter.variable, parameter);
    }
  }

  /** Zeroes what belongs to the pruned weights of a parameter in a variable beside it: a moment of the optimiser, a sum of scores. */
  applyTo(variable: tf.Variable, parameter: Maskable): void {
    if (this.get(parameter).pruned === 0) return;
    tf.tidy(() => variable.assign(this.zeroed(variable as tf.Tensor, parameter)));
  }

  private zeroed(x: tf.Tensor, parameter: Maskable): tf.Tensor {
    if (tf.getKernel(ZERO_IN_PLACE, tf.getBackend()) !== undefined) {
      const bits = this.get(parameter).bytes as unknown as tf.NamedAttrMap[string];
      const [itself] = tf.engine().runKernel(ZERO_IN_PLACE, { x }, { bits }) as tf.Tensor[];
      if (itself !== undefined) return itself;
    }
    if (tf.getKernel(KEEP_WHERE, tf.getBackend()) === undefined) return tf.where(this.booleans(parameter), x, tf.zerosLike(x));
    const held = this.asked.has(parameter.name) ? this.tensor(parameter) : null;
    return tf.engine().runKernel(KEEP_WHERE, { x, mask: held ?? this.get(parameter).toBooleans(parameter.shape) }) as tf.Tensor;
  }

  /** True where kept; called inside a tidy. Made anew each time for parameters whose `tensor` nobody asks for. */
  private booleans(parameter: Maskable): tf.Tensor {
    const held = this.asked.has(parameter.name) ? this.tensor(parameter) : null;
    return held === null ? this.get(parameter).toBooleans(parameter.shape) : tf.cast(held, 'bool');
  }

  /** How many tensors this set holds. */
  get tensorCount(): number {
    return [...this.tensors.values()].filter((tensor) => tensor !== null).length;
  }

  /** The share of all elements that are pruned, 0 to 1. */
  get sparsity(): number {
    let pruned = 0;
    let size = 0;
    for (const parameter of this.parameters) {
      pruned += this.get(parameter).pruned;
      size += parameter.size;
    }
    return size === 0 ? 0 : pruned / size;
  }

  /**
   * Checks the promise that every pruned weight is exactly zero.
   *
   * @param when for the message: `after epoch 3`.
   * @throws BrokenPromise naming the parameters.
   */
  async verify(when: string): Promise<void> {
    const broken: string[] = [];
    for (const parameter of this.all) {
      if (this.get(parameter).pruned === 0) continue;
      const count = tf.tidy(() =>
        tf.sum(tf.logicalAnd(tf.notEqual(parameter.variable, 0), tf.logicalNot(this.booleans(parameter))).toInt()),
      );
      const [alive] = await count.data();
      count.dispose();
      if (alive !== undefined && alive > 0) broken.push(`${parameter.name} (${alive} weights)`);
    }
    if (broken.length === 0) return;
    throw new BrokenPromise({
      where: broken.join(', '),
      what: `pruned weights are not zero ${when}`,
      why: 'something wrote to the weights past the run',
      remedy: 'Change weights through the run (train, cut, rewind), or call run.masks.apply() after writing to them',
    });
  }

  dispose(): void {
    for (const tensor of this.tensors.values()) tensor?.dispose();
    this.tensors.clear();
  }
}
