import { BINARY } from './binary.ts';
import type { Digit, Passes } from './passes.ts';

/** What of the values lies where the engine's vectors reach it. */
export interface Room {
  readonly values: Float32Array;
  /** For the next who asks. The values are not to be used any more. */
  release(): void;
}

/** Elements of a room: a megabyte stays in the processor's cache. */
export const LARGEST_ROOM = 1 << 18;

/** Elements that are copied in at a time where they lie elsewhere. */
const CHUNK = 1 << 14;

/** Where things lie in a memory, in bytes. What `band` finds and what bits are spread to is at most as large as a room. */
const INPUT = 1024;
const OUTPUT = INPUT + 4 * LARGEST_ROOM;
const BITS = OUTPUT + 4 * LARGEST_ROOM;
const PAGES = Math.ceil((BITS + LARGEST_ROOM / 8) / 65_536);

/** What assembly/passes.ts exports; addresses in bytes. */
interface Exports {
  readonly below: WebAssembly.Global;
  absolute(at: number, end: number): void;
  square(at: number, end: number): void;
  finite(at: number, end: number): number;
  band(at: number, end: number, low: number, high: number, out: number): number;
  above(at: number, end: number, line: number, bits: number): void;
  equal(at: number, end: number, value: number): number;
  digits(at: number, end: number, shift: number, most: number, above: number, known: number, counts: number): void;
  sink(at: number, end: number, bits: number): void;
  zero(at: number, end: number, bits: number): void;
  floats(bits: number, end: number, out: number): void;
  bytes(bits: number, end: number, out: number): void;
  reach(at: number, end: number, rank: number): number;
  both(at: number, end: number, other: number): void;
  ones(at: number, end: number): number;
}

/** Passes by WebAssembly's SIMD; null where the engine has none, or a content security policy forbids it. */
export function simdPasses(): SimdPasses | null {
  if (typeof WebAssembly === 'undefined') return null;
  const binary = Uint8Array.from(atob(BINARY), (character) => character.charCodeAt(0));
  try {
    return WebAssembly.validate(binary) ? new SimdPasses(new WebAssembly.Module(binary)) : null;
  } catch {
    return null;
  }
}

/** One instance of the module over a memory of its own. */
class Lanes {
  readonly exports: Exports;
  readonly floats: Float32Array;
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;

  constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
    this.exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    this.floats = new Float32Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** Floats at an address. */
  at(address: number, count: number): Float32Array {
    return this.floats.subarray(address / 4, address / 4 + count);
  }
}

export class SimdPasses implements Passes {
  private readonly module: WebAssembly.Module;
  private readonly shared: Lanes;
  /** Rooms are lanes of their own, as several cuts may be on their way at once. */
  private readonly homes = new WeakMap<ArrayBufferLike, Lanes>();
  private readonly spare: Lanes[] = [];

  constructor(module: WebAssembly.Module) {
    this.module = module;
    this.shared = new Lanes(module);
  }

  takeRoom(size: number): Room {
    const lanes = this.spare.pop() ?? new Lanes(this.module);
    this.homes.set(lanes.bytes.buffer, lanes);
    return { values: lanes.at(INPUT, size), release: () => void this.spare.push(lanes) };
  }

  absolute(values: Float32Array): void {
    this.rewrite(values, ({ exports }, at, end) => exports.absolute(at, end));
  }

  square(values: Float32Array): void {
    this.rewrite(values, ({ exports }, at, end) => exports.square(at, end));
  }

  isFinite(values: Float32Array): boolean {
    let areFinite = true;
    this.look(values, ({ exports }, at, end) => {
      areFinite &&= exports.finite(at, end) === 1;
    });
    return areFinite;
  }

  band(scores: Float32Array, low: number, high: number, inside: Float32Array, from: number): { below: number; end: number } {
    let below = 0;
    let place = from;
    this.look(scores, (lanes, at, end) => {
      const found = (lanes.exports.band(at, end, low, high, OUTPUT) - OUTPUT) / 4;
      below += lanes.exports.below.value;
      if (found > 0 && place < inside.length) inside.set(lanes.at(OUTPUT, Math.min(found, inside.length - place)), place);
      place += found;
    });
    return { below, end: place };
  }

  above(scores: Float32Array, line: number, bytes: Uint8Array, from: number): void {
    this.look(scores, (lanes, at, end, start) => {
      lanes.exports.above(at, end, line, BITS);
      bytes.set(lanes.bytes.subarray(BITS, BITS + Math.ceil((end - at) / 32)), from + start / 8);
    });
  }

