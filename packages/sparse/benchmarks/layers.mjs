/**
 * What single layers cost: ours in turns with the whole dense layer on tfjs-backend-wasm and on tfjs-node, one thread each.
 * `node benchmarks/layers.mjs [FILTER] [ROUNDS]`; the least of all rounds counts, because a busy machine only ever adds.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { build } from 'esbuild';

const [filter = '', rounds = '15'] = process.argv.slice(2);

/** From the sources, so that a change of a kernel needs `node build-kernels.mjs` alone. */
const entryPoints = [fileURLToPath(new URL('../src/kernels/index.ts', import.meta.url))];
const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false });
const sparse = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

const [variant] = sparse.supportedVariants();
const memory = new WebAssembly.Memory({ initial: 1600 });
const kernels = await sparse.instantiateKernels(memory, variant);

setThreadsCount(1);
setWasmPaths(`${path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js'))}/`);
await tf.setBackend('wasm');
await useBackend({ choice: 'tensorflow', threads: 1 });
const BACKENDS = ['wasm', 'tensorflow'];

const SPARSITIES = [0, 0.5, 0.8, 0.9, 0.95, 0.98];

/** Kernel size, rows and columns, inputs, outputs: of LeNet-5, MobileNetV2 and ResNets. */
const CONVOLUTIONS = [
  [5, 24, 1, 20],
  [5, 8, 20, 50],
  [1, 112, 32, 16],
  [1, 56, 24, 144],
  [1, 28, 32, 192],
  [1, 28, 256, 256],
  [1, 14, 64, 384],
  [1, 14, 576, 96],
  [1, 7, 160, 960],
  [1, 7, 960, 160],
  [1, 7, 320, 1280],
  [3, 32, 16, 16],
  [3, 16, 32, 32],
  [3, 8, 64, 64],
  [3, 32, 64, 64],
];
/** Inputs and outputs: of LeNet-300-100, LeNet-5 and the classifier of MobileNetV2. */
const DENSES = [
  [784, 300],
  [300, 100],
  [800, 500],
  [500, 10],
  [1280, 1000],
];
/** Kernel size, rows and columns, channels, stride. */
const DEPTHWISES = [
  [3, 112, 32, 1],
  [3, 112, 96, 2],
  [3, 56, 144, 1],
  [3, 28, 192, 1],
  [3, 14, 384, 1],
  [3, 14, 576, 2],
  [3, 7, 960, 1],
  [5, 28, 192, 1],
];

let end;

function reserve(bytes) {
  const at = end;
  end = sparse.roundUp(at + bytes, 64);
  return at;
}

function put(values) {
  const at = reserve(values.byteLength);
  new Uint8Array(memory.buffer).set(new Uint8Array(values.buffer), at);
  return at;
}

function numbers(count, density = 1) {
  return Float32Array.from({ length: count }, () => (Math.random() < density ? Math.random() - 0.5 : 0));
}

/** Weights of which some are left: where they are in memory, and how many. */
function putSparse(outputs, taps, sparsity, inputBytes) {
  const weights = numbers(outputs * taps, 1 - sparsity);
  const count = weights.filter((value) => value !== 0).length;
  const size = sparse.tapsInBlock(taps, outputs, count, inputBytes);
  const parts = sparse.sparseRows(sparse.rowsOf(weights, outputs, taps), count, { block: size });
  const pointers = [put(parts.starts), put(parts.indices), put(parts.values)];
  return { pointers, blocks: Math.ceil(taps / size), count };
}

function convolution(kernel, size, inputs, outputs) {
  const [rows, columns] = kernel === 1 ? [1, size * size] : [size, size];
  const [inputRows, inputColumns] = [rows + kernel - 1, columns + kernel - 1];
  const [pitch, taps] = [4 * inputColumns, inputs * kernel * kernel];
  const [inputStride, stride] = [sparse.planeStride(inputRows, inputColumns), sparse.planeStride(rows, columns)];
  const offsetOf = (tap) => {
    const [channel, place] = [Math.floor(tap / (kernel * kernel)), tap % (kernel * kernel)];
    return channel * inputStride + Math.floor(place / kernel) * pitch + 4 * (place % kernel);
  };
  const input = put(numbers((inputs * inputStride) / 4));
  const offsets = put(Uint32Array.from({ length: taps }, (_, tap) => offsetOf(tap)));
  const bias = put(numbers(outputs));
  const where = [reserve(outputs * stride), stride, 4 * columns, outputs, rows, columns, input, pitch, offsets];
  const packed = put(sparse.packConv(numbers(outputs * taps), outputs, taps));
  const scratch = reserve(sparse.convScratch(taps));
  const x = tf.tensor4d(numbers(size * size * inputs), [1, size, size, inputs]);
  const w = tf.tensor4d(numbers(outputs * taps), [kernel, kernel, inputs, outputs]);
  const b = tf.tensor1d(numbers(outputs));
  const left = SPARSITIES.map((sparsity) => putSparse(outputs, taps, sparsity, inputs * inputStride));
  return {
    name: `${kernel}×${kernel} ${size}×${size} ${inputs}→${outputs}`,
    theirs: () => tf.fused.conv2d({ x, filter: w, strides: 1, pad: 'same', bias: b, activation: 'relu' }).dispose(),
    ours: [
      () => kernels.conv(...where, taps, packed, bias, 1, 0, scratch),
      ...left.map(
        ({ pointers, blocks }) =>
          () =>
            kernels.sparseConvBlocks(...where, ...pointers, bias, 1, 0, blocks),
      ),
    ],
    products: [outputs * taps * size * size, ...left.map(({ count }) => count * size * size)],
  };
}

