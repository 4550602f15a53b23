import { supportedVariants } from '../kernels/instantiate.ts';
import { roundUp } from '../kernels/layout.ts';
import { pack, type RowsOptions, type Scan, SHORT, type SparseRows, scan, sparseRows, type Weights } from '../kernels/pack.ts';
import { PACKER } from './packer-binary.ts';

/** What assembly/packer.ts exports. */
interface Exports {
  base(): number;
  scan(values: number, count: number): number;
  keep(
    weights: number,
    places: number,
    taps: number,
    first: number,
    outputs: number,
    rows: number,
    ends: number,
    start: number,
    indices: number,
    values: number,
  ): number;
  pack(packed: number, weights: number, places: number, taps: number, outputs: number, block: number): void;
}

const PAGE = 65_536;
/** A scan goes by pieces that the first cache holds. */
const PIECE = 4096;
/** What is read and written past the last number. */
const MARGIN = 32;
/** Larger layers, of 64 MiB and more, are not worth a copy of them. */
const MOST_WEIGHTS = 2 ** 24;

let compiled: WebAssembly.Module | undefined;

/**
 * Goes over the weights of a model while it is compiled: in WebAssembly where there is SIMD, which takes a fifth of the time and needs no
 * warming up, else in JavaScript; what it gives is the same.
 */
export class Packer {
  private readonly memory: WebAssembly.Memory | undefined;
  private readonly exports: Exports | undefined;
  private readonly scans = new Map<Float32Array, Scan>();

  constructor() {
    if (!supportedVariants().includes('simd')) return;
    try {
      compiled ??= new WebAssembly.Module(Uint8Array.from(atob(PACKER), (character) => character.charCodeAt(0)));
      this.memory = new WebAssembly.Memory({ initial: 2 });
      this.exports = new WebAssembly.Instance(compiled, { env: { memory: this.memory } }).exports as unknown as Exports;
    } catch {
      // A content security policy against it, or no memory: what is to run the model says so.
    }
  }

  /** How many are not zero, and whether all are finite: gone over once, as weights do not change while a model is compiled. */
  scan(values: Float32Array): Scan {
    const known = this.scans.get(values) ?? this.scanned(values);
    this.scans.set(values, known);
    return known;
  }

  private scanned(values: Float32Array): Scan {
    const place = this.room(PIECE * 4);
    if (place === undefined) return scan(values);
    const { exports, memory, base } = place;
    const piece = new Float32Array(memory.buffer, base, PIECE);
    let nonzero = 0;
    for (let at = 0; at < values.length; at += PIECE) {
      const count = Math.min(PIECE, values.length - at);
      piece.set(values.subarray(at, at + count));
      piece.fill(0, count, roundUp(count, 4));
      const found = exports.scan(base, count);
      if (found < 0) return { nonzero: Number.NaN, isFinite: false };
      nonzero += found;
    }
    return { nonzero, isFinite: true };
  }

  /** The `count` weights that are not zero. */
  sparseRows(weights: Weights, count: number, options: RowsOptions = {}): SparseRows {
    const { outputs, places: taps } = weights;
    const { tapAt, most = taps.length, block = taps.length } = options;
    const rows = Math.ceil(taps.length / block) * outputs;
    const sizes = { row: 16 * roundUp(block, 4), ends: 4 * rows, indices: 2 * count, values: 4 * count };
    const place = most <= SHORT ? this.place(weights, sizes) : undefined;
    if (place === undefined) return sparseRows(weights, count, options);
    const { at, exports, memory } = place;
    let end = 0;
    for (let first = 0, ends = at.ends; first < taps.length; first += block, ends += 4 * outputs) {
      const some = Math.min(block, taps.length - first);
      end = exports.keep(at.weights, at.taps + 4 * first, some, first, outputs, at.row, ends, end, at.indices, at.values);
    }
    const starts = new Uint32Array(rows + 1);
    starts.set(new Uint32Array(memory.buffer, at.ends, rows), 1);
    const indices = new Uint16Array(memory.buffer, at.indices, count);
    return {
      starts,
      indices: tapAt === undefined ? indices.slice() : indices.map((tap) => tapAt[tap] as number),
      values: new Float32Array(memory.buffer, at.values, count).slice(),
    };
  }

  /** All weights: so many outputs together, tap after tap; zeros where there are no more. */
  pack(weights: Weights, block: number): Float32Array {
    const { outputs, places: taps } = weights;
    const count = roundUp(outputs, block) * taps.length;
    const place = this.place(weights, { packed: 4 * count });
    if (place === undefined) return pack(weights, block);
    const { at, exports, memory } = place;
    const packed = new Float32Array(memory.buffer, at.packed, count);
    packed.fill(0, Math.floor(outputs / block) * block * taps.length);
    exports.pack(at.packed, at.weights, at.taps, taps.length, outputs, block);
    return packed.slice();
  }

  /** The weights and where their taps are, with room for more; undefined where JavaScript is to do it. */
  private place<Name extends string>({ values, places, outputs, step }: Weights, sizes: Readonly<Record<Name, number>>) {
    if ((step !== 1 && outputs > 1) || values.length > MOST_WEIGHTS) return undefined;
    const all: Record<string, number> = { taps: places.byteLength, weights: values.byteLength, ...sizes };
    const room = this.room(Object.values<number>(all).reduce((sum, bytes) => sum + roundUp(bytes + MARGIN, 16), 0));
    if (room === undefined) return undefined;
    const { exports, memory, base } = room;
    let end = base;
    const at = Object.fromEntries(
      Object.entries(all).map(([name, bytes]) => {
        const pointer = end;
        end += roundUp(bytes + MARGIN, 16);
        return [name, pointer];
      }),
    ) as Record<Name | 'taps' | 'weights', number>;
    new Uint32Array(memory.buffer, at.taps, places.length).set(places);
    new Float32Array(memory.buffer, at.weights, values.length).set(values);
    return { at, exports, memory };
  }

  private room(bytes: number): { exports: Exports; memory: WebAssembly.Memory; base: number } | undefined {
    const { exports, memory } = this;
    if (exports === undefined || memory === undefined) return undefined;
    const base = roundUp(exports.base(), 16);
    const missing = base + bytes + MARGIN - memory.buffer.byteLength;
    try {
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      return { exports, memory, base };
    } catch {
      return undefined;
    }
  }
}
