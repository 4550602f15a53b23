import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { RunKeeping } from './keeping.ts';
import { Mask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import { Random } from './random.ts';
import { regrow } from './regrow.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { magnitude, parameterOf, scorerOf, useCpu } from './testing/make.ts';

beforeAll(useCpu);

/** Six weights, of which the last two are pruned, and how much each is worth to grow. */
const WEIGHTS = [4, -1, 3, 2, 0, 0];
const WORTH = [0, 9, 0, 0, 5, 7];

function bed(grow: Scorer = scorerOf(() => tf.tensor1d(WORTH))) {
  const parameter = parameterOf('layer', WEIGHTS);
  const masks = new MaskSet([parameter]);
  masks.set(parameter, Mask.of(Uint8Array.of(1, 1, 1, 1, 0, 0)));
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  const context: ScoringContext = { model, masks, random: Random.of(1, 'test'), keep: new RunKeeping() };
  const kept = () => Array.from({ length: WEIGHTS.length }, (_, i) => Number(masks.get(parameter).keeps(i)));
  const move = (share: number, dropped = async () => {}) => regrow({ masks, share, drop: magnitude(), grow, context, dropped });
  return { parameter, kept, move };
}

test('the smallest share of what is kept goes, and as many of the rest come, those of the highest score', async () => {
  const { kept, move } = bed();
  // Of four kept, half: −1 and 2 go; of 9, 0, 5 and 7 that are pruned then, 9 (just dropped) and 7 come.
  const report = await move(0.5);
  expect(kept()).toEqual([1, 1, 1, 0, 0, 1]);
  expect(report).toMatchObject({ asked: null, sparsity: 2 / 6 });
});

test('what grows starts from zero, what was just dropped, too', async () => {
  const { parameter, move } = bed();
  await move(0.5);
  expect(Array.from(parameter.variable.dataSync())).toEqual([4, 0, 3, 0, 0, 0]);
});

test('between the two, what a trainer remembers of the dropped can be zeroed: the masks are without them then', async () => {
  const { kept, move } = bed();
  const between: number[][] = [];
  await move(0.5, async () => void between.push(kept()));
  expect(between).toEqual([[1, 0, 1, 0, 0, 0]]);
});

test('no more is dropped than has a place to grow', async () => {
  const { kept, move } = bed();
  // All four could go; two places are pruned: −1 and 2 go, and any two of the four then pruned come.
  await move(1);
  expect(kept().reduce((sum, each) => sum + each)).toBe(4);
  expect(kept()[0]).toBe(1);
});

test('a share of nothing moves nothing', async () => {
  const { kept, move } = bed();
  await move(0);
  expect(kept()).toEqual([1, 1, 1, 1, 0, 0]);
});

test('scores to grow by that are NaN where something may grow are refused', async () => {
  const { move } = bed(scorerOf(() => tf.tensor1d([0, Number.NaN, 0, 0, 5, 7])));
  await expect(move(0.5)).rejects.toThrow('NaN');
});
