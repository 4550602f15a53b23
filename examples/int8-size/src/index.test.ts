import { corePlugin, type EvaluatedModel, modelParameters, Part, PartContainer, Registry } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const evaluator = new PartContainer(new Registry([corePlugin, plugin])).make(new Part('evaluator', 'int8Size'));

async function sizeOf(kept: number): Promise<number> {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 100, inputShape: [100], useBias: false })] });
  const weights = Float32Array.from({ length: 10_000 }, (_, i) => (i % 100 < 100 * kept ? Math.sin(i * i) : 0));
  model.setWeights([tf.tensor2d(weights, [100, 100])]);
  const parameters = modelParameters(model).map((parameter) => ({ ...parameter, nonzero: 10_000 * kept, uses: 1 }));
  return (await evaluator.evaluate({ state: 'pruned', model, parameters } as unknown as EvaluatedModel)) as number;
}

test('a byte for each weight where none is zero, and little for zeros', async () => {
  const dense = await sizeOf(1);
  expect(dense).toBeGreaterThan(9000);
  expect(dense).toBeLessThan(10_200);
  expect(await sizeOf(0.1)).toBeLessThan(dense / 4);
  expect(await sizeOf(0)).toBeLessThan(100);
});
