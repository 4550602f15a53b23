import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileSparse, loadSparse } from './index.ts';
import { modelOf, sparsified } from './testing/compare.ts';

const INPUT = [1, -2, 3, 4];
/** More than the model takes, and far less than its server would send. */
const MOST = 2 ** 20;

let folder: string;
let file: string;
let bytes: Uint8Array;
let wanted: unknown;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const model = await compileSparse(sparsified(modelOf([4], tf.layers.dense({ units: 3, activation: 'relu' }))));
  folder = await mkdtemp(path.join(os.tmpdir(), 'sparse load-'));
  file = path.join(folder, 'model.sparse');
  await model.save(file);
  bytes = model.toBytes();
  wanted = model.predict(INPUT);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('from a server', () => {
  let server: Server;
  let sent = 0;

  const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/model': (response) => void response.end(bytes),
    '/huge': (response) => {
      response.setHeader('content-length', 2 ** 40);
      endless(response);
    },
    '/endless': endless,
    '/broken': (response) => {
      response.write(bytes.subarray(0, 100), () => response.destroy());
    },
  };

  function endless(response: ServerResponse): void {
    const more = () => {
      while (!response.destroyed) {
        sent += 65_536;
        if (!response.write(new Uint8Array(65_536))) return void response.once('drain', more);
      }
    };
    more();
  }

  const address = (name: string) => `http://localhost:${(server.address() as AddressInfo).port}/${name}`;

  beforeAll(async () => {
    server = createServer(({ url }, response) => {
      response.on('error', () => {});
      (ANSWERS[url ?? ''] ?? ((missing) => missing.writeHead(404).end()))(response);
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('it is what was saved', async () => {
    for (const source of [address('model'), new URL(address('model'))])
      expect((await loadSparse(source, { maxBytes: MOST })).predict(INPUT)).toEqual(wanted);
  });

  test.each(['huge', 'endless'])('no more than maxBytes of it are fetched (%s)', async (name) => {
    sent = 0;
    await expect(loadSparse(address(name), { maxBytes: MOST })).rejects.toThrow(
      /it is larger than the 1048576 bytes that it may take.*maxBytes/,
    );
    // What the sockets hold comes on top.
    expect(sent).toBeLessThan(2 ** 25);
  });

  test('a file that is not there, and one that breaks off', async () => {
    await expect(loadSparse(address('none'))).rejects.toThrow(/none: the sparse model cannot be read: the server answered 404/);
    await expect(loadSparse(address('broken'))).rejects.toThrow(/broken: the sparse model cannot be read/);
  });
});

test('file addresses are addresses, also as strings', async () => {
  const url = pathToFileURL(file);
  expect(url.href).toContain('%20');
  for (const source of [url, url.href, file]) expect((await loadSparse(source)).predict(INPUT)).toEqual(wanted);
});

test('a model is saved to the addresses that it is loaded from', async () => {
  const url = pathToFileURL(path.join(folder, 'again.sparse')).href;
  await (await loadSparse(file)).save(url);
  expect((await loadSparse(url)).predict(INPUT)).toEqual(wanted);
});

test('bytes of Node that begin anywhere in memory are read', async () => {
  const odd = Buffer.concat([Buffer.from('x'), bytes]).subarray(1);
  expect((await loadSparse(odd)).predict(INPUT)).toEqual(wanted);
});

test('a file larger than maxBytes is not read', async () => {
  await expect(loadSparse(file, { maxBytes: bytes.length - 1 })).rejects.toThrow(/model\.sparse: .* it is larger than the/);
});

test.skipIf(!existsSync('/dev/zero'))('what never ends is not read, nor is a folder', async () => {
  const before = process.memoryUsage().rss;
  for (const source of ['/dev/zero', folder]) await expect(loadSparse(source)).rejects.toThrow(/cannot be read: it is no file/);
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
});

test('maxBytes holds for a model and for its twin of many samples together', async () => {
  const one = (await loadSparse(file)).memory.total;
  const both = (await loadSparse(file, { batch: 8 })).memory.total;
  expect((await loadSparse(file, { maxBytes: one })).memory.total).toBe(one);
  expect((await loadSparse(file, { batch: 8, maxBytes: both })).memory.total).toBe(both);
  await expect(loadSparse(file, { batch: 8, maxBytes: both - 1 })).rejects.toThrow(/and may take/);
});

test.each<[string, unknown]>([
  ['maxBytes', '50MB'],
  ['maxBytes', Number.NaN],
  ['maxBytes', -1],
  ['maxBytes', 0],
  ['maxBytes', null],
  ['batch', '4'],
  ['batch', 1.5],
  ['batch', Number.NaN],
  ['batch', -3],
  ['batch', 0],
  ['batch', Number.POSITIVE_INFINITY],
])('a limit that is none is refused before anything is read: %s %j', async (option, value) => {
  const message = new RegExp(`the option ${option}: is .*${value}.*Give a`);
  for (const source of [path.join(folder, 'none'), bytes])
    await expect(loadSparse(source, { [option]: value } as object)).rejects.toThrow(message);
});

test('no limit can be asked for', async () => {
  expect((await loadSparse(file, { maxBytes: Number.POSITIVE_INFINITY })).predict(INPUT)).toEqual(wanted);
});
