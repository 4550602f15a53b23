import { Mask, MaskSet, modelParameters, type Scorer } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { STAYS } from '../channels.ts';
import { dependencyGraph } from '../dependency-graph.ts';
import { readNetwork } from '../read-network.ts';
import { goneBy, type Removal } from '../removal.ts';
import { replay, type ShrinkOptions, type Shrunk, shrink } from '../shrink.ts';
import { difference, outputsOf } from './models.ts';

export const TOLERANCE = 1e-4;

export const atRandom: Scorer = {
  score: (parameters, { random }) =>
    parameters.map(({ shape, size }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => random.next()),
        [...shape],
      ),
    ),
};

/** Masks that prune all that makes these units, or scales them: kernels, biases, gammas and betas. They are put on the weights. */
export async function masksOf(model: tf.LayersModel, removal: Removal): Promise<MaskSet> {
  const graph = dependencyGraph(await readNetwork(model));
  const gone = goneBy(removal, graph);
  const parameters = modelParameters(model).map((parameter) => ({ ...parameter, sparsity: undefined }));
  const masks = new MaskSet(parameters);
  for (const layer of graph.network.layers.values()) {
    for (const { name, parameter, shape, values } of layer.weights) {
      if (name.includes('moving_')) continue;
      const mask = Mask.full(values.length);
      graph.weights
        .get(layer.name)
        ?.get(name)
        ?.forEach((axis, i) => {
          if (axis === null || axis.role === 'reads') return;
          const inner = shape.slice(i + 1).reduce((product, size) => product * size, 1);
          for (let at = 0; at < values.length; at++) {
            const unit = axis.channels[Math.floor(at / inner) % axis.channels.length] as number;
            if (unit !== STAYS && gone[unit] === 1) mask.prune(at);
          }
        });
      const found = parameters.find((each) => each.name === parameter);
      if (found !== undefined) masks.set(found, mask);
    }
  }
  return masks;
}

/**
 * Chooses units at random, masks them, and expects of the shrunk model: the masked model's outputs, exactly these units
 * gone, the same from a replay, nothing leaked. Disposes the model.
 */
export async function checkRemoval(model: tf.LayersModel, options: ShrinkOptions): Promise<Removal> {
  const tensors = tf.memory().numTensors;
  const chosen = await shrink(model, { scorer: atRandom, ...options });
  const masks = await masksOf(model, chosen.removal);
  const masked = outputsOf(model);
  const shrunk = await shrink(model, masks, { cutOutputs: options.cutOutputs });
  expect(shrunk.removal.units).toEqual(chosen.removal.units);
  expect(shrunk.after).toEqual(chosen.after);
  expect(difference(outputsOf(shrunk.model), masked)).toBeLessThan(TOLERANCE);
  expect(difference(outputsOf(chosen.model), masked)).toBeLessThan(TOLERANCE);
  const again = await replay(model, JSON.parse(JSON.stringify(chosen.removal)));
  expect(difference(outputsOf(again), masked)).toBeLessThan(TOLERANCE);
  expect(difference(outputsOf(model), masked)).toBe(0);
  for (const each of [chosen, shrunk]) expect(sizeOf(each)).toBe(each.after.parameters);
  for (const each of [chosen.model, shrunk.model, again]) each.dispose();
  masks.dispose();
  expect(tf.memory().numTensors).toBe(tensors);
  return chosen.removal;
}

function sizeOf({ model }: Shrunk): number {
  return model.weights.reduce((sum, weight) => sum + weight.read().size, 0);
}
