import * as tf from '@tensorflow/tfjs';
import { passes } from './passes/passes.ts';

/** Which elements of one parameter are kept: one bit per element, at rest and on the wire. */
export class Mask {
  readonly size: number;
  /** Bit i % 8 of byte i / 8 is 1 where element i is kept. To be read only. */
  readonly bytes: Uint8Array;
  /** How many are kept, if that was counted since something changed. */
  private counted: number | undefined;

  private constructor(size: number, bytes: Uint8Array) {
    this.size = size;
    this.bytes = bytes;
  }

  /** Everything kept. */
  static full(size: number): Mask {
    const bytes = new Uint8Array(Math.ceil(size / 8)).fill(255);
    const rest = size % 8;
    if (rest > 0) bytes[bytes.length - 1] = (1 << rest) - 1;
    return new Mask(size, bytes);
  }

  /** Everything pruned. */
  static empty(size: number): Mask {
    return new Mask(size, new Uint8Array(Math.ceil(size / 8)));
  }

  /** Kept where the value is not zero. */
  static of(values: ArrayLike<number>): Mask {
    const mask = Mask.empty(values.length);
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) mask.keep(i);
    return mask;
  }

  /**
   * From what `bytes` held.
   *
   * @throws RangeError where the number of bytes or the padding bits do not fit the size.
   */
  static fromBytes(size: number, bytes: Uint8Array): Mask {
    const rest = size % 8;
    const padded = rest > 0 && (bytes[bytes.length - 1] ?? 0) >> rest !== 0;
    if (bytes.length !== Math.ceil(size / 8) || padded) {
      throw new RangeError(`a mask of ${size} elements takes ${Math.ceil(size / 8)} bytes, unused bits zero; got ${bytes.length}`);
    }
    return new Mask(size, new Uint8Array(bytes));
  }

  /**
   * Kept where the score is not below the line; of those that equal it the first `ties` go, too.
   *
   * @param scores without NaN.
   */
  static above(scores: Float32Array, { below, ties = 0 }: { readonly below: number; readonly ties?: number }): Mask {
    const mask = Mask.empty(scores.length);
    mask.keepAbove(scores, { below, ties });
    return mask;
  }

  /**
   * Keeps, of the elements from a position on, those whose score is not below the line; of those that equal it the first
   * `ties` among these scores go, too.
   *
   * @param scores without NaN.
   * @param from a multiple of 8.
   */
  keepAbove(scores: Float32Array, { below, ties = 0 }: { readonly below: number; readonly ties?: number }, from = 0): void {
    this.counted = undefined;
    passes(scores.length).above(scores, below, this.bytes, from / 8);
    for (let i = 0, left = ties; left > 0 && i < scores.length; i++) {
      if (scores[i] !== below) continue;
      this.prune(from + i);
      left--;
    }
  }

  /** Kept where both keep. */
  and(other: Mask): Mask {
    const both = this.bytes.slice();
    passes(this.size).and(both, other.bytes);
    return new Mask(this.size, both);
  }

  /**
   * From a mask of groups to one of elements.
   *
   * @param groups each element's group; null where each element is a group of its own.
   */
  expand(groups: Int32Array | null, size: number): Mask {
    if (groups === null) return this;
    const mask = Mask.full(size);
    for (let i = 0; i < size; i++) if (!this.keeps(groups[i] as number)) mask.prune(i);
    return mask;
  }

  keeps(index: number): boolean {
    return (((this.bytes[index >> 3] as number) >> (index & 7)) & 1) === 1;
  }

  keep(index: number): void {
    this.counted = undefined;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) | (1 << (index & 7));
  }

  prune(index: number): void {
    this.counted = undefined;
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) & ~(1 << (index & 7));
  }

  clone(): Mask {
    return new Mask(this.size, new Uint8Array(this.bytes));
  }

  /** How many elements are kept. */
  get kept(): number {
    this.counted ??= passes(this.size).countOnes(this.bytes);
    return this.counted;
  }

  get pruned(): number {
    return this.size - this.kept;
  }

  /** The share of pruned elements, 0 to 1. */
  get sparsity(): number {
    return this.size === 0 ? 0 : this.pruned / this.size;
  }

  equals(other: Mask): boolean {
    return this.size === other.size && this.bytes.every((byte, i) => byte === other.bytes[i]);
  }

  /** Whether everything that this mask keeps is kept by the other one, too. */
  isWithin(other: Mask): boolean {
    return this.size === other.size && this.bytes.every((byte, i) => (byte & ~(other.bytes[i] as number)) === 0);
  }

  /** 1 where kept, 0 where pruned. */
  toFloat32(): Float32Array {
    return this.spreadOver(new Float32Array(this.size));
  }

  /** 1 where kept, 0 where pruned, in a byte each. */
  toBytes(): Uint8Array {
    return this.spreadOver(new Uint8Array(this.size));
  }

  /** A float32 tensor: 1 where kept, 0 where pruned. The caller disposes it. */
  toTensor(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.toFloat32(), [...shape], 'float32');
  }

  /** A boolean tensor, a byte each: true where kept. The caller disposes it. */
  toBooleans(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.toBytes(), [...shape], 'bool');
  }

  private spreadOver<T extends Float32Array | Uint8Array>(values: T): T {
    passes(this.size).spread(this.bytes, values);
    return values;
  }
}
