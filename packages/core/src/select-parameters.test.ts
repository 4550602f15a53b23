import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Granularity } from './granularity.ts';
import { type ParameterRule, selectParameters, UnmatchedRule } from './select-parameters.ts';
import { useCpu } from './testing/make.ts';

beforeAll(useCpu);
const L = tf.layers;

function net(): tf.LayersModel {
  const encoder = tf.sequential({
    name: 'encoder',
    layers: [
      L.conv2d({ name: 'conv_1', filters: 2, kernelSize: 3, inputShape: [8, 8, 1] }),
      L.conv2d({ name: 'conv_2', filters: 2, kernelSize: 3 }),
      L.flatten({ name: 'flat' }),
    ],
  });
  return tf.sequential({
    layers: [
      encoder,
      L.dense({ name: 'dense_1', units: 4 }),
      L.batchNormalization({ name: 'norm' }),
      L.dense({ name: 'frozen', units: 4, trainable: false }),
      L.dense({ name: 'output', units: 2 }),
    ],
  });
}

const ALL = ['encoder/conv_1/kernel', 'encoder/conv_2/kernel', 'dense_1/kernel', 'output/kernel'];
const namesBy = (...rules: ParameterRule[]): string[] => selectParameters(net(), rules).taken.map(({ name }) => name);
const sparsities = (...rules: ParameterRule[]) => selectParameters(net(), rules).taken.map(({ sparsity }) => sparsity);
const without = (...names: string[]): string[] => ALL.filter((name) => !names.includes(name));

test('without rules every kernel that is trained is taken', () => {
  expect(namesBy()).toEqual(ALL);
});

describe('a rule speaks of', () => {
  test.each<[string, ParameterRule, string[]]>([
    ['a parameter by its name', { match: 'output/kernel' }, ['output/kernel']],
    ['a layer by its path', { match: 'encoder/conv_1' }, ['encoder/conv_1/kernel']],
    ['a layer by its own name, however deep', { match: 'conv_2' }, ['encoder/conv_2/kernel']],
    ['names by * within a segment', { match: 'encoder/conv_*' }, ['encoder/conv_1/kernel', 'encoder/conv_2/kernel']],
    ['names by ** across them', { match: 'encoder/**' }, ['encoder/conv_1/kernel', 'encoder/conv_2/kernel']],
    ['any kernel of any layer', { match: '**/kernel' }, ALL],
    ['one character by ?', { match: 'dense_?' }, ['dense_1/kernel']],
    ['a layer class', { type: 'Dense' }, ['dense_1/kernel', 'output/kernel']],
    ['both at once', { match: 'o*', type: 'Dense' }, ['output/kernel']],
    ['everything, where it says neither', {}, ALL],
  ])('%s', (_, rule, expected) => {
    expect(namesBy({ ...rule, exclude: true })).toEqual(without(...expected));
  });

  test('one segment does not cross the next', () => {
    expect(() => namesBy({ match: 'e*r', exclude: true })).toThrow(UnmatchedRule);
  });
});

test('later rules win: all out, one back in', () => {
  expect(namesBy({ match: '**', exclude: true }, { match: 'output', exclude: false })).toEqual(['output/kernel']);
  expect(namesBy({ match: 'output', exclude: false }, { match: '**', exclude: true })).toEqual([]);
});

test('a sparsity of its own, the last that speaks of it', () => {
  expect(sparsities({ match: 'output/kernel', sparsity: 0.5 })).toEqual([undefined, undefined, undefined, 0.5]);
  expect(sparsities({ type: 'Conv2D', sparsity: 0.5 }, { match: 'conv_2', sparsity: 0.8 })).toEqual([0.5, 0.8, undefined, undefined]);
  expect(sparsities({ type: 'Conv2D', sparsity: 0.5 }, { match: 'conv_2', exclude: true })).toEqual([0.5, undefined, undefined]);
});

test('what is left says why, the rule included', () => {
  const { left } = selectParameters(net(), [{ match: 'output', type: 'Dense', exclude: true }]);
  const why = Object.fromEntries(left.map(({ name, why: reason }) => [name, reason]));
  expect(why['output/kernel']).toBe('excluded by parameters[0] ("output" of type Dense)');
  expect(why['frozen/kernel']).toBe('its layer is frozen (trainable: false)');
  expect(why['encoder/conv_1/bias']).toContain('a bias');
});

test('what the granularity cannot cut is told apart from what is left for another reason', () => {
  const kernels: Granularity = { arrange: () => [], refuses: ({ shape }) => (shape.length < 3 ? 'it is no convolution' : undefined) };
  const { taken, left } = selectParameters(net(), [{ match: 'output', exclude: true }], kernels);
  expect(taken.map(({ name }) => name)).toEqual(['encoder/conv_1/kernel', 'encoder/conv_2/kernel']);
  expect(left.filter(({ isRefused }) => isRefused)).toEqual([
    { name: 'dense_1/kernel', shape: [32, 4], why: 'it is no convolution', isRefused: true },
  ]);
});

test('taken and left together are the whole model', () => {
  const model = net();
  const { taken, left } = selectParameters(model, [{ match: 'output', exclude: true }]);
  const counted = [...taken, ...left].reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  expect(counted).toBe(model.countParams());
});

describe('a rule that speaks of nothing is refused', () => {
  const problem = (...rules: ParameterRule[]): UnmatchedRule => {
    try {
      selectParameters(net(), rules);
    } catch (error) {
      if (error instanceof UnmatchedRule) return error;
    }
    return expect.fail('no rule was refused');
  };

  test('with its place and the names there are', () => {
    const error = problem({ match: 'output' }, { match: 'outptu/kernel', exclude: true });
    expect([error.index, error.names]).toEqual([1, ALL]);
    expect(error.message).toBe(
      `parameters[1]: "outptu/kernel" matches no prunable parameter: no parameter or layer has that name. There are: ${ALL.join(', ')}`,
    );
  });

  test('with the layer classes, where it named one', () => {
    const error = problem({ type: 'Conv1D' });
    expect(error.names).toEqual(['Conv2D', 'Dense']);
    expect(error.message).toContain('type Conv1D matches no prunable parameter');
  });

  test('with the reason, where what it names cannot be pruned', () => {
    expect(problem({ match: 'norm' }).message).toContain('norm/gamma cannot be pruned, BatchNormalization scales channels');
    expect(problem({ match: 'frozen/kernel' }).message).toContain('frozen/kernel cannot be pruned, its layer is frozen');
    expect(problem({ match: '**/bias' }).message).toContain('cannot be pruned, a bias');
  });
});
