import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../testing/index-server.ts';
import { Client, causeOf, redact } from './client.ts';

test('a proxy of the environment, of pip or of npm is gone through', async () => {
  const proxy = await serve((_, response) => response.end());
  onTestFinished(() => proxy.close());
  const target = await serve((_, response) => response.end('through'));
  onTestFinished(() => target.close());
  const tunnels: string[] = [];
  proxy.server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
  });
  for (const options of [
    { env: { HTTP_PROXY: proxy.origin } },
    { proxy: proxy.origin.replace('http://', ''), env: {} },
    { env: { npm_config_proxy: proxy.origin } },
  ]) {
    const response = await new Client(options).get(target.origin);
    expect(await response.text()).toBe('through');
  }
  expect(tunnels.length + proxy.asked.length).toBe(3);
  const direct = await new Client({ env: { HTTP_PROXY: proxy.origin, NO_PROXY: '127.0.0.1' } }).get(target.origin);
  expect(await direct.text()).toBe('through');
  expect(tunnels.length + proxy.asked.length).toBe(3);
});

test('a server that does not answer is given up after the time that was given', async () => {
  const silent = await serve(() => {});
  onTestFinished(() => silent.close());
  await expect(new Client({ env: {} }).get(silent.origin, { timeoutMs: 100 })).rejects.toThrow(
    /no answer from 127\.0\.0\.1:\d+ within 0\.1 s/,
  );
});

test('an error says what is behind "fetch failed", and shows no password', async () => {
  const error = await new Client({ env: {} }).get('http://ada:s3cret@127.0.0.1:1/').catch((thrown) => thrown);
  expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:1\/: /);
  expect(error.message).not.toContain('fetch failed');
  expect(error.message).not.toContain('s3cret');
  expect(redact('https://token@host/x')).toBe('https://host/x');
  expect(causeOf(new Error('outer', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }))).toBe(
    'refused (ECONNREFUSED)',
  );
});
