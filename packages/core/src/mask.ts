import * as tf from '@tensorflow/tfjs';

/** Which elements of one parameter are kept: one bit per element, at rest and on the wire. */
export class Mask {
  readonly size: number;
  /** Bit i % 8 of byte i / 8 is 1 where element i is kept. */
  readonly bytes: Uint8Array;

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
    return new Mask(size, Uint8Array.from(bytes));
  }

  /**
   * Kept where the score is not below the line; of those that equal it the first `ties` go, too.
   *
   * @param scores without NaN.
   */
  static above(scores: Float32Array, { below, ties = 0 }: { readonly below: number; readonly ties?: number }): Mask {
    const mask = Mask.empty(scores.length);
    const { bytes } = mask;
    const whole = scores.length >> 3;
    // A comparison as a number costs no jump that would be guessed wrongly.
    for (let i = 0, at = 0; i < whole; i++, at += 8) {
      bytes[i] =
        Number((scores[at] as number) >= below) |
        (Number((scores[at + 1] as number) >= below) << 1) |
        (Number((scores[at + 2] as number) >= below) << 2) |
        (Number((scores[at + 3] as number) >= below) << 3) |
        (Number((scores[at + 4] as number) >= below) << 4) |
        (Number((scores[at + 5] as number) >= below) << 5) |
        (Number((scores[at + 6] as number) >= below) << 6) |
        (Number((scores[at + 7] as number) >= below) << 7);
    }
    for (let i = whole * 8; i < scores.length; i++) if ((scores[i] as number) >= below) mask.keep(i);
    for (let i = 0, left = ties; left > 0 && i < scores.length; i++) {
      if (scores[i] !== below) continue;
      mask.prune(i);
      left--;
    }
    return mask;
  }

  /** Kept where both keep. */
  and(other: Mask): Mask {
    const both = this.bytes.slice();
    for (let i = 0; i < both.length; i++) both[i] = (both[i] as number) & (other.bytes[i] as number);
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
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) | (1 << (index & 7));
  }

  prune(index: number): void {
    this.bytes[index >> 3] = (this.bytes[index >> 3] as number) & ~(1 << (index & 7));
  }

  clone(): Mask {
    return new Mask(this.size, Uint8Array.from(this.bytes));
  }

  /** How many elements are kept. */
  get kept(): number {
    const { bytes } = this;
    const whole = bytes.byteOffset % 4 === 0 ? bytes.length >> 2 : 0;
    const words = new Uint32Array(bytes.buffer, whole > 0 ? bytes.byteOffset : 0, whole);
    let count = 0;
    // Bits are added up within pairs, fours and eights of them.
    for (let i = 0; i < words.length; i++) {
      let word = words[i] as number;
      word -= (word >>> 1) & 0x55555555;
      word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
      count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    for (let i = whole * 4; i < bytes.length; i++) count += BITS[bytes[i] as number] as number;
    return count;
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

  /** The same as a float32 tensor; the caller disposes it. */
  toTensor(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.toFloat32(), [...shape], 'float32');
  }

  /** True where kept, in a quarter of the memory; the caller disposes it. */
  toBooleans(shape: readonly number[]): tf.Tensor {
    return tf.tensor(this.spreadOver(new Uint8Array(this.size)), [...shape], 'bool');
  }

  private spreadOver<T extends Float32Array | Uint8Array>(values: T): T {
    const { bytes } = this;
    const whole = this.size >> 3;
    for (let i = 0, at = 0; i < whole; i++, at += 8) {
      const byte = bytes[i] as number;
      values[at] = byte & 1;
      values[at + 1] = (byte >> 1) & 1;
      values[at + 2] = (byte >> 2) & 1;
      values[at + 3] = (byte >> 3) & 1;
      values[at + 4] = (byte >> 4) & 1;
      values[at + 5] = (byte >> 5) & 1;
      values[at + 6] = (byte >> 6) & 1;
      values[at + 7] = byte >> 7;
    }
    for (let i = whole * 8; i < this.size; i++) values[i] = Number(this.keeps(i));
    return values;
  }
}

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
});
