import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';
import { expect, onTestFinished, test } from 'vitest';
import { type Handler, serve } from '../testing/index-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { kitFromDownload } from './from-download.ts';

const LINUX = { os: 'linux', arch: 'x64', libc: 'glibc' } as const;

/** The package's own way to name a mirror, pointed to a server of the test's. */
async function mirror(handler: Handler) {
  const server = await serve(handler);
  onTestFinished(() => server.close());
  const cache = await temporaryFolder();
  return { server, cache, source: { cache, env: { TFJS_NODE_CDN_STORAGE: `${server.origin}/` }, timeoutMs: 500 } };
}

test('a refusal is an ordinary failure, and the large file is not asked for', async () => {
  const { server, source } = await mirror((_, response) => response.writeHead(403).end('<Error>AccessDenied</Error>'));
  const error = await kitFromDownload(LINUX, source).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'StepError', message: expect.stringContaining('answered 403') });
  expect(server.asked).toEqual(['GET /tf-builds/pre-built-binary/napi-v8/4.22.0/CPU-linux-4.22.0.tar.gz']);
});

test('a host that is not there, or says nothing, is not waited for', async () => {
  const { source } = await mirror(() => {});
  await expect(kitFromDownload(LINUX, source)).rejects.toThrow(/download failed: no answer from .* within 0\.5 s/);
  const nowhere = { ...source, env: { TFJS_NODE_CDN_STORAGE: 'http://nowhere.invalid/' } };
  await expect(kitFromDownload(LINUX, nowhere)).rejects.toThrow(/download failed: .*nowhere\.invalid/);
});

test('a broken archive is an ordinary failure', async () => {
  const { source, cache } = await mirror((_, response) => response.end('<html>Sign in to the hotel network</html>'));
  await expect(kitFromDownload(LINUX, source)).rejects.toThrow(/download failed: .*archive/i);
  expect(await readdir(join(cache, 'native'))).toEqual([]);
});

test('archives that unpack and hold something that does not train are removed again', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'napi-v8'));
  await mkdir(join(folder, 'lib'));
  await writeFile(join(folder, 'napi-v8', 'tfjs_binding.node'), 'no binding');
  await writeFile(join(folder, 'lib', 'libtensorflow.so.2.9.1'), 'no library');
  await create({ cwd: folder, gzip: true, file: join(folder, 'binding.tgz') }, ['napi-v8']);
  await create({ cwd: folder, gzip: true, file: join(folder, 'library.tgz') }, ['lib']);
  const { server, source, cache } = await mirror((request, response) =>
    response.end(readFileSync(join(folder, request.url?.includes('pre-built') ? 'binding.tgz' : 'library.tgz'))),
  );
  await expect(kitFromDownload(LINUX, source)).rejects.toThrow('the binding does not train');
  expect(server.asked.at(-1)).toBe('GET /tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz');
  expect(await readdir(join(cache, 'native'))).toEqual([]);
  expect(existsSync(join(cache, 'native', 'verified.json'))).toBe(false);
});

test('a platform without anything prebuilt is told so', async () => {
  await expect(kitFromDownload({ os: 'linux', arch: 'arm64', libc: 'glibc' }, { cache: await temporaryFolder() })).rejects.toThrow(
    'nothing prebuilt for linux-arm64',
  );
});
