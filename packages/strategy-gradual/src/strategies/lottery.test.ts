import { Budget, parsePart } from '@espalier/core';
import { courseOf } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { bed } from '../testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));

test('cuts what the dense training left small, goes back to the first weights, trains anew', async () => {
  const outcome = await bed.pruned({ strategy: { lottery: { rounds: 2 } } });
  expect(courseOf(outcome)).toEqual(['cut to 0.5', 'rewind to initial', '6 steps', 'cut to 0.75', 'rewind to initial', '6 steps']);
});

test('what is kept starts again from its first value', async () => {
  const { weights, masks, initial } = await bed.pruned({ strategy: { lottery: { rounds: 1 } }, budget: new Budget(0, 3) });
  for (const [name, mask] of Object.entries(masks)) {
    expect(weights[name]).toEqual(mask.map((kept, i) => (kept ? initial[name]?.[i] : 0)));
  }
});

test('may train before the first cut, too', async () => {
  const outcome = await bed.pruned({ strategy: { lottery: { rounds: 2, trainFirst: true } } });
  expect(courseOf(outcome)).toEqual([
    'rewind to initial',
    '4 steps',
    'cut to 0.5',
    'rewind to initial',
    '4 steps',
    'cut to 0.75',
    'rewind to initial',
    '4 steps',
  ]);
});

test('goes back to a step of the dense training', async () => {
  expect(courseOf(await bed.pruned({ strategy: { lottery: { rounds: 1, rewindTo: 'step-2' } } }))).toEqual([
    'cut to 0.75',
    'rewind to step-2',
    '12 steps',
  ]);
});

test('or rewinds the learning rate alone', async () => {
  const outcome = await bed.pruned({ strategy: { lottery: { rounds: 2, rewindLearningRate: true } } });
  expect(courseOf(outcome)).toEqual(['cut to 0.5', '6 steps', 'cut to 0.75', '6 steps']);
});

test.each(['step-0', 100])('weights that nobody keeps are refused: %j', (rewindTo) => {
  const problems = bed.registry.complete(parsePart('strategy', { lottery: { rewindTo } }) as never).problems;
  expect(problems[0]?.message).toBe('expected initial, or step-NUMBER of the dense training, such as step-100');
});

test('a step to go back to is refused where the weights stay', () => {
  const options = { rewindLearningRate: true, rewindTo: 'step-1' };
  const problems = bed.registry.complete(parsePart('strategy', { lottery: options }) as never).problems;
  expect(problems[0]?.message).toBe('with rewindLearningRate the weights stay as they were trained: leave rewindTo out');
});
