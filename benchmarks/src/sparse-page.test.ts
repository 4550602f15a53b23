import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { CHROMIUM, isWithoutChromium } from './chromium.ts';
import { openSparsePage } from './sparse-page.ts';

const SCREENSHOT = fileURLToPath(new URL('../../artefacts/sparse-page.png', import.meta.url));

/** LeNet-300-100, its weights drawn at random and, of every twenty, all but one gone. */
function pruned(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [784], units: 300, activation: 'relu' }),
      tf.layers.dense({ units: 100, activation: 'relu' }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  const weights = model.getWeights().map((weight) => {
    const values = weight.dataSync<'float32'>();
    return tf.tensor(weight.shape.length === 2 ? values.map((value, i) => (i % 20 === 7 ? value : 0)) : values, weight.shape);
  });
  model.setWeights(weights);
  return model;
}

test.skipIf(isWithoutChromium)(
  'a page of Chromium runs a pruned model both ways, with the same outputs and in less time, and shows it',
  async () => {
    if (CHROMIUM === undefined) throw new Error('no Chromium is installed: apt-get install chromium');
    await tf.setBackend('cpu');
    const started = Date.now();
    const model = { name: 'lenet', label: 'LeNet-300-100', zeros: 0.95, goal: 1, model: pruned() };
    const page = await openSparsePage(CHROMIUM, [model]);
    try {
      expect(await page.threads()).toBe(1);
      const { lenet } = await page.turn(3);
      expect(lenet?.difference).toBeLessThan(1e-5);
      expect(lenet?.sparseMs).toBeGreaterThan(0);
      expect(lenet?.sparseMs).toBeLessThan(lenet?.denseMs ?? 0);
      await page.screenshot(SCREENSHOT);
      expect(statSync(SCREENSHOT).mtimeMs).toBeGreaterThanOrEqual(started - 1000);
    } finally {
      await page.close();
    }
  },
);

test.skipIf(isWithoutChromium)('the page may have threads where tfjs is to take as many as it likes', async () => {
  if (CHROMIUM === undefined) throw new Error('no Chromium is installed: apt-get install chromium');
  await tf.setBackend('cpu');
  const page = await openSparsePage(
    CHROMIUM,
    [{ name: 'lenet', label: 'LeNet-300-100', zeros: 0.95, goal: 1, model: pruned() }],
    'default',
  );
  try {
    expect(await page.isIsolated()).toBe(true);
    const { lenet } = await page.turn(3);
    expect(lenet?.difference).toBeLessThan(1e-5);
    expect(await page.threads()).toBeGreaterThanOrEqual(1);
  } finally {
    await page.close();
  }
});
