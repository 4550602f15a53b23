import { readFileSync } from 'node:fs';

interface Arrays {
  readonly matrices: readonly { readonly name: string; readonly order: string; readonly base64: string }[];
  readonly fortran3d: string;
  readonly compressedArchive: string;
  readonly storedArchive: string;
  readonly objects: string;
  readonly records: string;
  readonly texts: string;
}

/** What NumPy itself has written; arrays.py beside it says how. */
export const numpyArrays = JSON.parse(readFileSync(new URL('./arrays.json', import.meta.url), 'utf8')) as Arrays;

export function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}
