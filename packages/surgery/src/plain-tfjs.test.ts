import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import type * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { fold } from './fold/fold.ts';
import { shrink } from './shrink.ts';
import { ARCHITECTURES } from './testing/architectures.ts';
import { TOLERANCE } from './testing/check-removal.ts';
import { difference, disposeLoaded, inputsFor, outputsOf, randomise, useCpu } from './testing/models.ts';

beforeAll(useCpu);

/** tfjs leaves an LSTM's initial state out of what it saves, shrunk or not. */
const SAVED = Object.keys(ARCHITECTURES).filter((name) => name !== 'bidirectional LSTM encoder and decoder');

/** Loads each model and says what it gives for its inputs. Imports tfjs and nothing else. */
const PLAIN = `
import * as tf from '@tensorflow/tfjs';
await tf.setBackend('cpu');
const given = [];
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
for (const { url, inputs } of JSON.parse(Buffer.concat(chunks).toString())) {
  const model = await tf.loadLayersModel(url);
  const tensors = inputs.map(({ values, shape }) => tf.tensor(values, shape));
  const outputs = [model.predict(tensors.length === 1 ? tensors[0] : tensors)].flat();
  given.push(outputs.map((output) => [...output.dataSync()]));
}
console.log(JSON.stringify(given));`;

/** Takes what `model.save(url)` of tfjs posts, and gives it back file by file. */
async function fileServer(): Promise<string> {
  const files = new Map<string, Buffer>();
  const take = async (request: IncomingMessage) => {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(await buffer(request), { headers }).formData();
    for (const [name, file] of form) files.set(`${request.url}/${name}`, Buffer.from(await (file as File).arrayBuffer()));
  };
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') await take(request);
    const file = files.get(request.url ?? '');
    response.writeHead(request.method === 'POST' || file !== undefined ? 200 : 404).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a process that has tfjs alone loads what model.save wrote, and gets the same from it', async () => {
  const server = await fileServer();
  const cases = [];
  const expected: Float32Array[][] = [];
  for (const [i, make] of SAVED.map((name) => ARCHITECTURES[name] as () => tf.LayersModel).entries()) {
    const model = randomise(make(), 4);
    const shrunk = await shrink(model, { sparsity: 0.5 });
    const folded = await fold(shrunk.model);
    await folded.model.save(`${server}/${i}`);
    const inputs = inputsFor(folded.model).map(({ values, shape }) => ({ values: [...values], shape }));
    cases.push({ url: `${server}/${i}/model.json`, inputs });
    expected.push(outputsOf(folded.model));
    for (const each of [model, shrunk.model, folded.model]) disposeLoaded(each);
  }
  const child = spawn(process.execPath, ['--input-type=module', '-e', PLAIN], { cwd: import.meta.dirname });
  child.stdin.end(JSON.stringify(cases));
  const [said, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(said, complaint).toContain('[');
  const given = JSON.parse(said.trim().split('\n').at(-1) as string) as number[][][];
  expect(given).toHaveLength(expected.length);
  given.forEach((outputs, i) => {
    const values = outputs.map((each) => Float32Array.from(each));
    expect(difference(values, expected[i] as Float32Array[]), SAVED[i]).toBeLessThan(TOLERANCE);
  });
});
