/**
 * The same pruned models on tfjs-backend-wasm and on sparse kernels, in turns, in one page. Whoever opens it waits for `opened`,
 * calls `turn(samples)`, which gives the median milliseconds of both for each model, and `draw()`.
 */
import { loadSparse } from '/sparse/runtime.js';

/** tfjs, which the page loads before this. */
const { tf } = globalThis;

/** A page's clock ticks in tenths of a millisecond: a sample is as many predictions as take so long. */
const SAMPLE_MS = 30;

let cases = [];

globalThis.opened = (async () => {
  tf.wasm.setWasmPaths('/tfjs-backend-wasm/');
  const work = await (await fetch('/work.json')).json();
  if (work.threads !== 'default') tf.wasm.setThreadsCount(work.threads);
  await tf.setBackend('wasm');
  cases = await Promise.all(work.cases.map(open));
})();

globalThis.turn = (samples) => Object.fromEntries(cases.map((each) => [each.name, turnOf(each, samples)]));

globalThis.draw = () => {
  const { kernels } = cases[0].sparse;
  document.querySelector('p').textContent =
    `Batch 1, ${kernels} kernels on one thread, tfjs on ${tf.wasm.getThreadsCount()}; ${navigator.userAgent.match(/Chrome\/[\d.]+/)?.[0]}`;
  const head = ['model', 'zeros', 'tfjs, dense (ms)', 'sparse (ms)', 'times as fast', 'goal', 'difference'];
  document.querySelector('table').replaceChildren(row('th', head), ...cases.map(rowOf));
};

async function open({ name, label, zeros, goal }) {
  const artifacts = await (await fetch(`/${name}.json`)).json();
  artifacts.weightData = await (await fetch(`/${name}.bin`)).arrayBuffer();
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const sparse = await loadSparse(`/${name}.sparse`);
  const shape = [1, ...model.inputs[0].shape.slice(1)];
  const image = tf.randomUniform(shape, -1, 1, 'float32', 1);
  const pixels = image.dataSync().slice();
  const dense = () => {
    const output = model.predict(image);
    const values = output.dataSync();
    output.dispose();
    return values;
  };
  const ways = { dense, sparse: () => sparse.predict(pixels) };
  const times = { dense: enough(ways.dense), sparse: enough(ways.sparse) };
  return { name, label, zeros, goal, sparse, ways, times, measured: { dense: [], sparse: [] } };
}

/** How many predictions make a sample. */
function enough(predict) {
  let times = 1;
  while (sample(predict, times) * times < SAMPLE_MS) times *= 2;
  return times;
}

function sample(predict, times) {
  const started = performance.now();
  for (let i = 0; i < times; i++) predict();
  return (performance.now() - started) / times;
}

function turnOf({ ways, times, measured }, samples) {
  const ms = { dense: [], sparse: [] };
  for (let i = 0; i < samples; i++) for (const way of Object.keys(ms)) ms[way].push(sample(ways[way], times[way]));
  const medians = { dense: median(ms.dense), sparse: median(ms.sparse) };
  for (const way of Object.keys(ms)) measured[way].push(medians[way]);
  return { denseMs: medians.dense, sparseMs: medians.sparse, difference: difference(ways.dense(), ways.sparse()) };
}

function rowOf({ label, zeros, goal, ways, measured }) {
  const [dense, sparse] = [median(measured.dense), median(measured.sparse)];
  const ratio = dense / sparse;
  const off = difference(ways.dense(), ways.sparse()).toExponential(1);
  const cells = [label, `${Math.round(100 * zeros)} %`, dense.toFixed(3), sparse.toFixed(3), `${ratio.toFixed(2)}×`, `≥ ${goal}×`, off];
  const made = row('td', cells);
  made.children[4].className = ratio >= goal ? 'met' : 'missed';
  return made;
}

function row(kind, cells) {
  const made = document.createElement('tr');
  for (const text of cells) made.append(Object.assign(document.createElement(kind), { textContent: text }));
  return made;
}

function difference(a, b) {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / Math.max(...a.map(Math.abs));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
