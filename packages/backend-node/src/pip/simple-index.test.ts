import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { Client } from '../net/client.ts';
import { type Handler, serve } from '../testing/index-server.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { filesOf, linkedFiles, parseLinks } from './simple-index.ts';

const HASH = 'a'.repeat(64);
const client = new Client({ env: {} });

async function index(handler: Handler) {
  const server = await serve(handler);
  onTestFinished(() => server.close());
  return server;
}

test('an index that speaks JSON is asked for JSON', async () => {
  const server = await index((request, response) => {
    expect(request.headers.accept).toContain('application/vnd.pypi.simple.v1+json');
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    response.end(JSON.stringify({ files: [{ filename: 'fake-1.whl', url: '../../files/fake-1.whl', hashes: { sha256: HASH } }] }));
  });
  expect(await filesOf(client, `${server.origin}/simple/`, 'fake')).toEqual([
    { name: 'fake-1.whl', url: `${server.origin}/files/fake-1.whl`, sha256: HASH },
  ]);
  expect(server.asked).toEqual(['GET /simple/fake/']);
});

test('an index that has pages of links only is read as well', async () => {
  const server = await index((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!DOCTYPE html><a href="/f/fake-1%2Bcpu.whl#sha256=${HASH}" data-requires-python="&gt;=3">fake</a><a href='https://other.example/g.whl'>g</a>`,
    );
  });
  expect(await filesOf(client, `${server.origin}/simple`, 'fake')).toEqual([
    { name: 'fake-1+cpu.whl', url: `${server.origin}/f/fake-1%2Bcpu.whl`, sha256: HASH },
    { name: 'g.whl', url: 'https://other.example/g.whl' },
  ]);
});

test('links are relative to where redirects end', async () => {
  const server = await index((request, response) => {
    if (request.url === '/simple/fake/') response.writeHead(302, { location: '/moved/deep/fake/' }).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="fake.whl">fake</a>');
  });
  expect((await filesOf(client, `${server.origin}/simple`, 'fake'))[0]?.url).toBe(`${server.origin}/moved/deep/fake/fake.whl`);
});

test('a password in the address is sent, goes on to files of the same host only, and is not shown', async () => {
  const server = await index((request, response) => {
    const known = request.headers.authorization === `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
    if (!known) response.writeHead(401).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<a href="/f.whl">f</a><a href="http://other.example/g.whl">g</a>');
  });
  const withPassword = server.origin.replace('//', '//ada:s3cret@');
  const [f, g] = await filesOf(client, `${withPassword}/simple`, 'fake');
  expect(f?.url).toBe(`${withPassword}/f.whl`);
  expect(g?.url).toBe('http://other.example/g.whl');
  const wrong = filesOf(client, `${server.origin.replace('//', '//ada:other@')}/simple`, 'fake');
  await expect(wrong).rejects.toThrow(`${server.origin}/simple/fake/ answered 401`);
});

test('an index on disk is read from disk, and so are folders and pages of links', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'simple', 'fake'), { recursive: true });
  await writeFile(join(folder, 'simple', 'fake', 'index.html'), '<a href="../../files/fake.whl">fake</a>');
  const files = pathToFileURL(folder).href;
  const expected = { name: 'fake.whl', url: `${files}/files/fake.whl` };
  expect(await filesOf(client, `${files}/simple`, 'fake')).toEqual([expected]);
  expect(await linkedFiles(client, join(folder, 'simple', 'fake', 'index.html'))).toEqual([expected]);
  expect(await linkedFiles(client, join(folder, 'simple'))).toEqual([{ name: 'fake', url: `${files}/simple/fake` }]);
});

test('a base element moves the links', () => {
  expect(parseLinks('<base href="https://mirror.example/a/"><a href="b.whl">b</a>', 'https://x.example/')).toEqual([
    { name: 'b.whl', url: 'https://mirror.example/a/b.whl' },
  ]);
});