  countEqual(scores: Float32Array, value: number): number {
    let count = 0;
    this.look(scores, ({ exports }, at, end) => {
      count += exports.equal(at, end, value);
    });
    return count;
  }

  countDigit(scores: Float32Array, { shift, width }: Digit, known: number, counts: Uint32Array): void {
    const { words } = this.lanesOf(scores);
    const there = words.subarray(OUTPUT / 4, OUTPUT / 4 + counts.length);
    there.set(counts);
    this.look(scores, ({ exports }, at, end) => {
      exports.digits(at, end, shift, counts.length - 1, shift + width, known, OUTPUT);
    });
    counts.set(there);
  }

  reach(counts: Uint32Array, rank: number): { at: number; left: number } {
    const { exports, words } = this.shared;
    words.set(counts, OUTPUT / 4);
    const at = exports.reach(OUTPUT, OUTPUT + 4 * counts.length, rank);
    return { at, left: exports.below.value >>> 0 };
  }

  sink(scores: Float32Array, bytes: Uint8Array, from: number): void {
    this.rewrite(scores, (lanes, at, end, start) => lanes.exports.sink(at, end, takeBits(lanes, bytes, from + start / 8, end - at)));
  }

  zero(values: Float32Array, bytes: Uint8Array, from: number): void {
    this.rewrite(values, (lanes, at, end, start) => lanes.exports.zero(at, end, takeBits(lanes, bytes, from + start / 8, end - at)));
  }

  spread(bytes: Uint8Array, values: Float32Array | Uint8Array): void {
    const { exports, bytes: memory, floats } = this.shared;
    const isFloat = values instanceof Float32Array;
    for (let start = 0; start < values.length; start += CHUNK) {
      const count = Math.min(CHUNK, values.length - start);
      const bits = bytes.subarray(start / 8, Math.ceil((start + count) / 8));
      memory.set(bits, BITS);
      if (isFloat) exports.floats(BITS, BITS + bits.length, OUTPUT);
      else exports.bytes(BITS, BITS + bits.length, OUTPUT);
      values.set(isFloat ? floats.subarray(OUTPUT / 4, OUTPUT / 4 + count) : memory.subarray(OUTPUT, OUTPUT + count), start);
    }
  }

  countOnes(bytes: Uint8Array): number {
    const { exports, bytes: memory } = this.shared;
    let count = 0;
    for (let start = 0; start < bytes.length; start += 4 * CHUNK) {
      const part = bytes.subarray(start, start + 4 * CHUNK);
      memory.set(part, INPUT);
      memory.fill(0, INPUT + part.length, INPUT + part.length + 16);
      count += exports.ones(INPUT, INPUT + part.length);
    }
    return count;
  }

  and(bytes: Uint8Array, others: Uint8Array): void {
    const { exports, bytes: memory } = this.shared;
    for (let start = 0; start < bytes.length; start += 4 * CHUNK) {
      const part = bytes.subarray(start, start + 4 * CHUNK);
      memory.set(part, INPUT);
      memory.set(others.subarray(start, start + part.length), OUTPUT);
      exports.both(INPUT, INPUT + part.length, OUTPUT);
      part.set(memory.subarray(INPUT, INPUT + part.length));
    }
  }

  private lanesOf({ buffer }: Float32Array): Lanes {
    return this.homes.get(buffer) ?? this.shared;
  }

  /** Values in a room are worked on where they are, others in chunks. */
  private look(values: Float32Array, work: (lanes: Lanes, at: number, end: number, start: number) => void, isWritten = false): void {
    const lanes = this.lanesOf(values);
    if (lanes !== this.shared) {
      work(lanes, values.byteOffset, values.byteOffset + values.byteLength, 0);
      return;
    }
    for (let start = 0; start < values.length; start += CHUNK) {
      const part = values.subarray(start, start + CHUNK);
      lanes.floats.set(part, INPUT / 4);
      work(lanes, INPUT, INPUT + 4 * part.length, start);
      if (isWritten) part.set(lanes.at(INPUT, part.length));
    }
  }

  private rewrite(values: Float32Array, work: (lanes: Lanes, at: number, end: number, start: number) => void): void {
    this.look(values, work, true);
  }
}

/** Copies the bits of so many bytes of floats into the memory, and answers with their address. */
function takeBits(lanes: Lanes, bytes: Uint8Array, from: number, size: number): number {
  lanes.bytes.set(bytes.subarray(from, from + Math.ceil(size / 32)), BITS);
  return BITS;
}
