import { writeFileSync } from 'node:fs';
import { saveModel } from '@espalier/models';
import { defineSparseRule, operations } from '@espalier/sparse';
import * as tf from '@tensorflow/tfjs';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { benchModel } from '../bench-model.ts';
import { Place } from '../testing/espalier.ts';
import { benchView } from '../view/bench-view.ts';
import { whatToShip } from '../what-to-ship.ts';

/** 64-256-256-4, three quarters of it zeros where it is to be sparse. */
function net(isSparse: boolean): tf.LayersModel {
  const { dense } = tf.layers;
  const model = tf.sequential();
  model.add(dense({ name: 'first', units: 256, activation: 'relu', inputShape: [64] }));
  model.add(dense({ name: 'second', units: 256, activation: 'relu' }));
  model.add(dense({ name: 'output', units: 4, activation: 'softmax' }));
  const weight = (shape: number[]) => {
    const random = tf.randomUniform(shape, -0.2, 0.2, 'float32', 3);
    return isSparse && shape.length > 1 ? tf.mul(random, tf.cast(tf.greater(random, 0.1), 'float32')) : random;
  };
  tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }) => weight(shape))));
  return model;
}

async function placeWithNet(isSparse: boolean): Promise<Place> {
  await tf.setBackend('cpu');
  const place = new Place();
  const model = net(isSparse);
  await saveModel(model, place.file('net'));
  model.dispose();
  return place;
}

test('measures what runs here, says what does not, and which to ship', async () => {
  const place = await placeWithNet(true);
  const { status, stdout, stderr } = await place.start(['bench', 'net', '--seconds', '1', '--json']);
  expect([status, stderr]).toEqual([0, 'compiling …\npreparing WebAssembly …\npreparing the native backend …\nmeasuring …\n']);
  const bench = JSON.parse(stdout);
  expect(bench).toMatchObject({
    model: 'net/model.json',
    inputs: [[64]],
    sparsity: expect.closeTo(0.75, 1),
    missing: [{ form: 'all', backend: 'tensorflow', why: 'ESPALIER_BACKEND is "cpu"' }],
    sparse: { layers: 3, weights: 64 * 256 + 256 * 256 + 256 * 4 },
  });
  expect(bench.sparse.maxDifference).toBeLessThan(1e-5);
  expect(bench.measured.map((one: { form: string; backend: string }) => `${one.form} ${one.backend}`)).toEqual([
    ...['sparse none', 'dense wasm', 'masked wasm'],
  ]);
  for (const { lowMs, latencyMs, highMs } of bench.measured) expect(lowMs > 0 && lowMs <= latencyMs && latencyMs <= highMs).toBe(true);
  // Which one wins in so short a time is the machine's to say.
  expect(bench.ship).toEqual(whatToShip(bench.measured));

  const people = await place.start(['bench', 'net', '--seconds', '1']);
  expect(people.stdout).toMatch(/^sparse +no tfjs +1 +[\d.]+ ms +[\d.]+ – [\d.]+ ms +[\d.]+×$/m);
  expect(people.stdout).toMatch(/ship +in a page: the (model on sparse kernels|masked model on tfjs-backend-wasm); /);
});

test('a model without zeros is measured as it is, or with as many as are asked for', async () => {
  const place = await placeWithNet(false);
  const { stdout } = await place.start(['bench', 'net', '--seconds', '1']);
  expect(stdout).toMatch(/zeros +none: sparse kernels have nothing to skip/);
  expect(stdout).not.toMatch(/^dense /m);
  const pruned = await place.start(['bench', 'net', '--seconds', '1', '--sparsity', '0.95', '--json']);
  expect(JSON.parse(pruned.stdout)).toMatchObject({ sparsity: expect.closeTo(0.95, 3), sparse: { zeros: expect.any(Number) } });
});

