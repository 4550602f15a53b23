import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type Client, causeOf, redact } from './client.ts';

export interface Download {
  url: string;
  /** Where it ends up. What has come so far stands beside it as `.part`, and a later call goes on from there. */
  to: string;
  sha256: string;
  bytes: number;
}

export interface DownloadOptions {
  onProgress?: (bytes: number, total: number) => void;
  signal?: AbortSignal | undefined;
  /** A connection that brings nothing for so long is cut and taken up again. */
  idleMs?: number;
  /** How often a cut connection is taken up again. */
  retries?: number;
}

/** What came is not what was pinned. It has been deleted. */
export class WrongHashError extends Error {
  override readonly name = 'WrongHashError';
}

/** The server is there and will not: asking again is no use. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Fetches a file whose hash is known. It is under its name only when every byte of it was checked. */
export async function download(client: Client, wanted: Download, options: DownloadOptions = {}): Promise<void> {
  if ((await sizeOf(wanted.to)) === wanted.bytes) return; // it was renamed after its check
  await mkdir(dirname(wanted.to), { recursive: true });
  const part = `${wanted.to}.part`;
  const { retries = 4 } = options;
  for (let round = 0; ; round += 1) {
    const before = await sizeOf(part);
    try {
      const sha256 = await append(client, wanted, part, options);
      if (sha256 !== wanted.sha256) {
        throw new WrongHashError(`${redact(wanted.url)} has SHA-256 ${sha256}, expected ${wanted.sha256}`);
      }
      await rename(part, wanted.to);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof WrongHashError) await rm(part, { force: true });
      if (error instanceof WrongHashError || error instanceof RefusedError || isDiskError(error)) throw error;
      const moved = (await sizeOf(part)) > before;
      // A connection that brings something each time may be cut as often as it likes.
      if (moved) round = 0;
      if (round >= retries) throw new Error(`${redact(wanted.url)}: ${causeOf(error)}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** round));
    }
  }
}

/** Adds to `part` what is missing of it; answers with the hash of the whole. */
async function append(client: Client, wanted: Download, part: string, options: DownloadOptions): Promise<string> {
  const hash = createHash('sha256');
  let have = await sizeOf(part);
  if (have > wanted.bytes) have = 0;
  const { stream, start } = await open(client, wanted, have, options);
  if (start > 0) await hashFile(part, hash);
  let done = start;
  const { idleMs = 30_000, onProgress } = options;
  const idle = new AbortController();
  const bark = () => idle.abort(new Error(`nothing came for ${idleMs / 1000} s`));
  let watch = setTimeout(bark, idleMs);
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      clearTimeout(watch);
      watch = setTimeout(bark, idleMs);
      hash.update(chunk);
      done += chunk.length;
      if (done > wanted.bytes) throw new WrongHashError(`${redact(wanted.url)} is longer than ${wanted.bytes} bytes`);
      onProgress?.(done, wanted.bytes);
      yield chunk;
    }
  };
  try {
    const signal = AbortSignal.any([idle.signal, ...(options.signal ? [options.signal] : [])]);
    await pipeline(stream, counted, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }), { signal });
  } finally {
    clearTimeout(watch);
  }
  if (done < wanted.bytes) throw new Error(`cut off after ${done} of ${wanted.bytes} bytes`);
  return hash.digest('hex');
}

/** The bytes from `have` on, or all of them from a server that knows no ranges. */
async function open(
  client: Client,
  wanted: Download,
  have: number,
  options: DownloadOptions,
): Promise<{ stream: Readable; start: number }> {
  if (have === wanted.bytes) return { stream: Readable.from([]), start: have };
  if (wanted.url.startsWith('file:')) {
    return { stream: createReadStream(fileURLToPath(wanted.url), { start: have }), start: have };
  }
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
  const response = await client.get(wanted.url, { headers, signal: options.signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    const text = `${redact(wanted.url)} answered ${response.status}`;
    throw response.status >= 500 || response.status === 429 ? new Error(text) : new RefusedError(text);
  }
  return { stream: Readable.fromWeb(response.body as never), start: response.status === 206 ? have : 0 };
}

async function hashFile(path: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function isDiskError(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
}
