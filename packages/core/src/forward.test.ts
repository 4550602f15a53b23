import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Forward } from './forward.ts';
import { loss, useCpu } from './testing/make.ts';

beforeAll(useCpu);
const L = tf.layers;
const cross = loss('sparseCategoricalCrossentropy');
const dense = (activation?: 'softmax' | 'sigmoid' | 'relu') =>
  L.dense({ units: 2, activation, inputShape: [2], kernelInitializer: 'identity' });
const x = () => tf.tensor2d([[3, 1]]);

describe('a model gives its logits where the loss undoes its last activation', () => {
  test.each<[string, () => tf.LayersModel, boolean]>([
    ['softmax in a dense', () => tf.sequential({ layers: [dense('softmax')] }), true],
    ['softmax as a layer of its own', () => tf.sequential({ layers: [dense(), L.activation({ activation: 'softmax' })] }), true],
    [
      'softmax at the end of a nested model',
      () => tf.sequential({ layers: [dense(), tf.sequential({ layers: [dense('softmax')] })] }),
      true,
    ],
    ['no softmax', () => tf.sequential({ layers: [dense()] }), false],
    ['another activation', () => tf.sequential({ layers: [dense('sigmoid')] }), false],
  ])('%s', (_, build, hasLogits) => {
    const model = build();
    const forward = new Forward(model, cross);
    const before = [...(model.predict(x()) as tf.Tensor).dataSync()];
    expect(forward.hasLogits(0)).toBe(hasLogits);
    if (hasLogits) expect([...(forward.outputs([x()], false)[0] as tf.Tensor).dataSync()]).toEqual([3, 1]);
    else expect([...(forward.outputs([x()], false)[0] as tf.Tensor).dataSync()]).toEqual(before);
    expect([...(model.predict(x()) as tf.Tensor).dataSync()]).toEqual(before);
  });

  test('not where other layers need the activation', () => {
    const input = tf.input({ shape: [2] });
    const first = dense('softmax').apply(input) as tf.SymbolicTensor;
    const second = dense('softmax').apply(first) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: [first, second] });
    const forward = new Forward(model, cross);
    expect([forward.hasLogits(0), forward.hasLogits(1)]).toEqual([false, true]);
    const probabilities = (model.predict(x()) as tf.Tensor[])[0] as tf.Tensor;
    expect([...(forward.outputs([x()], false)[1] as tf.Tensor).dataSync()]).toEqual([...probabilities.dataSync()]);
  });

  test('not where the last layer is used before, too', () => {
    const shared = dense('softmax');
    const input = tf.input({ shape: [2] });
    const model = tf.model({ inputs: input, outputs: shared.apply(shared.apply(input)) as tf.SymbolicTensor });
    expect(new Forward(model, cross).hasLogits(0)).toBe(false);
  });

  test('the activation is back after an error', () => {
    const model = tf.sequential({ layers: [dense('softmax')] });
    expect(() => new Forward(model, cross).outputs([tf.tensor2d([[1, 2, 3]])], false)).toThrow();
    expect([...(model.predict(tf.tensor2d([[1, 1]])) as tf.Tensor).dataSync()]).toEqual([0.5, 0.5]);
  });
});

test('the losses of several outputs add up', () => {
  const forward = new Forward(tf.sequential({ layers: [dense()] }), loss('meanSquaredError'));
  expect(forward.lossOf([tf.tensor1d([1]), tf.tensor1d([2])], [tf.tensor1d([0]), tf.tensor1d([0])]).dataSync()[0]).toBe(5);
});
