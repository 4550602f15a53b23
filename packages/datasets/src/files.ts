import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { EspalierError } from '@espalier/core';

/** Node reads a file of at most 2 GiB at once. */
const LARGEST_FILE = 2 ** 31 - 1;

/**
 * The bytes of a whole file.
 *
 * @throws EspalierError that names the file where it is missing, no file, or too large.
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const size = await sizeOf(path);
  if (size > LARGEST_FILE) {
    throw new EspalierError({
      where: path,
      what: `has ${size} bytes, more than the 2 GiB that are read at once`,
      remedy: 'Split the data',
    });
  }
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => fileProblem(path, error));
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws EspalierError where there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => fileProblem(path, error));
  if (!found.isFile())
    throw new EspalierError({ where: path, what: found.isDirectory() ? 'is a folder, not a file' : 'is not a regular file' });
  return found.size;
}

/** Throws what a file or folder could not be read for, in words. */
export function fileProblem(path: string, error: NodeJS.ErrnoException): never {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
    const remedy = 'Paths in a config start at the folder of its file';
    throw new EspalierError({ where: path, what: 'there is no such file or folder', remedy }, { cause: error });
  }
  throw new EspalierError({ where: path, what: 'cannot be read', why: error.message }, { cause: error });
}

/** Identifies content: SHA-256 over texts and bytes, each with its length, so that no two lists run together. */
export function fingerprintOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
