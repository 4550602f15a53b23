import { expect, onTestFinished, test } from 'vitest';
import { Client } from '../net/client.ts';
import { fakeWheel, serve } from '../testing/index-server.ts';
import { findWheel } from './find-wheel.ts';
import { tensorflowWheels, zigWheels } from './pinned.ts';

const client = new Client({ env: {} });
const { wheel } = fakeWheel({ a: 'a' });
const config = (...indexes: string[]) => ({ indexes, findLinks: [], trustedHosts: [] });

async function indexWith(links: string) {
  const server = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(links));
  onTestFinished(() => server.close());
  return `${server.origin}/simple`;
}

test('the first place that has one of the pinned files is taken', async () => {
  const empty = await indexWith('<a href="fake-2.0-py3-none-any.whl">newer</a>');
  const full = await indexWith(`<a href="${wheel.file}#sha256=${wheel.sha256}">it</a>`);
  const other = { ...wheel, file: 'fake-1.0-cp312.whl' };
  expect(await findWheel(client, config(empty, full), [other, wheel])).toEqual({ wheel, url: `${full}/fake/${wheel.file}` });
});

test('a file of that name with another hash is not it', async () => {
  const index = await indexWith(`<a href="${wheel.file}#sha256=${'0'.repeat(64)}">it</a>`);
  await expect(findWheel(client, config(index), [wheel])).rejects.toThrow('has no fake 1.0 for this platform');
});

test('where nothing answers, each place is named with its reason, and what to do is said', async () => {
  const error = await findWheel(client, config('http://127.0.0.1:1/simple', 'file:///nowhere'), [wheel]).catch((thrown) => thrown);
  expect(error.message).toMatch(/^fake 1\.0 was found nowhere: http:\/\/127\.0\.0\.1:1\/simple\/fake\/: .+; .*nowhere/);
  expect(error.remedy).toContain('PIP_INDEX_URL');
});

test('platforms without a wheel are told so', async () => {
  expect(tensorflowWheels({ os: 'linux', arch: 'x64', libc: 'musl' })).toEqual([]);
  expect(tensorflowWheels({ os: 'win32', arch: 'x64' })).toEqual([]);
  await expect(findWheel(client, config(), [])).rejects.toThrow('there is no wheel for this platform');
});

test('every pin is a whole SHA-256 of a plausible file', () => {
  const platforms = [
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'arm64'],
  ] as const;
  for (const [os, arch] of platforms) {
    const pins = [...tensorflowWheels({ os, arch }), ...zigWheels({ os, arch })];
    expect(pins.length).toBeGreaterThan(1);
    for (const { sha256, bytes, file, version } of pins) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(bytes).toBeGreaterThan(90e6);
      expect(file).toContain(`-${version}-`);
    }
  }
});
