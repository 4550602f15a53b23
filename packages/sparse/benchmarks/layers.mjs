/**
 * What single layers cost: picoseconds for each multiply-add that is left, ours in turns with tfjs-backend-wasm on one thread (the whole
 * dense layer). `node benchmarks/layers.mjs [FILTER] [ROUNDS]`; the least of all rounds counts, because a busy machine only ever adds.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { build } from 'esbuild';

const bundled = await build({
  entryPoints: [new URL('../src/kernels/index.ts', import.meta.url).pathname],
  bundle: true,
  format: 'esm',
  write: false,
});
const ours = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].contents).toString('base64')}`);

const [filter = '', rounds = '15'] = process.argv.slice(2);
const variant = ours.supportedVariants()[0];
const memory = new WebAssembly.Memory({ initial: 1600 });
const kernels = await ours.instantiateKernels(memory, variant);

setThreadsCount(1);
setWasmPaths(`${path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js'))}/`);
await tf.setBackend('wasm');

const DENSITIES = [1, 0.5, 0.2, 0.1, 0.05];

/** Name, rows, columns, inputs, outputs, kernel, stride. */
const CONVS = [
  ['1x1 112x112 32-16', 112, 112, 32, 16, 1],
  ['1x1 56x56 24-144', 56, 56, 24, 144, 1],
  ['1x1 28x28 32-192', 28, 28, 32, 192, 1],
  ['1x1 28x28 256-256', 28, 28, 256, 256, 1],
  ['1x1 14x14 64-384', 14, 14, 64, 384, 1],
  ['1x1 14x14 576-96', 14, 14, 576, 96, 1],
  ['1x1 7x7 160-960', 7, 7, 160, 960, 1],
  ['1x1 7x7 960-160', 7, 7, 960, 160, 1],
  ['1x1 7x7 320-1280', 7, 7, 320, 1280, 1],
  ['3x3 32x32 16-16', 32, 32, 16, 16, 3],
  ['3x3 16x16 32-32', 16, 16, 32, 32, 3],
  ['3x3 8x8 64-64', 8, 8, 64, 64, 3],
  ['3x3 32x32 64-64', 32, 32, 64, 64, 3],
  ['5x5 12x12 20-50', 8, 8, 20, 50, 5],
];
const DENSES = [
  [784, 300],
  [300, 100],
  [800, 500],
  [500, 10],
  [1280, 1000],
  [2048, 1000],
];
const DEPTHWISE = [
  [112, 32, 1, 3],
  [112, 96, 2, 3],
  [56, 144, 1, 3],
  [28, 192, 1, 3],
  [14, 384, 1, 3],
  [14, 576, 2, 3],
  [7, 960, 1, 3],
  [28, 192, 1, 5],
];

let end;
function reserve(bytes) {
  const at = end;
  end = ours.roundUp(at + bytes, 64);
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
function sparse(weights, rows, columns) {
  const starts = [0],
    indices = [],
    values = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++)
      if (weights[r * columns + c] !== 0) {
        indices.push(c);
        values.push(weights[r * columns + c]);
      }
    starts.push(indices.length);
  }
  return {
    starts: put(Uint32Array.from(starts)),
    indices: put(Uint16Array.from(indices)),
    values: put(Float32Array.from(values)),
    count: indices.length,
  };
}

/** Least time of a call in ms, all in turns. */
async function inTurns(calls) {
  const best = calls.map(() => Infinity);
  const repeats = [];
  for (const [i, call] of calls.entries()) {
    for (let k = 0; k < 30; k++) call();
    const start = performance.now();
    for (let k = 0; k < 10; k++) call();
    repeats[i] = Math.max(1, Math.ceil(2 / ((performance.now() - start) / 10)));
  }
  for (let round = 0; round < Number(rounds); round++)
    for (const [i, call] of calls.entries()) {
      const start = performance.now();
      for (let k = 0; k < repeats[i]; k++) call();
      best[i] = Math.min(best[i], (performance.now() - start) / repeats[i]);
    }
  return best;
}

function show(name, macs, left, times) {
  const [theirs, ...mine] = times;
  const cells = mine.map(
    (time, i) =>
      `${(time * 1000).toFixed(1).padStart(7)}µs ${((time * 1e9) / left[i]).toFixed(0).padStart(4)}ps ${(theirs / time).toFixed(1).padStart(5)}x`,
  );
  console.log(
    `${name.padEnd(20)} wasm ${(theirs * 1000).toFixed(0).padStart(5)}µs ${((theirs * 1e9) / macs).toFixed(0).padStart(4)}ps | ${cells.join(' | ')}`,
  );
}

