import { join, sep } from 'node:path';
import { setThreadsCount, setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { packageFolder } from '../package-files.ts';

let prepared = false;

/**
 * Makes the WebAssembly backend ready to be chosen: its binaries come from its npm package, from disk.
 * Threads can be chosen once per process.
 */
export async function loadWasm(threads?: number): Promise<{ version: string; threads?: number }> {
  if (!prepared) {
    const folder = packageFolder('@tensorflow/tfjs-backend-wasm');
    if (folder === undefined) throw new Error('@tensorflow/tfjs-backend-wasm is not installed');
    setWasmPaths(join(folder, 'wasm-out') + sep);
    if (threads !== undefined) setThreadsCount(threads);
    prepared = true;
  }
  return threads === undefined ? { version: version_wasm } : { version: version_wasm, threads };
}
