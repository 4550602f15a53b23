import { join, sep } from 'node:path';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { packageFolder } from '../package-files.ts';
import { registerKernels } from './kernels/index.ts';

let prepared = false;

/**
 * Makes the WebAssembly backend ready to be chosen: its binaries come from its npm package, from disk, and the kernels
 * that training needs are added. It runs on one thread: tfjs 4.22 turns threads off in Node (`WASM_HAS_MULTITHREAD_SUPPORT`).
 */
export function loadWasm(): { version: string; threads: number } {
  if (!prepared) {
    const folder = packageFolder('@tensorflow/tfjs-backend-wasm');
    if (folder === undefined) throw new Error('@tensorflow/tfjs-backend-wasm is not installed');
    setWasmPaths(join(folder, 'wasm-out') + sep);
    registerKernels();
    prepared = true;
  }
  return { version: version_wasm, threads: 1 };
}
