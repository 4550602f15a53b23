import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileSparse, defineSparseRule, operations, type Value } from '../index.ts';
import { modelOf } from '../testing/compare.ts';
import { layerOf, type OwnLayer } from '../testing/own-layer.ts';

const L = tf.layers;

type Flow = tf.SymbolicTensor;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function own(rule: (...given: Parameters<OwnLayer['rule']>) => unknown): tf.LayersModel {
  return modelOf([4], layerOf({ call: ([x]) => tf.mul(x, 2), rule: rule as OwnLayer['rule'] }));
}

describe('a rule that gives no value of the shape that the layer gives', () => {
  test.each<[string, (...given: Parameters<OwnLayer['rule']>) => unknown, RegExp]>([
    ['nothing', () => undefined, /Own\d+\): its sparse rule gives nothing where the layer gives \[4\]\. Correct the rule/],
    ['an empty list', () => [], /its sparse rule gives nothing/],
    ['null', () => null, /its sparse rule gives null/],
    ['a number', () => 3, /its sparse rule gives a number/],
    ['a promise', async ([x], build) => operations.scale(build, x, 2), /its sparse rule gives a promise/],
    ['what no operation gave', () => ({ shape: [4], buffer: 99 }), /its sparse rule gives an object that no operation gave/],
    ['another shape', ([x], build) => operations.concatenate(build, [x, x], 0), /its sparse rule gives \[8\] where the layer gives \[4\]/],
  ])('%s', async (_, rule, message) => {
    await expect(compileSparse(own(rule))).rejects.toThrow(message);
  });
});

test('a step that a rule has put together wrongly is told to who wrote the rule, not as a damaged file', async () => {
  const rule: OwnLayer['rule'] = ([x], build) => {
    const to = build.value(x.shape);
    build.step({ operation: 'scale', reads: [x], writes: [to], options: { count: 4000, factor: 2, shift: 0 } });
    return to;
  };
  const error = await compileSparse(own(rule)).catch((each) => each as Error);
  expect((error as Error).message).toMatch(/this step of the model does not hold together: .*\. Correct the rule of this layer/);
  expect((error as Error).message).not.toMatch(/damaged|anew/);
});

test('layers of which tfjs says one thing and does another are refused', async () => {
  const inputs = tf.input({ shape: [4, 5] });
  const joined = L.concatenate({ axis: -2, name: 'join' }).apply([inputs, L.reLU().apply(inputs) as Flow]) as Flow;
  await expect(compileSparse(tf.model({ inputs, outputs: joined }))).rejects.toThrow(/join \(Concatenate\): joins along axis -2: tfjs/);
  const separable = L.separableConv2d({ filters: 4, kernelSize: 3, dataFormat: 'channelsFirst', name: 'apart' });
  await expect(compileSparse(modelOf([3, 6, 5], separable))).rejects.toThrow(/apart \(SeparableConv2D\): adds a bias to images whose/);
  await expect(compileSparse(modelOf([3, 2], L.masking({ maskValue: Number.NaN })))).rejects.toThrow(/masks what is NaN/);
});

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /compileSparse: expected a LayersModel, got what is undefined/],
  ['a layer', {}, /expected a LayersModel, got what is none/],
  ['a promise', Promise.resolve(), /got the promise of one\. Await it/],
])('what is no model is refused: %s', async (_, given, message) => {
  await expect(compileSparse(given as tf.LayersModel)).rejects.toThrow(message);
});

test.each([
  [undefined, undefined],
  ['Scale', {}],
  ['', () => []],
])('what is no rule is refused: %s, %s', (type, rule) => {
  expect(() => defineSparseRule(type as string, rule as never)).toThrow(/^defineSparseRule: expected the type of a layer and a function/);
});

describe('all that cannot be compiled is named at once', () => {
  const small = (name: string) => L.resizing({ height: 2, width: 2, name });

  test('two layers for the same reason', async () => {
    await expect(compileSparse(modelOf([8, 8, 2], small('one'), small('other')))).rejects.toThrow(
      /^one \(Resizing\), other \(Resizing\): cannot run in a model of tfjs/,
    );
  });

  test('a layer that is called twice, once', async () => {
    const inputs = tf.input({ shape: [4, 4, 2] });
    const shared = L.batchNormalization({ axis: 1, name: 'rows' });
    const outputs = [shared.apply(inputs) as Flow, shared.apply(L.reLU().apply(inputs)) as Flow];
    await expect(compileSparse(tf.model({ inputs, outputs }))).rejects.toThrow(/^rows \(BatchNormalization\): normalises another/);
  });

  test('for several reasons, types without a rule among them', async () => {
    class Unknown extends tf.layers.Layer {
      static readonly className = 'NeverGivenARule';
      override call(given: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return [given].flat()[0] as tf.Tensor;
      }
    }
    const layers = [small('thumbnail'), new Unknown({ name: 'scan' }), L.batchNormalization({ axis: 1, name: 'rows' }), L.flatten()];
    const model = modelOf([4, 4, 2], ...layers, L.dense({ units: 2 }));
    for (const constants of [false, true])
      await expect(compileSparse(model, { fold: { constants } })).rejects.toThrow(
        /^sparse model "model\d+": cannot be compiled: scan \(NeverGivenARule\): this layer has no sparse kernel.*\. thumbnail \(Resizing\): cannot run.*\. rows \(BatchNormalization\): normalises/,
      );
  });

  test('what a rule throws by mistake does not hide what is refused before it', async () => {
    const broken = layerOf({ call: ([x]) => x, rule: ([x]) => (x as Value & { then: { now: Value } }).then.now });
    const inputs = tf.input({ shape: [4, 4, 2] });
    const made = (layer: tf.layers.Layer) => layer.apply(inputs) as Flow;
    await expect(compileSparse(tf.model({ inputs, outputs: made(broken) }))).rejects.toThrow(
      /^own\w* \(\w+\): its sparse rule fails: Cannot read .*\. Correct the rule that was given to defineSparseRule/i,
    );
    const rows = L.batchNormalization({ axis: 1, name: 'rows' });
    await expect(compileSparse(tf.model({ inputs, outputs: broken.apply(made(rows)) as Flow }))).rejects.toThrow(/^rows \(Batch/);
  });
});
