import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Handler, sendFile, serve, sha256 } from '../testing/index-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { Client } from './client.ts';
import { download } from './download.ts';

const client = new Client({ env: {} });
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251));

async function scene(handler: Handler) {
  const server = await serve(handler);
  onTestFinished(() => server.close());
  const to = join(await temporaryFolder(), 'deep', 'file');
  return { server, to, wanted: { url: `${server.origin}/file`, to, sha256: sha256(CONTENT), bytes: CONTENT.length } };
}

test('a file arrives, is checked, and tells how far it is', async () => {
  const { to, wanted, server } = await scene((request, response) => sendFile(request, response, CONTENT));
  const seen: number[] = [];
  await download(client, wanted, { onProgress: (done) => seen.push(done) });
  expect((await readFile(to)).equals(CONTENT)).toBe(true);
  expect(seen.at(-1)).toBe(CONTENT.length);
  await download(client, wanted);
  expect(server.asked, 'what is there is not fetched again').toHaveLength(1);
});

test('a wrong hash is refused, and nothing of the file stays', async () => {
  const forged = Buffer.from(CONTENT);
  forged[1234] = (forged[1234] ?? 0) ^ 1;
  const { to, wanted } = await scene((request, response) => sendFile(request, response, forged));
  await expect(download(client, wanted)).rejects.toThrow(/has SHA-256 [0-9a-f]{64}, expected/);
  expect(existsSync(to) || existsSync(`${to}.part`)).toBe(false);
});

test('a file that goes on and on is cut off', async () => {
  const { to, wanted } = await scene((_, response) => response.end(Buffer.concat([CONTENT, CONTENT])));
  await expect(download(client, wanted)).rejects.toThrow('is longer than 300000 bytes');
  expect(existsSync(`${to}.part`)).toBe(false);
});

test('a connection that is cut is taken up again where it ended', async () => {
  const ranges: (string | undefined)[] = [];
  const { to, wanted } = await scene((request, response) => {
    ranges.push(request.headers.range);
    if (ranges.length > 2) return sendFile(request, response, CONTENT);
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': CONTENT.length - from });
    response.write(CONTENT.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 50));
  });
  await download(client, wanted);
  expect((await readFile(to)).equals(CONTENT)).toBe(true);
  expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
});

test('what a killed process left is gone on with', async () => {
  const ranges: (string | undefined)[] = [];
  const { to, wanted } = await scene((request, response) => {
    ranges.push(request.headers.range);
    sendFile(request, response, CONTENT);
  });
  await mkdir(dirname(to));
  await writeFile(`${to}.part`, CONTENT.subarray(0, 299_990));
  await download(client, wanted);
  expect((await readFile(to)).equals(CONTENT)).toBe(true);
  expect(ranges).toEqual(['bytes=299990-']);
});

test('a server without ranges is read from the start', async () => {
  const { to, wanted } = await scene((_, response) => response.end(CONTENT));
  await download(client, { ...wanted, to: `${to}-first` });
  await writeFile(`${to}.part`, Buffer.alloc(1000, 1));
  await download(client, wanted);
  expect((await readFile(to)).equals(CONTENT)).toBe(true);
});

test('a connection that brings nothing is not waited for', async () => {
  const { wanted } = await scene((_, response) => {
    response.writeHead(200);
    response.write(CONTENT.subarray(0, 10));
  });
  await expect(download(client, wanted, { idleMs: 100, retries: 0 })).rejects.toThrow('nothing came for 0.1 s');
});

test('a refusal is taken at its word', async () => {
  const { wanted, server } = await scene((_, response) => response.writeHead(403).end('no'));
  await expect(download(client, wanted)).rejects.toThrow('/file answered 403');
  expect(server.asked).toHaveLength(1);
});

test('who stops it, stops it', async () => {
  const { wanted } = await scene((_, response) => response.writeHead(200).write(CONTENT.subarray(0, 10)));
  const stop = new AbortController();
  const running = download(client, wanted, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 50);
  await expect(running).rejects.toThrow('enough');
});
