const UINT32 = 2 ** 32;

/**
 * Seeded random numbers whose state can be saved and put back: sfc32 (Chris Doty-Humphrey, PractRand),
 * seeded through a 32-bit avalanche of the seed and, for independent streams, of names.
 */
export class Random {
  private constructor(private readonly words: Uint32Array) {}

  /** A stream of its own for each list of names: `Random.of(7, 'shuffle', 3)` never depends on what was drawn elsewhere. */
  static of(seed: number, ...names: readonly (string | number)[]): Random {
    let hash = avalanche(avalanche(seed >>> 0) + Math.floor(seed / UINT32));
    for (const character of names.join('/')) hash = avalanche(hash ^ (character.codePointAt(0) ?? 0));
    const words = new Uint32Array(4);
    for (let i = 0; i < 3; i++) words[i] = hash = avalanche(hash + 0x9e3779b9);
    words[3] = 1;
    const random = new Random(words);
    for (let i = 0; i < 12; i++) random.uint32();
    return random;
  }

  static from(state: readonly number[]): Random {
    return new Random(Uint32Array.from(state));
  }

  /** The state from which `Random.from` goes on with the same numbers. */
  state(): number[] {
    return [...this.words];
  }

  restore(state: readonly number[]): void {
    this.words.set(state);
  }

  uint32(): number {
    const w = this.words as unknown as [number, number, number, number];
    const result = (w[0] + w[1] + w[3]) >>> 0;
    w[3] = w[3] + 1;
    w[0] = w[1] ^ (w[1] >>> 9);
    w[1] = w[2] + (w[2] << 3);
    w[2] = ((w[2] << 21) | (w[2] >>> 11)) + result;
    return result;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.uint32() / UINT32;
  }

  /** A whole number, uniform in [0, below). */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** 0 … size-1 in random order (Fisher and Yates). */
  permutation(size: number): Int32Array {
    const order = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const j = this.int(i + 1);
      order[i] = order[j] as number;
      order[j] = i;
    }
    return order;
  }
}

/** The finaliser of MurmurHash3 (Austin Appleby): every input bit changes half of the output bits. */
function avalanche(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