function dense(inputs, outputs) {
  const [input, out, bias] = [put(numbers(inputs)), reserve(4 * outputs), put(numbers(outputs))];
  const packed = put(sparse.packDense(numbers(inputs * outputs), inputs, outputs));
  const a = tf.tensor2d(numbers(inputs), [1, inputs]);
  const b = tf.tensor2d(numbers(inputs * outputs), [inputs, outputs]);
  const t = tf.tensor1d(numbers(outputs));
  const left = SPARSITIES.map((sparsity) => putSparse(outputs, inputs, sparsity, 0));
  return {
    name: `dense ${inputs}→${outputs}`,
    theirs: () => tf.fused.matMul({ a, b, bias: t, activation: 'relu' }).dispose(),
    ours: [
      () => kernels.dense(out, outputs, input, inputs, packed, bias, 1, 0),
      ...left.map(
        ({ pointers }) =>
          () =>
            kernels.sparseDense(out, outputs, input, ...pointers, bias, 1, 0),
      ),
    ],
    products: [inputs * outputs, ...left.map(({ count }) => count)],
  };
}

function depthwise(kernel, size, channels, stride) {
  const outputSize = Math.ceil(size / stride);
  const before = Math.floor(Math.max((outputSize - 1) * stride + kernel - size, 0) / 2);
  const axis = { size, outputSize, kernel, stride, dilation: 1, before };
  const [inputStride, outputStride] = [sparse.planeStride(size, size), sparse.planeStride(outputSize, outputSize)];
  const [weights, bias] = [put(numbers(channels * kernel * kernel)), put(numbers(channels))];
  const output = [reserve(channels * outputStride), outputStride, outputSize, outputSize];
  const input = [put(numbers((channels * inputStride) / 4)), inputStride, size, size, channels, 1];
  const window = [kernel, kernel, stride, stride, 1, 1, before, before];
  const scratch = reserve(sparse.slideScratch(axis, axis));
  const x = tf.tensor4d(numbers(size * size * channels), [1, size, size, channels]);
  const w = tf.tensor4d(numbers(kernel * kernel * channels), [kernel, kernel, channels, 1]);
  const b = tf.tensor1d(numbers(channels));
  return {
    name: `depthwise ${kernel}×${kernel} /${stride} ${size}×${size} ${channels}`,
    theirs: () => tf.fused.depthwiseConv2d({ x, filter: w, strides: stride, pad: 'same', bias: b, activation: 'relu6' }).dispose(),
    ours: [() => kernels.depthwiseConv(...output, ...input, ...window, weights, bias, 2, 6, scratch)],
    products: [outputSize * outputSize * channels * kernel * kernel],
  };
}

/** Least times of a call in ms, all in turns: of theirs on both backends, then of ours. */
async function inTurns(theirs, ours) {
  const turns = [...BACKENDS.map((backend) => ({ call: theirs, backend })), ...ours.map((call) => ({ call, backend: 'wasm' }))];
  for (let round = -1; round < Number(rounds); round++)
    for (const turn of turns) {
      await tf.setBackend(turn.backend);
      // First compiled well, then only the inputs brought to the backend.
      for (let k = 0; k < (round < 0 ? 40 : 1); k++) turn.call();
      const repeats = turn.repeats ?? 5;
      const start = performance.now();
      for (let k = 0; k < repeats; k++) turn.call();
      const time = (performance.now() - start) / repeats;
      if (round < 0) turn.repeats = Math.max(1, Math.ceil(2 / time));
      else turn.best = Math.min(turn.best ?? time, time);
    }
  return turns.map(({ best }) => best);
}

/** Time, picoseconds for each multiply-add that is left, times as fast as WASM and as native. */
function show(name, products, [wasm, native, ...mine]) {
  const micro = (time) => `${(time * 1000).toFixed(1)} µs`;
  const each = (time, count) => (count > 0 ? `${((time * 1e9) / count).toFixed(0)} ps` : '-');
  const cells = mine.map(
    (time, i) => `${micro(time)}, ${each(time, products[i])}, ${(wasm / time).toFixed(1)}×, ${(native / time).toFixed(1)}×`,
  );
  console.log(`| ${[name, `${micro(wasm)}, ${each(wasm, products[0])}`, micro(native), ...cells].join(' | ')} |`);
}

const columns = ['layer', 'tfjs WASM', 'tfjs-node', 'our dense kernel', ...SPARSITIES.map((sparsity) => `${100 * sparsity} % zeros`)];
console.log(`Node ${process.version}, ${variant} kernels\n\n| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}`);
const layers = [...CONVOLUTIONS.map((l) => [convolution, l]), ...DENSES.map((l) => [dense, l]), ...DEPTHWISES.map((l) => [depthwise, l])];
for (const [make, sizes] of layers) {
  end = sparse.MEMORY_BASE;
  const tidied = tf.engine().startScope();
  const { name, theirs, ours, products } = make(...sizes);
  if (name.includes(filter)) show(name, products, await inTurns(theirs, ours));
  tf.engine().endScope(tidied);
}
