/** The weights of the benchmarks come in so many tensors. */
export const TENSORS = 10;

/**
 * Weights as after training: normally distributed. One tensor is drawn and the others are made of it, each turned
 * by some places and a little wider than the one before, so that hundreds of millions take no second copy to start again from.
 */
export class Weights {
  private readonly drawn: Float32Array;
  readonly tensors: readonly Float32Array[];

  constructor(size: number) {
    const each = Math.floor(size / TENSORS);
    this.drawn = normal(each);
    this.tensors = Array.from({ length: TENSORS }, () => new Float32Array(each));
    this.restore();
  }

  /** As they were before any cut. */
  restore(): void {
    this.tensors.forEach((tensor, t) => {
      const scale = 1 + t / 64;
      const turn = (t * 104_729) % tensor.length;
      tensor.set(this.drawn.subarray(turn));
      tensor.set(this.drawn.subarray(0, turn), tensor.length - turn);
      for (let i = 0; i < tensor.length; i++) tensor[i] = (tensor[i] as number) * scale;
    });
  }
}

/** Box and Muller's, on a xorshift of 32 bits. */
function normal(size: number): Float32Array {
  const values = new Float32Array(size);
  let state = 0x9e3779b9;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  for (let i = 0; i < size; i += 2) {
    const radius = 0.05 * Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < size) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
