import { setFlagsFromString } from 'node:v8';
import {
  instantiateKernels,
  type Kernels,
  MEMORY_BASE,
  READ_AHEAD,
  roundUp,
  supportedVariants,
  VARIANTS,
  type Variant,
} from '../kernels/index.ts';

/** All variants: Node 20 has relaxed SIMD behind a flag. */
export function allVariants(): readonly Variant[] {
  if (!supportedVariants().includes('relaxed')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return VARIANTS;
}

/** A value that no kernel may leave behind or read into a result. */
const UNTOUCHED = 12345.5;

/** Kernels over a memory of their own, with buffers placed one after the other. */
export class KernelMemory {
  private end = MEMORY_BASE;

  private constructor(
    readonly kernels: Kernels,
    private readonly memory: WebAssembly.Memory,
  ) {}

  static async create(variant: Variant, pages = 4): Promise<KernelMemory> {
    const memory = new WebAssembly.Memory({ initial: pages });
    return new KernelMemory(await instantiateKernels(memory, variant), memory);
  }

  /** Forgets all buffers, and fills the memory with what must not be read. */
  clear(): void {
    this.end = MEMORY_BASE;
    new Float32Array(this.memory.buffer).fill(UNTOUCHED);
  }

  reserve(bytes: number): number {
    const pointer = this.end;
    this.end = roundUp(pointer + bytes, 16);
    const missing = this.end + READ_AHEAD - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / 65536));
    return pointer;
  }

  put(values: Float32Array | Uint16Array | Uint32Array): number {
    const pointer = this.reserve(values.byteLength);
    new Uint8Array(this.memory.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pointer);
    return pointer;
  }

  /** Planes of compact rows, each at its stride. */
  putPlanes(values: Float32Array, channels: number, size: number, stride: number): number {
    const pointer = this.reserve(channels * stride);
    for (let c = 0; c < channels; c++)
      new Float32Array(this.memory.buffer, pointer + c * stride, size).set(values.subarray(c * size, (c + 1) * size));
    return pointer;
  }

  read(pointer: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, pointer, count).slice();
  }

  /** The same elements of every plane, row by row. */
  readPlanes(pointer: number, channels: number, rows: number, columns: number, stride: number, pitch = columns * 4): Float32Array {
    const values = new Float32Array(channels * rows * columns);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < rows; y++)
        values.set(new Float32Array(this.memory.buffer, pointer + c * stride + y * pitch, columns), (c * rows + y) * columns);
    return values;
  }
}

/** Numbers from -1 to 1, the same for the same seed. */
export function numbers(seed: number, count: number, density = 1): Float32Array {
  const values = new Float32Array(count);
  let state = (seed * 2654435761 + 1) >>> 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 4; i++) next();
  for (let i = 0; i < count; i++) {
    const value = 2 * next() - 1;
    values[i] = next() < density ? value : 0;
  }
  return values;
}

/** The elements that are not zero of each row, and where the rows begin. */
export function nonzeros(weights: Float32Array, rows: number, columns: number) {
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = weights[r * columns + c] as number;
      if (value === 0) continue;
      indices.push(c);
      values.push(value);
    }
    starts.push(indices.length);
  }
  return { starts: Uint32Array.from(starts), indices, values: Float32Array.from(values) };
}

/** The greatest difference from what is expected, relative to the greatest that is expected or 0.5. */
export function worstDifference(found: Float32Array, expected: ArrayLike<number>): number {
  let worst = 0;
  let scale = 0.5;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i] as number));
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / scale);
  }
  return worst;
}
