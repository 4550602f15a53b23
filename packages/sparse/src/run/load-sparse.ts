import { EspalierError } from '@espalier/core/errors';
import { read } from '../format/read.ts';
import { gathered } from '../kernels/gathered.ts';
import { limitsOf } from './limits.ts';
import { nodeFiles, placeOf } from './save.ts';
import { SparseModel, type SparseOptions } from './sparse-model.ts';

/** Where a sparse model comes from: an address, a path in Node, its bytes, or whatever gives them. */
export type SparseSource = string | URL | Uint8Array | ArrayBuffer | { load(): Promise<Uint8Array | ArrayBuffer> };

/**
 * What `save` wrote. No more than `maxBytes` are fetched or read from a file.
 *
 * @throws EspalierError where it cannot be had, is larger, or is cut, altered, or of another version.
 */
export async function loadSparse(source: SparseSource, options: SparseOptions = {}): Promise<SparseModel> {
  return SparseModel.create(read(await bytesOf(source, limitsOf(options).maxBytes)), options);
}

async function bytesOf(source: SparseSource, most: number): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source === 'object' && 'load' in source) {
    const bytes = await source.load();
    return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  }
  try {
    return await (isPath(source) ? fileBytes(source, most) : fetched(source, most));
  } catch (error) {
    throw error instanceof EspalierError ? error : refusal(source, error instanceof Error ? error.message : String(error), error);
  }
}

/** In Node, all that is no address of the web. */
function isPath(source: string | URL): boolean {
  const isWeb = /^(https?|blob|data):/i.test(String(source));
  return !isWeb && typeof (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node === 'string';
}

async function fileBytes(source: string | URL, most: number): Promise<Uint8Array> {
  const { stat, readFile } = await nodeFiles();
  const path = placeOf(source);
  const file = await stat(path);
  // What never ends, such as a device or a pipe, has no size.
  if (!file.isFile()) throw refusal(source, 'it is no file');
  if (file.size > most) throw tooLarge(source, most);
  return readFile(path);
}

async function fetched(url: string | URL, most: number): Promise<Uint8Array> {
  const response = await fetch(url);
  const { body, headers, ok, status, statusText } = response;
  if (!ok) throw refusal(url, `the server answered ${status} ${statusText}`);
  if (body === null) return new Uint8Array(await response.arrayBuffer());
  if (Number(headers.get('content-length')) > most) {
    await body.cancel();
    throw tooLarge(url, most);
  }
  const bytes = await gathered(body, most);
  if (bytes === undefined) throw tooLarge(url, most);
  return new Uint8Array(bytes);
}

function tooLarge(source: string | URL, most: number): EspalierError {
  const remedy = 'Give more with the option maxBytes, if the file is one that you trust';
  return refusal(source, `it is larger than the ${most} bytes that it may take`, undefined, remedy);
}

function refusal(source: string | URL, why: string, cause?: unknown, remedy = 'Look at the address or the path'): EspalierError {
  return new EspalierError({ where: String(source), what: 'the sparse model cannot be read', why, remedy }, { cause });
}
