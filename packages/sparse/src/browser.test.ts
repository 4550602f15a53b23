import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isWithoutChromium, launchChromium } from '../../../benchmarks/src/chromium.ts';
import { compileSparse } from './index.ts';
import { inputsFor, modelOf, sparsified } from './testing/compare.ts';

const L = tf.layers;
let server: Server;
let browser: Browser;
let input: Float32Array;
let wanted: Float32Array;

/** What a page, and a worker, do with the file. */
const RUN = `async (runtime, numbers) => {
  const { loadSparse } = await import(runtime);
  const model = await loadSparse(new URL('/model.sparse', self.location.href ?? runtime));
  return { kernels: model.kernels, outputs: [...model.predict(numbers)] };
}`;

const WORKER = `import('/runtime.js').then(({ loadSparse }) => {
  self.onmessage = async ({ data }) => {
    const model = await loadSparse('/model.sparse');
    self.postMessage({ kernels: model.kernels, outputs: [...model.predict(data)] });
  };
  self.postMessage('ready');
});`;

/** A page of this policy, with the runtime and a model beside it. */
beforeAll(async () => {
  if (isWithoutChromium) return;
  await tf.setBackend('cpu');
  const model = sparsified(
    modelOf(
      [8, 8, 2],
      L.conv2d({ filters: 6, kernelSize: 3, activation: 'relu' }),
      L.flatten(),
      L.dense({ units: 4, activation: 'softmax' }),
    ),
  );
  const sparse = await compileSparse(model);
  [input] = inputsFor(model, 3) as [Float32Array];
  wanted = sparse.predict(input);
  const entryPoints = [fileURLToPath(new URL('runtime.ts', import.meta.url))];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, format: 'esm', platform: 'browser', write: false });
  const files: Record<string, [string, string | Uint8Array]> = {
    '/runtime.js': ['text/javascript', outputFiles[0]?.text ?? ''],
    '/worker.js': ['text/javascript', WORKER],
    '/model.sparse': ['application/octet-stream', sparse.toBytes()],
  };
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [type, content] = files[pathname] ?? ['text/html', '<!doctype html><title>sparse</title>'];
    const policy = searchParams.get('policy');
    response.writeHead(200, { 'content-type': type, ...(policy === null ? {} : { 'content-security-policy': policy }) });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function inPage<T>(policy: string | undefined, script: string): Promise<T> {
  const page = await browser.newPage();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await page.goto(policy === undefined ? address : `${address}/?policy=${encodeURIComponent(policy)}`);
  try {
    return (await page.evaluate(script)) as T;
  } finally {
    await page.close();
  }
}

interface Ran {
  readonly kernels: string;
  readonly outputs: readonly number[];
}

function expectSame({ kernels, outputs }: Ran): void {
  expect(['relaxed', 'simd']).toContain(kernels);
  expect(outputs).toHaveLength(wanted.length);
  outputs.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i] as number, 6);
  });
}

const numbers = () => JSON.stringify(Array.from(input));

test.skipIf(isWithoutChromium)('a page of Chromium gives what Node gives, under a policy that allows WebAssembly', async () => {
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
  expectSame(await inPage<Ran>(policy, `(${RUN})('/runtime.js', ${numbers()})`));
});

test.skipIf(isWithoutChromium)('under one that does not, the page is told what to allow', async () => {
  const message = await inPage<string>("script-src 'self'", `(${RUN})('/runtime.js', ${numbers()}).catch(({ message }) => message)`);
  expect(message).toMatch(/the page does not allow WebAssembly.*Allow it with script-src 'self' 'wasm-unsafe-eval'/);
});

test.skipIf(isWithoutChromium)('so does a worker', async () => {
  const script = `new Promise((resolve) => {
    const worker = new Worker('/worker.js', { type: 'module' });
    worker.onmessage = ({ data }) => (data === 'ready' ? worker.postMessage(${numbers()}) : resolve(data));
  })`;
  expectSame(await inPage<Ran>(undefined, script));
});
