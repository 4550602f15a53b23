import type { Readable } from 'node:stream';
import { EspalierError } from '@espalier/core';
import crc32 from 'crc-32';
import yauzl, { type Entry } from 'yauzl';
import { sizeOf } from '../files.ts';

/** An array of an archive may take this much memory; what claims more is refused before it is unpacked. */
const LARGEST_ARRAY = 2 ** 31 - 1;
/** Deflate cannot pack tighter than 1032 to 1; what claims to is a lie. */
const TIGHTEST = 1032;

/** What yauzl 3.4 offers beside its callbacks, which its types do not say yet. */
interface Archive {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<Readable>;
  close(): void;
}
const { openPromise } = yauzl as unknown as { openPromise(path: string, options: yauzl.Options): Promise<Archive> };

/**
 * Unpacks arrays of an NPZ archive, which is a ZIP of NPY files, without reading the others.
 *
 * @param choose the arrays that are wanted, given the names of all, each without `.npy`.
 * @returns the bytes of each, in the order of `choose`.
 * @throws EspalierError for an archive that is damaged, claims absurd sizes, or holds a name twice.
 */
export async function readNpz(path: string, choose: (names: readonly string[]) => readonly string[]): Promise<Uint8Array<ArrayBuffer>[]> {
  await sizeOf(path);
  const archive = await openPromise(path, { lazyEntries: true, autoClose: false }).catch((error: Error) => damaged(path, error));
  try {
    const entries = await listEntries(archive, path);
    const contents: Uint8Array<ArrayBuffer>[] = [];
    for (const name of choose([...entries.keys()])) contents.push(await unpack(archive, entries.get(name) as Entry, `${path}, ${name}`));
    return contents;
  } finally {
    archive.close();
  }
}

async function listEntries(archive: Archive, path: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of archive.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (entries.has(name)) throw new Error(`it holds the array "${name}" twice`);
      entries.set(name, entry);
    }
  } catch (error) {
    damaged(path, error as Error);
  }
  return entries;
}

async function unpack(archive: Archive, entry: Entry, where: string): Promise<Uint8Array<ArrayBuffer>> {
  const { uncompressedSize: size, compressedSize } = entry;
  if (size > LARGEST_ARRAY || size > compressedSize * TIGHTEST + TIGHTEST) {
    const why = size > LARGEST_ARRAY ? `at most ${LARGEST_ARRAY} bytes are unpacked` : `no ZIP packs ${size} bytes into ${compressedSize}`;
    throw new EspalierError({ where, what: `claims to unpack to ${size} bytes`, why });
  }
  const bytes = new Uint8Array(size);
  let filled = 0;
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry)) {
      bytes.set(chunk as Uint8Array, filled);
      filled += (chunk as Uint8Array).length;
    }
  } catch (error) {
    damaged(where, error as Error);
  }
  if (crc32.buf(bytes) !== (entry.crc32 | 0)) damaged(where, new Error('its checksum (CRC-32) is wrong'));
  return bytes;
}

function damaged(where: string, error: Error): never {
  const remedy = 'Write it with np.savez or np.savez_compressed';
  throw new EspalierError({ where, what: 'is not a whole NPZ archive', why: error.message, remedy }, { cause: error });
}
