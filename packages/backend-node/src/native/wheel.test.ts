import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { unpack } from '../net/unpack.ts';
import { fakeWheel, sendFile, serve } from '../testing/index-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { hasLibtensorflow, unpackLibtensorflow } from './libtensorflow.ts';
import { withWheel } from './wheel.ts';

const LINUX = { os: 'linux', arch: 'x64', libc: 'glibc' } as const;

async function index(content: Buffer, file: string) {
  const server = await serve((request, response) => {
    if (request.url?.startsWith('/simple/'))
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<a href="/files/${file}">it</a>`);
    else sendFile(request, response, content);
  });
  onTestFinished(() => server.close());
  return { indexes: [`${server.origin}/simple`], findLinks: [], trustedHosts: [] };
}

test("a wheel is fetched from the user's index, used, and not kept", async () => {
  const cache = await temporaryFolder();
  const { wheel, content } = fakeWheel({ 'pkg/a.txt': 'from the wheel' });
  const said: string[] = [];
  await withWheel([wheel], { cache, config: await index(content, wheel.file), progress: { log: (line) => said.push(line) } }, (path) =>
    unpack(path, join(cache, 'out'), (name) => name),
  );
  expect(await readFile(join(cache, 'out', 'pkg', 'a.txt'), 'utf8')).toBe('from the wheel');
  expect(await readdir(join(cache, 'downloads'))).toEqual([]);
  expect(said[0]).toMatch(/^Fetching fake 1\.0 from 127\.0\.0\.1:\d+/);
});

test('a wheel that is not the pinned one is never opened', async () => {
  const cache = await temporaryFolder();
  const { wheel } = fakeWheel({ 'pkg/a.txt': 'from the wheel' });
  const { content: other } = fakeWheel({ 'pkg/a.txt': 'from  a thief' });
  let used = false;
  const fetching = withWheel([{ ...wheel, bytes: other.length }], { cache, config: await index(other, wheel.file) }, async () => {
    used = true;
  });
  await expect(fetching).rejects.toThrow(/has SHA-256 .* expected/);
  expect(used).toBe(false);
  expect(await readdir(join(cache, 'downloads'))).toEqual([]);
});

test("of TensorFlow's wheel, the two libraries and the headers of the C API are unpacked, and linked as tfjs-node asks for them", async () => {
  const cache = await temporaryFolder();
  const { wheel, content } = fakeWheel({
    'tensorflow/libtensorflow_cc.so.2': 'cc',
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/c_api.h': 'header',
    'tensorflow/include/external/eigen/huge.h': 'not needed',
    'tensorflow/python/x.py': 'not needed',
  });
  const deps = join(cache, 'deps');
  expect(hasLibtensorflow(deps, LINUX)).toBe(false);
  await withWheel([wheel], { cache, config: await index(content, wheel.file) }, (path) => unpackLibtensorflow(path, deps, LINUX));
  expect(hasLibtensorflow(deps, LINUX)).toBe(true);
  expect(await readFile(join(deps, 'lib', 'libtensorflow.so.2.9.1'), 'utf8')).toBe('cc');
  expect(await readFile(join(deps, 'include', 'tensorflow', 'c', 'c_api.h'), 'utf8')).toBe('header');
  expect(existsSync(join(deps, 'include', 'external'))).toBe(false);
});