console.log(
  `${process.version} ${variant}; ours: dense kernel, then sparse at ${DENSITIES.join(', ')} left: time, per multiply-add left, times faster`,
);
for (const [name, rows, columns, inputs, outputs, kernel] of CONVS) {
  if (!name.includes(filter)) continue;
  end = ours.MEMORY_BASE;
  const flat = kernel === 1;
  const [r, c] = flat ? [1, rows * columns] : [rows, columns];
  const pr = r + kernel - 1,
    pc = c + kernel - 1,
    pitch = 4 * pc;
  const inStride = ours.planeStride(pr, pc),
    outStride = ours.planeStride(r, c);
  const input = put(numbers((inputs * inStride) / 4));
  const out = reserve(outputs * outStride);
  const taps = inputs * kernel * kernel;
  const offsets = put(
    Uint32Array.from(
      { length: taps },
      (_, t) => Math.floor(t / (kernel * kernel)) * inStride + (Math.floor(t / kernel) % kernel) * pitch + 4 * (t % kernel),
    ),
  );
  const bias = put(numbers(outputs));
  const scratch = reserve(ours.convScratch(taps));
  const packed = put(ours.packConv(numbers(outputs * taps), outputs, taps));
  const macs = outputs * taps * rows * columns;
  const x = tf.tensor4d(numbers(rows * columns * inputs), [1, rows, columns, inputs]);
  const w = tf.tensor4d(numbers(outputs * taps), [kernel, kernel, inputs, outputs]);
  const b = tf.tensor1d(numbers(outputs));
  const calls = [
    () => tf.fused.conv2d({ x, filter: w, strides: 1, pad: 'same', bias: b, activation: 'relu' }).dispose(),
    () => kernels.conv(out, outStride, 4 * c, outputs, r, c, input, pitch, offsets, taps, packed, bias, 1, 0, scratch),
  ];
  const left = [macs];
  for (const density of DENSITIES) {
    const { starts, indices, values, count } = sparse(numbers(outputs * taps, density), outputs, taps);
    left.push(count * rows * columns);
    calls.push(() => kernels.sparseConv(out, outStride, 4 * c, outputs, r, c, input, pitch, offsets, starts, indices, values, bias, 1, 0));
  }
  show(name, macs, left, await inTurns(calls));
  tf.dispose([x, w, b]);
}
for (const [inputs, outputs] of DENSES) {
  const name = `dense ${inputs}-${outputs}`;
  if (!name.includes(filter)) continue;
  end = ours.MEMORY_BASE;
  const input = put(numbers(inputs)),
    out = reserve(4 * outputs),
    bias = put(numbers(outputs));
  const packed = put(ours.packDense(numbers(inputs * outputs), inputs, outputs));
  const a = tf.tensor2d(numbers(inputs), [1, inputs]),
    b = tf.tensor2d(numbers(inputs * outputs), [inputs, outputs]),
    t = tf.tensor1d(numbers(outputs));
  const calls = [
    () => tf.fused.matMul({ a, b, bias: t, activation: 'relu' }).dispose(),
    () => kernels.dense(out, outputs, input, inputs, packed, bias, 1, 0),
  ];
  const left = [inputs * outputs];
  for (const density of DENSITIES) {
    const { starts, indices, values, count } = sparse(numbers(inputs * outputs, density), outputs, inputs);
    left.push(count);
    calls.push(() => kernels.sparseDense(out, outputs, input, starts, indices, values, bias, 1, 0));
  }
  show(name, inputs * outputs, left, await inTurns(calls));
  tf.dispose([a, b, t]);
}
for (const [size, channels, stride, kernel] of DEPTHWISE) {
  const name = `depthwise ${kernel}x${kernel}/${stride} ${size} ${channels}`;
  if (!name.includes(filter)) continue;
  end = ours.MEMORY_BASE;
  const outSize = Math.ceil(size / stride);
  const before = stride === 1 ? (kernel - 1) / 2 : 0;
  const inStride = ours.planeStride(size, size),
    outStride = ours.planeStride(outSize, outSize);
  const input = put(numbers((channels * inStride) / 4)),
    out = reserve(channels * outStride);
  const weights = put(numbers(channels * kernel * kernel)),
    bias = put(numbers(channels));
  const axis = { size, outputSize: outSize, kernel, stride, dilation: 1, before };
  const scratch = reserve(ours.slideScratch(axis, axis));
  const x = tf.tensor4d(numbers(size * size * channels), [1, size, size, channels]);
  const w = tf.tensor4d(numbers(kernel * kernel * channels), [kernel, kernel, channels, 1]);
  const b = tf.tensor1d(numbers(channels));
  const macs = outSize * outSize * channels * kernel * kernel;
  show(
    name,
    macs,
    [macs],
    await inTurns([
      () => tf.fused.depthwiseConv2d({ x, filter: w, strides: stride, pad: 'same', bias: b, activation: 'relu6' }).dispose(),
      () =>
        kernels.depthwiseConv(
          out,
          outStride,
          outSize,
          outSize,
          input,
          inStride,
          size,
          size,
          channels,
          1,
          kernel,
          kernel,
          stride,
          stride,
          1,
          1,
          before,
          before,
          weights,
          bias,
          2,
          6,
          scratch,
        ),
    ]),
  );
  tf.dispose([x, w, b]);
}
