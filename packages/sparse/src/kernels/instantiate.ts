import { BINARIES, LENGTHS } from './binaries.ts';
import { gathered } from './gathered.ts';
import type { Kernels } from './kernels.ts';

/** What an engine can run, the fastest first: fused multiply-adds on vectors, vectors, plain WebAssembly of 2017. */
export const VARIANTS = ['relaxed', 'simd', 'plain'] as const;

export type Variant = (typeof VARIANTS)[number];

/** The variants that this engine runs; empty where there is no WebAssembly at all. */
export function supportedVariants(): Variant[] {
  if (typeof WebAssembly === 'undefined') return [];
  return VARIANTS.filter((variant) => variant === 'plain' || WebAssembly.validate(Uint8Array.from(PROBES[variant])));
}

/** A module of one function () → v128. */
const FUNCTION = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10];
/** i8x16.splat(0) */
const SPLAT = [65, 0, 253, 15];

/** The smallest modules that only an engine with vectors, and one with fused multiply-adds on them, takes. */
const PROBES = {
  simd: [...FUNCTION, 8, 1, 6, 0, ...SPLAT, 11],
  relaxed: [...FUNCTION, 19, 1, 17, 0, ...SPLAT, ...SPLAT, ...SPLAT, 253, 133, 2, 11],
} as const;

/** Compiled once, for all models. */
const modules = new Map<Variant, Promise<WebAssembly.Module>>();

/**
 * The kernels of a variant over a memory. What the engine says against it (a content security policy without 'wasm-unsafe-eval') is
 * thrown as it is: a `WebAssembly.CompileError`.
 */
export async function instantiateKernels(memory: WebAssembly.Memory, variant: Variant): Promise<Kernels> {
  const compiled = modules.get(variant) ?? compile(variant);
  modules.set(variant, compiled);
  try {
    return (await instantiated(await compiled, { env: { memory } })).exports as unknown as Kernels;
  } catch (error) {
    modules.delete(variant);
    throw error;
  }
}

/** At once where the engine allows it: it takes a tenth of a millisecond, and the wait for its answer lets collections in, of tens. */
async function instantiated(module: WebAssembly.Module, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  try {
    return new WebAssembly.Instance(module, imports);
  } catch (error) {
    // Browsers of old refuse it on a page's main thread.
    if (!(error instanceof RangeError)) throw error;
    return WebAssembly.instantiate(module, imports);
  }
}

async function compile(variant: Variant): Promise<WebAssembly.Module> {
  const all = await inflated(Uint8Array.from(atob(BINARIES), (character) => character.charCodeAt(0)));
  let start = 0;
  for (const before of VARIANTS.slice(0, VARIANTS.indexOf(variant))) start += LENGTHS[before];
  return WebAssembly.compile(all.slice(start, start + LENGTHS[variant]));
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const { readable, writable } = new DecompressionStream('deflate');
  const writer = writable.getWriter();
  // What goes wrong is told to the reader.
  writer.write(packed).then(() => writer.close(), String);
  return (await gathered(readable)) as ArrayBuffer;
}
