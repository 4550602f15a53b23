import { cut, MaskSet, Random, RunKeeping, type Scorer, selectLowest, selectParameters, type Threshold } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

const scorer: Scorer = {
  independent: true,
  score: (parameters) => parameters.map(({ variable }) => tf.abs<tf.Tensor>(variable)),
};

const threshold: Threshold = {
  lines: (scores, sparsity) => selectLowest(scores, Math.round(sparsity * scores.reduce((sum, { size }) => sum + size, 0))),
};

/** Loads the model that lies beside the page, zeroes its smallest weights, and answers with what is left. */
async function cutInPage(sparsity: number): Promise<object> {
  const model = await tf.loadLayersModel('./model/model.json');
  const parameters = selectParameters(model).taken;
  const masks = new MaskSet(parameters);
  const context = { model, masks, random: Random.of(1), keep: new RunKeeping() };
  await cut({ masks, scorer, threshold, sparsity, target: sparsity, context });
  const weights = parameters.flatMap(({ variable }) => Array.from(variable.dataSync()));
  return { sparsity: masks.sparsity, zeros: weights.filter((weight) => weight === 0).length, weights: weights.length };
}

Object.assign(globalThis, { cutInPage });
