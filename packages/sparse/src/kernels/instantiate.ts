import { BINARIES } from './binaries.ts';
import type { Kernels } from './kernels.ts';

/** What an engine can run, the fastest first: fused multiply-adds on vectors, vectors, plain WebAssembly of 2017. */
export const VARIANTS = ['relaxed', 'simd', 'plain'] as const;

export type Variant = (typeof VARIANTS)[number];

/** The variants that this engine runs; empty where there is no WebAssembly at all. */
export function supportedVariants(): Variant[] {
  if (typeof WebAssembly === 'undefined') return [];
  return VARIANTS.filter((variant) => WebAssembly.validate(binary(variant)));
}

/**
 * The kernels of a variant over a memory. What the engine says against it (a content security policy without 'wasm-unsafe-eval') is
 * thrown as it is: a `WebAssembly.CompileError`.
 */
export async function instantiateKernels(memory: WebAssembly.Memory, variant: Variant): Promise<Kernels> {
  const { instance } = await WebAssembly.instantiate(binary(variant), { env: { memory } });
  return instance.exports as unknown as Kernels;
}

function binary(variant: Variant): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(BINARIES[variant]), (character) => character.charCodeAt(0));
}
