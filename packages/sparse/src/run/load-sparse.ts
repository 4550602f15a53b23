import { EspalierError } from '@espalier/core/errors';
import { read } from '../format/read.ts';
import { nodeFiles } from './save.ts';
import { SparseModel, type SparseOptions } from './sparse-model.ts';

/** Where a sparse model comes from: an address, a path in Node, its bytes, or whatever gives them. */
export type SparseSource = string | URL | Uint8Array | ArrayBuffer | { load(): Promise<Uint8Array | ArrayBuffer> };

/**
 * What `save` wrote.
 *
 * @throws EspalierError where it cannot be had, or is cut, altered, or of another version.
 */
export async function loadSparse(source: SparseSource, options: SparseOptions = {}): Promise<SparseModel> {
  return SparseModel.create(read(await bytesOf(source)), options);
}

async function bytesOf(source: SparseSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source === 'object' && 'load' in source) {
    const bytes = await source.load();
    return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  }
  return isPath(source) ? fileBytes(source) : fetched(source);
}

/** In Node, all that is no address of the web. */
function isPath(source: string | URL): boolean {
  const isWeb = /^(https?|blob|data):/.test(String(source));
  return !isWeb && typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === 'string';
}

async function fileBytes(path: string | URL): Promise<Uint8Array> {
  try {
    return await (await nodeFiles()).readFile(path);
  } catch (error) {
    return refuse(path, error instanceof Error ? error.message : String(error), error);
  }
}

async function fetched(url: string | URL): Promise<Uint8Array> {
  const response = await fetch(url).catch((error: unknown) => refuse(url, error instanceof Error ? error.message : String(error), error));
  if (!response.ok) refuse(url, `the server answered ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

function refuse(source: string | URL, why: string, cause?: unknown): never {
  throw new EspalierError(
    { where: String(source), what: 'the sparse model cannot be read', why, remedy: 'Look at the address or the path' },
    { cause },
  );
}
