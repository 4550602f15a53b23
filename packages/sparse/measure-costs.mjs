/**
 * Measures what products cost in each kernel here, and writes src/compile/cost-constants.ts: `node measure-costs.mjs`, after a build, on a
 * machine that does nothing else. The least of many turns counts: another process can only add to it.
 */
import { writeFileSync } from 'node:fs';
import { ACTIVATIONS, instantiateKernels, packConv, packDense, roundUp, supportedVariants } from './dist/kernels/index.js';

const TURNS = 60;
const DENSITIES = [1, 0.5, 0.2, 0.1, 0.05];
/** Inputs, outputs and places of layers that there are. */
const PLANES = [
  [32, 16, 112 * 112],
  [24, 144, 56 * 56],
  [32, 192, 28 * 28],
  [64, 384, 14 * 14],
  [576, 96, 14 * 14],
  [160, 960, 49],
  [960, 160, 49],
  [288, 32, 256],
];
const VECTORS = [
  [784, 300],
  [300, 100],
  [800, 500],
  [1280, 100],
  [2048, 1000],
];

const memory = new WebAssembly.Memory({ initial: 1024 });
const kernels = await instantiateKernels(memory, supportedVariants()[0]);
const { linear } = ACTIVATIONS;
let end;

const planes = fit(PLANES.flatMap(([inputs, outputs, places]) => DENSITIES.map((density) => ofPlanes(inputs, outputs, places, density))));
const vector = fit(VECTORS.flatMap(([inputs, outputs]) => DENSITIES.map((density) => ofVector(inputs, outputs, density))));
writeFileSync(
  new URL('src/compile/cost-constants.ts', import.meta.url),
  `/** Nanoseconds, as \`node measure-costs.mjs\` of this package measured them. */
export const COSTS = {
  /** Of one product by the sparse kernel over planes, of one by the dense one; of one output beside its products by either. */
  planes: ${text(planes)},
  /** Of one product with one vector by the sparse kernel, of one by the dense one; of one output beside its products by either. */
  vector: ${text(vector)},
} as const;
`,
);

function text({ sparse, dense }) {
  const digits = (value) => Number(Math.max(0, value).toPrecision(2));
  return `{ sparse: ${digits(sparse[0])}, dense: ${digits(dense[0])}, sparseOutput: ${digits(sparse[1])}, denseOutput: ${digits(dense[1])} }`;
}

function ofPlanes(inputs, outputs, places, density) {
  end = 1024;
  const stride = roundUp(4 * (places + 3), 16);
  const [input, output, scratch] = [reserve(inputs * stride), reserve(outputs * stride), reserve(inputs * 64)];
  const { weights, starts, indices, values } = weightsOf(inputs, outputs, density);
  const offsets = put(Uint32Array.from({ length: inputs }, (_, i) => i * stride));
  const packed = put(packConv(weights, outputs, inputs));
  const columns = roundUp(places, 4);
  const [s, i, v] = [put(starts), put(indices), put(values)];
  return {
    size: { nonzero: values.length * columns, weights: inputs * outputs * columns, outputs: outputs * columns },
    ...least(
      () => kernels.sparseConv(output, stride, 4 * places, outputs, 1, places, input, 4 * places, offsets, s, i, v, 0, linear, 1),
      () => kernels.conv(output, stride, 4 * places, outputs, 1, places, input, 4 * places, offsets, inputs, packed, 0, linear, 1, scratch),
    ),
  };
}

function ofVector(inputs, outputs, density) {
  end = 1024;
  const [input, output] = [reserve(inputs * 4), reserve(outputs * 4)];
  const { kernel, starts, indices, values } = weightsOf(inputs, outputs, density);
  const [s, i, v, packed] = [put(starts), put(indices), put(values), put(packDense(kernel, inputs, outputs))];
  return {
    size: { nonzero: values.length, weights: inputs * outputs, outputs },
    ...least(
      () => kernels.sparseDense(output, outputs, input, s, i, v, 0, linear, 1),
      () => kernels.dense(output, outputs, input, inputs, packed, 0, linear, 1),
    ),
  };
}

/** Nanoseconds of each, the least of the turns; each turn is of many calls where one is short. */
function least(sparse, dense) {
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let turn = 0; turn < TURNS; turn++) {
    [sparse, dense].forEach((run, which) => {
      const calls = best[which] === Number.POSITIVE_INFINITY ? 1 : Math.max(1, Math.ceil(200_000 / best[which]));
      const start = performance.now();
      for (let call = 0; call < calls; call++) run();
      best[which] = Math.min(best[which], (1e6 * (performance.now() - start)) / calls);
    });
  }
  return { sparse: best[0], dense: best[1] };
}

/** time ≈ a · products + b · outputs for each kernel, the relative error made small. */
function fit(measured) {
  const of = (kernel, products) => leastSquares(measured.map(({ size, [kernel]: time }) => [size[products] / time, size.outputs / time]));
  return { sparse: of('sparse', 'nonzero'), dense: of('dense', 'weights') };
}

/** The two factors that make a · x + b · y ≈ 1 for all. */
function leastSquares(rows) {
  const sum = (f) => rows.reduce((total, row) => total + f(row), 0);
  const [xx, xy, yy, x, y] = [([p]) => p * p, ([p, q]) => p * q, ([, q]) => q * q, ([p]) => p, ([, q]) => q].map(sum);
  const determinant = xx * yy - xy * xy;
  const [a, b] = [(x * yy - y * xy) / determinant, (y * xx - x * xy) / determinant];
  return b >= 0 ? [a, b] : [x / xx, 0];
}

function weightsOf(inputs, outputs, density) {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const weights = Float32Array.from({ length: inputs * outputs }, () => (random() < density ? random() - 0.5 : 0));
  const kernel = weights.map((_, at) => weights[(at % outputs) * inputs + Math.floor(at / outputs)]);
  const [starts, indices, values] = [[0], [], []];
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const value = weights[o * inputs + i];
      if (value === 0) continue;
      indices.push(i);
      values.push(value);
    }
    starts.push(values.length);
  }
  return { weights, kernel, starts: Uint32Array.from(starts), indices: Uint16Array.from(indices), values: Float32Array.from(values) };
}

function reserve(bytes) {
  const at = end;
  end = roundUp(end + bytes, 64);
  return at;
}

function put(values) {
  const at = reserve(values.byteLength);
  new Uint8Array(memory.buffer).set(new Uint8Array(values.buffer), at);
  return at;
}
