import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { randomNumbers } from '../../../surgery/src/testing/models.ts';
import { compileSparse, loadSparse } from '../index.ts';
import type { Plan } from '../plan/plan.ts';
import { inputsFor, modelOf, sparsified } from '../testing/compare.ts';
import { checksum } from './checksum.ts';
import { CHECKSUM_AT } from './layout.ts';
import { read } from './read.ts';
import { write } from './write.ts';

const L = tf.layers;
let bytes: Uint8Array<ArrayBuffer>;
let input: Float32Array;
let wanted: Float32Array;

beforeAll(async () => {
  await tf.setBackend('cpu');
  const model = sparsified(
    modelOf(
      [6, 6, 2],
      L.conv2d({ filters: 4, kernelSize: 3, padding: 'same', strides: 2, activation: 'relu' }),
      L.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
      L.reshape({ targetShape: [9, 4] }),
      L.gru({ units: 3 }),
      L.dense({ units: 5, activation: 'softmax' }),
    ),
  );
  const sparse = await compileSparse(model);
  bytes = sparse.toBytes();
  [input] = inputsFor(model, 1) as [Float32Array];
  wanted = sparse.predict(input);
});

test('what is read is what was written', () => {
  expect(write(read(bytes))).toEqual(bytes);
});

test('a file that is cut anywhere is refused', () => {
  for (let length = 0; length < bytes.length; length += 7) expect(() => read(bytes.slice(0, length))).toThrow(/no file of a sparse model/);
});

test('a file of another version says so', () => {
  const other = bytes.slice();
  other[8] = 7;
  expect(() => read(other)).toThrow(/it is of version 7, and this reads 2/);
});

test('10,000 altered files: each is refused', () => {
  const random = randomNumbers(5);
  const below = (n: number) => Math.floor(random() * n);
  for (let i = 0; i < 10_000; i++) {
    const altered = bytes.slice();
    for (let edits = 1 + below(3); edits > 0; edits--) {
      const at = below(altered.length);
      altered[at] = (altered[at] as number) ^ (1 + below(255));
    }
    if (altered.every((byte, at) => byte === bytes[at])) continue;
    expect(() => read(altered)).toThrow(/no file of a sparse model/);
  }
});

test('a file that lies, with a checksum that is right: a clear error or what it says, in bounded memory', async () => {
  const random = randomNumbers(6);
  const below = (n: number) => Math.floor(random() * n);
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    const altered = bytes.slice();
    const words = new Uint32Array(altered.buffer);
    // The table of sections and the plan, where lengths and places are said.
    const at = 12 + below(3000);
    altered[at] = 48 + below(10);
    words.set(checksum(words), CHECKSUM_AT);
    try {
      const sparse = await loadSparse(altered, { maxBytes: 2 ** 22 });
      expect(sparse.memory.total).toBeLessThanOrEqual(2 ** 22);
      const size = sparse.inputPorts.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      sparse.predict(new Float32Array(size));
    } catch (error) {
      refused++;
      expect((error as Error).name).toBe('EspalierError');
    }
  }
  expect(refused).toBeGreaterThan(500);
});

/** The file of a plan that its reader has every reason to refuse. */
function lying(change: Partial<Plan>, sizes: readonly number[] = [4, 4]): Uint8Array {
  const port = { name: 'x', shape: [4], buffer: 0 };
  const plan = { name: 'liar', inputs: [port], outputs: [{ ...port, buffer: 1 }], buffers: [...sizes], steps: [], layers: [], ...change };
  return write({ plan, sections: [] });
}

const STEP = { layer: 'liar', reads: [0, 0], writes: [1], weights: [] };
const SIZES = [2 ** 10, 2 ** 10, 2 ** 10, 2];
const ZEROS = [0, 0, 0, 0];

test.each<[string, Uint8Array, RegExp]>([
  [
    'two numbers made to billions',
    lying({ steps: [{ ...STEP, operation: 'binary', options: { name: 'prelu', sizes: SIZES, first: ZEROS, second: ZEROS, out: ZEROS } }] }),
    /it makes more numbers than there is room for/,
  ],
  [
    'one number copied billions of times',
    lying({ steps: [{ ...STEP, operation: 'copy', options: { sizes: SIZES, from: ZEROS, to: ZEROS } }] }),
    /it copies more numbers than there is room for/,
  ],
  [
    'a product of billions of numbers that are one',
    lying({
      steps: [{ ...STEP, operation: 'product', options: { sizes: [2 ** 15, 2 ** 15, 2], first: [0, 0], second: [0, 0], out: [0, 0] } }],
    }),
    /it makes more numbers than there is room for/,
  ],
  ['far too many activations', lying({}, new Array<number>(8001).fill(4)), /a far too long one/],
  [
    'a layer of no type',
    lying({ layers: [{ layer: 'a', kernel: 'dense', weights: 1, zeros: 0, gain: 1 } as never] }),
    /without a name, type/,
  ],
  [
    'a layer of no numbers',
    lying({ layers: [{ layer: 'a', type: 'Dense', kernel: 'dense', weights: '1', zeros: 0, gain: 1 } as never] }),
    /a layer without its numbers/,
  ],
])('a file that would keep its reader at work is refused: %s', async (_, file, message) => {
  const before = performance.now();
  await expect(loadSparse(file).then((model) => model.predict(new Float32Array(4)))).rejects.toThrow(message);
  expect(performance.now() - before).toBeLessThan(2000);
});

test('as many activations as a file may have, all needed at the same time, are placed soon', async () => {
  const count = 8000;
  const inputs = Array.from({ length: count }, (_, buffer) => ({ name: `x${buffer}`, shape: [4], buffer }));
  const file = lying({ inputs, outputs: inputs }, new Array<number>(count).fill(4));
  // Of the processor: others may keep it from this process.
  const before = process.cpuUsage();
  const model = await loadSparse(file);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(10);
  expect(model.memory.activations).toBeGreaterThanOrEqual(count * 16);
});

test('the file that all of these were made of still runs', async () => {
  expect((await loadSparse(bytes)).predict(input)).toEqual(wanted);
});
