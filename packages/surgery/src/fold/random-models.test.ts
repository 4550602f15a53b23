import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { difference, disposeLoaded, outputsOf, randomise, randomNumbers, useCpu } from '../testing/models.ts';
import { randomModel } from '../testing/random-model.ts';
import { fold } from './fold.ts';

beforeAll(useCpu);

const choices = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 12, maxLength: 40 });
const option = fc.option(fc.boolean(), { nil: undefined });
const options = fc.record({
  batchNorms: option,
  activations: option,
  relu6: option,
  constants: option,
  padding: option,
  identities: option,
  dropouts: option,
});

/** Zeros in whole columns of kernels, so that units are constant that are not zero. */
function silenceUnits(model: tf.LayersModel, share: number, seed: number): void {
  const random = randomNumbers(seed);
  for (const weight of model.weights) {
    if (weight.shape.length < 2 || weight.originalName.includes('embedding')) continue;
    const columns = weight.shape.at(-1) as number;
    const silent = Array.from({ length: columns }, () => random() < share);
    const values = weight.read().dataSync<'float32'>();
    tf.tidy(() => {
      const kept = values.map((value, i) => (silent[i % columns] ? 0 : value));
      (weight.read() as tf.Variable).assign(tf.tensor(kept, weight.shape as number[]));
    });
  }
}

test('300 random models give the same once they are folded', async () => {
  await fc.assert(
    fc.asyncProperty(choices, fc.double({ min: 0, max: 0.6, noNaN: true }), fc.nat(), options, async (made, share, seed, chosen) => {
      const model = randomise(randomModel(made), seed);
      silenceUnits(model, share, seed);
      const before = outputsOf(model);
      const tensors = tf.memory().numTensors;
      const folded = await fold(model, chosen);
      expect(difference(outputsOf(folded.model), before)).toBeLessThan(1e-4);
      expect(folded.model.outputNames).toEqual(model.outputNames);
      expect(difference(outputsOf(model), before)).toBe(0);
      folded.model.dispose();
      expect(tf.memory().numTensors).toBe(tensors);
      disposeLoaded(model);
    }),
    { numRuns: 300, seed: 6 },
  );
}, 120_000);
