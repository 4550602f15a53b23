import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { drawModel } from './draw-model.ts';
import { inspectModel } from './inspect-model.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** A residual block in a model whose name must not become markup. */
function residual(): tf.LayersModel {
  const { add, conv2d, dense, globalAveragePooling2d } = tf.layers;
  const image = tf.input({ shape: [8, 8, 3], name: 'image' });
  const stem = conv2d({ name: 'stem', filters: 4, kernelSize: 3, padding: 'same' }).apply(image);
  const inner = conv2d({ name: 'inner', filters: 6, kernelSize: 1 }).apply(stem);
  const outer = conv2d({ name: `${'outer'.repeat(20)}/end`, filters: 4, kernelSize: 1 }).apply(inner);
  const mean = globalAveragePooling2d({ name: 'mean' }).apply(add({ name: 'sum' }).apply([stem, outer] as tf.SymbolicTensor[]));
  return tf.model({
    name: 'net<b>&"',
    inputs: image,
    outputs: dense({ name: 'classes', units: 2, activation: 'softmax' }).apply(mean) as tf.SymbolicTensor,
  });
}

test('groups: what goes together, what can go, why the rest stays; parameters and MACs per layer', async () => {
  const model = residual();
  const { groups, layers } = await inspectModel(model);
  expect(groups).toMatchObject([
    { name: 'stem', makers: ['stem', expect.stringMatching(/^outer.*end$/)], units: 4, removable: 4, kept: [] },
    { name: 'inner', makers: ['inner'], units: 6, removable: 6 },
    { name: 'classes', units: 2, removable: 0, kept: expect.arrayContaining([{ why: 'the model\'s output "classes"', units: 2 }]) },
  ]);
  expect(groups?.[1]?.weights).toContainEqual({ name: 'inner/kernel', axis: 3, role: 'makes', ranges: [[0, 5]] });
  // By hand: 3×3×3×4 weights at 64 places, 4×6 at 64.
  expect(layers.filter(({ name }) => /^stem|^inner|^mean/.test(name))).toMatchObject([
    { parameters: 108 + 4, macs: 108 * 64 },
    { parameters: 24 + 6, macs: 24 * 64 },
    { parameters: 0, macs: 0 },
  ]);
  model.dispose();
});

test('the drawing is well-formed: a name is text, boxes do not overlap, and text fits in its box', async () => {
  const model = residual();
  const svg = await drawModel(model, await inspectModel(model));
  model.dispose();
  expect(svg).not.toContain('<b>');
  expect(svg).toContain('net&lt;b&gt;&amp;&quot;');
  expect(svg.match(/<(g|text|svg|title|defs|marker)[ >]/g)?.length).toBe(svg.match(/<\/(g|text|svg|title|defs|marker)>/g)?.length);
  const boxes = [...svg.matchAll(/<g><rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)".*?<\/g>/g)].map(
    ([text, ...numbers]) => ({
      text,
      rect: numbers.map(Number) as [number, number, number, number],
    }),
  );
  expect(boxes).toHaveLength(7);
  for (const [
    i,
    {
      text,
      rect: [x, y, width, height],
    },
  ] of boxes.entries()) {
    for (const [, at, label] of text.matchAll(/<text x="([-\d.]+)"[^>]*>(.*?)<\/text>/g)) {
      const letters = (label ?? '').replaceAll(/&\w+;|&#\d+;/g, '.').length;
      expect(Number(at) + letters * 12 * 0.61).toBeLessThanOrEqual(x + width);
    }
    for (const {
      rect: [left, top, wide, high],
    } of boxes.slice(i + 1))
      expect(x + width <= left || left + wide <= x || y + height <= top || top + high <= y).toBe(true);
  }
  // The same colour comes out of the stem, the outer convolution, the sum and the mean, and stands in the legend.
  const [colour] = svg.match(/hsl\(\d+ 65% 52%\)/) ?? [''];
  expect(svg.split(colour)).toHaveLength(1 + 5);
});

test('a model whose channels cannot be followed has no groups and says why', async () => {
  const model = tf.sequential();
  model.add(tf.layers.lstm({ name: 'memory', units: 3, stateful: true, batchInputShape: [1, 4, 2] }));
  const { groups, whyNoGroups } = await inspectModel(model);
  expect(groups).toBeNull();
  expect(whyNoGroups).toMatch(/memory.*stateful/);
  model.dispose();
});

test('a trained MobileNetV2 is inspected and drawn in a moment', async () => {
  const require = createRequire(import.meta.url);
  const part = (name: string) => createRequire(require.resolve('nsfwjs'))(`../models/mobilenet_v2/${name}.min.js`);
  const { modelTopology, weightsManifest } = part('model');
  const weightData = Uint8Array.from(Buffer.from(part('group1-shard1of1'), 'base64')).buffer;
  const weightSpecs = weightsManifest.flatMap(({ weights }: { weights: tf.io.WeightsManifestEntry[] }) => weights);
  const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  const started = process.cpuUsage();
  const inspected = await inspectModel(model);
  const inspecting = seconds(process.cpuUsage(started));
  const svg = await drawModel(model, inspected);
  const both = seconds(process.cpuUsage(started));
  console.info(`MobileNetV2: ${inspecting.toFixed(2)} s of processor time to inspect, ${(both - inspecting).toFixed(2)} s to draw`);
  expect(inspected.groups?.length).toBeGreaterThan(20);
  expect(svg.match(/<g><rect/g)).toHaveLength(model.layers.length);
  expect(both).toBeLessThan(10);
  model.dispose();
});

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}
