import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import { chromium } from 'playwright-core';
import { serve, workOf } from './frame.ts';
import { FORMS, type Form, formsOf, mobilenet } from './mobilenet.ts';

const { sparsity, chromium: executablePath } = workOf<{ sparsity: number; chromium: string }>();
await useBackend({ choice: 'cpu' });
// For the backend of the page, not for the one here.
const { models } = await formsOf(await mobilenet(), sparsity, false);

const require = createRequire(import.meta.url);
const files = new Map<string, () => Buffer | string>([
  ['/', () => '<!doctype html><script src="/tf.min.js"></script><script src="/tf-backend-wasm.min.js"></script>'],
  ['/tf.min.js', () => readFileSync(require.resolve('@tensorflow/tfjs/dist/tf.min.js'))],
]);
const wasm = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js'));
for (const file of ['tf-backend-wasm.min.js', ...['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`)])
  files.set(`/${file}`, () => readFileSync(path.join(wasm, file)));
for (const form of FORMS) {
  const { weightData, ...artifacts } = await saved(models[form]);
  files.set(`/${form}.json`, () => JSON.stringify(artifacts));
  files.set(`/${form}.bin`, () => Buffer.from(weightData as ArrayBuffer));
}

const TYPES: Readonly<Record<string, string>> = { '.wasm': 'application/wasm', '.js': 'text/javascript', '.json': 'application/json' };
const server = createServer((request, response) => {
  const content = files.get(request.url ?? '');
  response.writeHead(content === undefined ? 404 : 200, { 'content-type': TYPES[path.extname(request.url ?? '')] ?? 'text/html' });
  response.end(content?.());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
// What stands in these functions runs in the page, where tfjs is a global.
await page.evaluate(`(async () => {
  tf.wasm.setWasmPaths('/');
  await tf.setBackend('wasm');
  window.models = {};
  for (const form of ${JSON.stringify(FORMS)}) {
    const artifacts = await (await fetch('/' + form + '.json')).json();
    artifacts.weightData = await (await fetch('/' + form + '.bin')).arrayBuffer();
    window.models[form] = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  }
  window.image = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 1);
})()`);

/** Milliseconds of the middle one of three inferences of each, in turns. */
const TURN = `(async () => {
  const times = Object.fromEntries(Object.keys(models).map((form) => [form, []]));
  for (let i = 0; i < 3; i++) {
    for (const form of Object.keys(models)) {
      const start = performance.now();
      const output = models[form].predict(image);
      await output.data();
      output.dispose();
      times[form].push(performance.now() - start);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([form, all]) => [form, all.sort((a, b) => a - b)[1]]));
})()`;

await serve(async () => {
  const times = (await page.evaluate(TURN)) as Record<Form, number>;
  return Object.fromEntries(FORMS.map((form) => [`${form}Ms`, times[form]]));
});
await browser.close();
server.close();

async function saved(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  return new Promise((resolve) => {
    void model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        resolve(artifacts);
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
  });
}
