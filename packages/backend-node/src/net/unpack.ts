import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { temporaryBeside } from '../cache.ts';

const openZip = promisify<string, yauzl.Options, ZipFile>(yauzl.open);

/**
 * Unpacks the files of a wheel (a zip) that `pick` names a place for, as streams: nothing of 800 MB is held in memory.
 * The folder appears when all of them are there. yauzl refuses names that point outside.
 */
export async function unpack(wheel: string, folder: string, pick: (path: string) => string | undefined): Promise<void> {
  const temporary = temporaryBeside(folder);
  await mkdir(temporary, { recursive: true });
  try {
    const zip = await openZip(wheel, { lazyEntries: true, autoClose: false });
    try {
      for await (const entry of entriesOf(zip)) {
        const place = entry.fileName.endsWith('/') ? undefined : pick(entry.fileName);
        if (place !== undefined) await extract(zip, entry, join(temporary, place));
      }
    } finally {
      zip.close();
    }
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  const next = () =>
    new Promise<Entry | undefined>((resolve, reject) => {
      const settle = (act: () => void) => {
        zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error');
        act();
      };
      zip.on('entry', (entry: Entry) => settle(() => resolve(entry)));
      zip.on('end', () => settle(() => resolve(undefined)));
      zip.on('error', (error: Error) => settle(() => reject(error)));
      zip.readEntry();
    });
  for (let entry = await next(); entry; entry = zip.entriesRead === zip.entryCount ? undefined : await next()) yield entry;
}

async function extract(zip: ZipFile, entry: Entry, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const stream = await promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip) as never)(entry);
  const mode = (entry.externalFileAttributes >>> 16) & 0o777;
  await pipeline(stream, createWriteStream(to, { mode: mode || 0o644 }));
}
