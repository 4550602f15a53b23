import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { shapeRuleOf } from '../../../surgery/src/testing/shape-rules.ts';
import { compileSparse, defineSparseRule } from '../index.ts';
import { differenceOf, modelOf, sparsified } from '../testing/compare.ts';
import { KEEPERS } from './overwritten-shapes.ts';
import { sparseRuleOf } from './sparse-rule.ts';

const L = tf.layers;
const ROUNDING = 1e-5;

type Flow = tf.SymbolicTensor;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const crop = (size = 3) => L.centerCrop({ height: size, width: size, name: `middle${size}` });

describe('a crop of what the model is given, of which tfjs has overwritten the size', () => {
  test.each<[string, () => tf.LayersModel]>([
    ['first', () => modelOf([6, 6, 1], crop())],
    ['behind layers that hand the list of sizes on', () => modelOf([6, 6, 1], L.rescaling({ scale: 2 }), L.reLU(), crop(), L.flatten())],
    ['behind another crop', () => modelOf([8, 8, 1], crop(5), crop())],
    [
      'behind a batch norm that is folded',
      () => modelOf([6, 6, 1], L.batchNormalization(), crop(), L.conv2d({ filters: 2, kernelSize: 1 })),
    ],
    ['in a model inside', () => modelOf([6, 6, 1], modelOf([6, 6, 1], crop()) as never)],
    ['of an open size', () => modelOf([null as never, null as never, 1], crop())],
  ])('is refused: %s', async (_, made) => {
    for (const options of [{}, { inputShapes: [[6, 6, 1]] }])
      await expect(compileSparse(made(), options)).rejects.toThrow(
        /middle3 \(CenterCrop\): crops what the model is given.*Crop before predict, or put a ZeroPadding2D of 0 before it/,
      );
  });

  test.each<[string, () => tf.layers.Layer]>([
    ['a padding of nothing', () => L.zeroPadding2d({ padding: 0 })],
    ['a convolution', () => L.conv2d({ filters: 2, kernelSize: 1 })],
  ])('compiles behind %s', async (_, first) => {
    const model = sparsified(modelOf([6, 6, 1], first(), crop()));
    const sparse = await compileSparse(model);
    expect(sparse.inputPorts[0]?.shape).toEqual([6, 6, 1]);
    expect(differenceOf(sparse, model)).toBeLessThan(ROUNDING);
  });

  test('the layers that hand a list of sizes on are those that do so in tfjs', () => {
    const classes = Object.entries(tf.serialization.SerializationMap.getMap().classNameMap);
    const keepers = classes.flatMap(([type, [{ prototype }]]) => {
      const shape = [null, 6, 6, 1];
      try {
        return Object.create(prototype as object).computeOutputShape(shape) === shape ? [type] : [];
      } catch {
        return [];
      }
    });
    // Classes of other tests have no rule in surgery.
    const known = keepers.filter((type) => sparseRuleOf(type) !== undefined && shapeRuleOf(type) !== undefined);
    expect([...KEEPERS].sort()).toEqual(known.sort());
  });
});

/** Rows 1 and 2 of an image. */
class Middle extends tf.layers.Layer {
  static readonly className = 'Middle';
  override computeOutputShape([batch, , ...rest]: tf.Shape): tf.Shape {
    return [batch as null, 2, ...rest];
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.slice([inputs].flat()[0] as tf.Tensor, [0, 1], [-1, 2]);
  }
}

describe('what a rule gives is held against the shape that tfjs says', () => {
  beforeAll(() => {
    defineSparseRule('Middle', ({ inputs }) => inputs);
  });

  test.each<[string, () => tf.LayersModel]>([
    ['behind a crop', () => modelOf([5, 5, 2], L.conv2d({ filters: 2, kernelSize: 1 }), crop(), new Middle())],
    ['beside a crop', () => beside((_, inputs) => new Middle().apply(inputs) as Flow)],
  ])('%s', async (_, made) => {
    await expect(compileSparse(made())).rejects.toThrow(
      /\(Middle\): its sparse rule gives \[\d, \d, 2\] where the layer gives \[2, \d, 2\]/,
    );
  });

  test('but for the height and width that a crop has overwritten', async () => {
    const wide = L.conv2d({ filters: 2, kernelSize: 1, name: 'wide' });
    const model = modelOf([5, 5, 2], wide, L.reLU(), crop());
    await expect(compileSparse(sparsified(model))).resolves.toBeDefined();
    // What comes behind it, told of the wrong sizes, runs with the right ones in tfjs, too.
    const pooled = beside((image) => L.maxPooling2d({ poolSize: 2, strides: 1 }).apply(image) as Flow);
    expect(differenceOf(await compileSparse(sparsified(pooled)), pooled)).toBeLessThan(ROUNDING);
  });
});

/** A convolution of which one output is a crop; the other one comes of what is called after that. */
function beside(call: (image: Flow, inputs: Flow) => Flow): tf.LayersModel {
  const inputs = tf.input({ shape: [6, 6, 2] });
  const image = L.conv2d({ filters: 2, kernelSize: 1 }).apply(inputs) as Flow;
  const cropped = crop().apply(image) as Flow;
  return tf.model({ inputs, outputs: [cropped, call(image, inputs)] });
}
