import { Mask, MaskSet, type PrunableParameter, type ScoringContext } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { oneNeuron, rounded, scoresOfOneNeuron } from '../testing/one-neuron.ts';

beforeAll(() => tf.setBackend('cpu'));

test('is weight times Hessian times gradient, with its sign', async () => {
  // H = Σ xxᵀ = ((1, 1, 0), (1, 2, 3), (0, 3, 9)), g = (2, 1, −3), Hg = (3, −5, −24). Two halves make the same mean.
  expect(rounded(await scoresOfOneNeuron('grasp', 2), 2)).toEqual([3, -10, 24]);
  expect(rounded(await scoresOfOneNeuron('grasp', 1), 2)).toEqual([3, -10, 24]);
});

test('the gradient of what is pruned counts as nothing', async () => {
  const { model, parameters, make } = oneNeuron();
  const [line] = parameters as [PrunableParameter];
  const masks = new MaskSet(parameters);
  const mask = Mask.full(3);
  mask.prune(2);
  masks.set(line, mask);
  // Now w = (1, 2, 0), the errors are 2 and 2, g = (2, 4, ·), Hg = (6, 10, ·).
  const [scores] = await make('scorer', 'grasp').score(parameters, { model, masks } as Partial<ScoringContext> as ScoringContext);
  expect(rounded([...(scores as tf.Tensor).dataSync()].slice(0, 2), 2)).toEqual([6, 20]);
});

test('weights are put back to the bit, also when the gradients throw on the way', async () => {
  const { model, parameters, make } = oneNeuron();
  const masks = new MaskSet(parameters);
  const context = { model, masks } as Partial<ScoringContext> as ScoringContext;
  const tensors = tf.memory().numTensors;
  tf.dispose(await make('scorer', 'grasp').score(parameters, context));
  expect([...(parameters[0] as PrunableParameter).variable.dataSync()]).toEqual([1, 2, -1]);
  const apply = model.apply.bind(model);
  let calls = 0;
  model.apply = (...given) => {
    if (++calls === 2) throw new Error('out of memory');
    return apply(...given);
  };
  await expect(make('scorer', 'grasp').score(parameters, context)).rejects.toThrow('out of memory');
  expect([...(parameters[0] as PrunableParameter).variable.dataSync()]).toEqual([1, 2, -1]);
  expect(tf.memory().numTensors).toBeLessThanOrEqual(tensors + 2);
});

test('where the loss is flat all scores are zero', async () => {
  const { model, parameters, make } = oneNeuron();
  // A line that meets both samples.
  model.setWeights([tf.tensor2d([4, -3, 1], [3, 1])]);
  const [scores] = await make('scorer', 'grasp').score(parameters, { model, masks: new MaskSet(parameters) } as never);
  expect([...(scores as tf.Tensor).dataSync()]).toEqual([0, 0, 0]);
});