test('layers that are frozen stay as they are, which is said beside the zeros of the others', async () => {
  await tf.setBackend('cpu');
  const bench = await benchModel(
    async () => {
      const model = net(false);
      (model.layers[0] as tf.layers.Layer).trainable = false;
      return model;
    },
    { sparsity: 0.9, seconds: 0.2 },
  );
  expect(bench).toMatchObject({ sparsity: expect.closeTo(0.9, 2), frozenLayers: 1 });
  const options = { width: 200, colours: picocolors.createColors(false) };
  expect(benchView(bench, options)).toMatch(/zeros +90.0\d % of what can be pruned; 1 layer frozen by trainable: false stay/);
});

test('on the native backend too where it is there, with the backend as it was and nothing left', async () => {
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const { measured, missing } = await benchModel(async () => net(true), { seconds: 0.5 });
  const native = measured.filter(({ backend }) => backend === 'tensorflow').map(({ form }) => form);
  if (missing.some(({ backend }) => backend === 'tensorflow')) expect(native).toEqual([]);
  else expect(native).toEqual(['dense', 'masked', 'one graph']);
  expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['cpu', before]);
});

test('a form that gives other outputs is neither measured nor to be shipped', async () => {
  class Doubled extends tf.layers.Layer {
    static className = 'Doubled';
    override call(inputs: tf.Tensor | tf.Tensor[]) {
      return tf.tidy(() => tf.mul([inputs].flat()[0] as tf.Tensor, 2));
    }
  }
  defineSparseRule('Doubled', ({ inputs: [input] }, build) => operations.scale(build, input as never, 2.01));
  const load = async () => {
    const doubled = new Doubled({ name: 'doubled' });
    return tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [8] }), doubled] });
  };
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const { measured, missing, sparse, ship } = await benchModel(load, { seconds: 0.2, sparsity: 0.5 });
  expect(missing).toContainEqual({ form: 'sparse', backend: 'none', why: expect.stringMatching(/other outputs .*by up to 0\.0050 of/) });
  expect(sparse).toBeNull();
  expect(measured.map(({ form }) => form)).not.toContain('sparse');
  expect(ship.browser?.form).toBe('masked');
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  ['no model', ['bench', 'nowhere'], /nowhere/],
  ['a broken one', ['bench', 'broken.json'], /broken\.json/],
  ['a sparsity of 90', ['bench', 'net', '--sparsity', '90'], /from 0 up to 1/],
])('ends with 2 for %s', async (_, args, said) => {
  const place = new Place({ 'broken.json': '{"format": "layers-model"}' });
  const { status, stderr } = await place.start(args);
  expect(stderr).toMatch(said);
  expect(status).toBe(2);
});

test('Ctrl-C ends it at once', async () => {
  const place = await placeWithNet(true);
  const started = performance.now();
  let isTold = false;
  const { status } = await place.start(['bench', 'net', '--seconds', '3000'], {
    watch: (said, child) => {
      // A second one would not be asked for: it kills.
      if (!isTold && said.includes('measuring')) child.kill('SIGINT');
      isTold ||= said.includes('measuring');
    },
  });
  expect(status).toBe(130);
  expect(performance.now() - started).toBeLessThan(100_000);
});

test('inspect --sparse: zeros, kernel and gain of each layer, of a model or of the file of a sparse one', async () => {
  const place = await placeWithNet(true);
  const people = await place.start(['inspect', '--sparse', 'net'], { env: { COLUMNS: '60' } });
  expect(people.stdout).toMatch(/^second +Dense +65,536 +7\d\.\d % +(sparse|dense) +([\d.]+×|–)$/m);
  for (const line of people.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  const { stdout } = await place.start(['inspect', '--sparse', 'net/model.json', '--json']);
  const inspected = JSON.parse(stdout);
  expect(inspected.layers.map(({ layer, weights }: { layer: string; weights: number }) => [layer, weights])).toEqual([
    ['first', 16384],
    ['second', 65536],
    ['output', 1024],
  ]);
  writeFileSync(place.file('cut.sparse'), 'ESP');
  const cut = await place.start(['inspect', '--sparse', 'cut.sparse']);
  expect(cut.status).toBe(2);
});
