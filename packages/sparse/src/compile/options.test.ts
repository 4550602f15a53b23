import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CompileOptions, compileNetwork, compileSparse } from '../index.ts';
import { modelOf } from '../testing/compare.ts';

const L = tf.layers;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const dense = () => modelOf([3], L.dense({ units: 2 }));
const compiled = (options: unknown, model = dense()) => compileSparse(model, options as CompileOptions);

describe('an option that would be ignored is named', () => {
  test.each<[unknown, RegExp]>([
    [{ kernels: 'sparse' }, /the options of compileSparse: there is no "kernels"\. Did you mean "kernel"\?/],
    [{ inputshapes: [[3]] }, /there is no "inputshapes"\. Did you mean "inputShapes"\?/],
    [{ quality: 9 }, /there is no "quality"\. There are kernel, fold, inputShapes, variant, batch, maxBytes/],
    [{ outputNames: ['z'] }, /there is no "outputNames"/],
    [{ fold: { batchNorm: false } }, /the option fold: there is no "batchNorm"\. Did you mean "batchNorms"\?/],
    [{ fold: { batchNorms: 'no' } }, /the option fold\.batchNorms: is "no"\. Take true or false/],
    [{ fold: true }, /the option fold: is true\. Give an object of .*batchNorms/],
    [{ fold: null }, /the option fold: is null/],
    [null, /the options of compileSparse: is null\. Give an object/],
    [{ kernel: 'Sparse' }, /the option kernel: is "Sparse"\. Take "sparse" or "dense"/],
    [{ batch: '4' }, /the option batch: is "4"\. Give a whole number above 0/],
    [{ batch: 1.5 }, /the option batch: is 1\.5/],
    [{ batch: -3 }, /the option batch: is -3/],
    [{ maxBytes: '50MB' }, /the option maxBytes: is "50MB"/],
    [{ variant: 'fast' }, /this engine runs no "fast" kernels/],
  ])('%j', async (options, message) => {
    await expect(compiled(options)).rejects.toThrow(message);
  });

  test('what is undefined says nothing', async () => {
    await expect(compiled({ kernel: undefined, fold: { batchNorms: undefined }, batch: undefined })).resolves.toBeDefined();
  });

  test('a network has options of its own', () => {
    const network = { name: 'none', trainable: true, inputs: [], outputs: [], tensors: new Map(), layers: new Map(), nodes: [] };
    expect(compileNetwork(network, { outputNames: [] }).plan.name).toBe('none');
    expect(() => compileNetwork(network, { inputShapes: [] } as object)).toThrow(
      /the options of compileNetwork: there is no "inputShapes"/,
    );
  });
});

describe('shapes of inputs', () => {
  test.each<[unknown, RegExp]>([
    [[3], /the option inputShapes: is \[3\].*a shape for each input.*inputShapes: \[\[3\]\]/],
    ['3', /the option inputShapes: is "3"/],
    [[[3], [4]], /the option inputShapes: is \[\[3\],\[4\]\].*"input\d+"/],
    [[[4]], /has the shape \[3\], and inputShapes says \[4\]/],
    [[['3']], /the option inputShapes: is \[\["3"\]\]/],
    [[[0]], /the option inputShapes: is \[\[0\]\]/],
  ])('%j are refused for one of [3]', async (inputShapes, message) => {
    await expect(compiled({ inputShapes })).rejects.toThrow(message);
  });

  test('as a list of numbers, of a model with an open size', async () => {
    const open = modelOf([null as never, 3], L.conv1d({ filters: 2, kernelSize: 1 }));
    await expect(compiled({ inputShapes: [5, 3] }, open)).rejects.toThrow(/inputShapes: is \[5,3\].*inputShapes: \[\[32, 3\]\]/);
  });

  test('an input of nothing is refused', async () => {
    await expect(compiled({}, modelOf([0], L.dense({ units: 2 })))).rejects.toThrow(/input "input\d+": has the shape \[0\]/);
  });

  test.each<[string, readonly (number | null)[], readonly number[], () => tf.layers.Layer[]]>([
    ['Conv2D', [null, null, 3], [2, 2, 3], () => [L.conv2d({ filters: 2, kernelSize: 3, name: 'last' })]],
    [
      'Conv2D',
      [null, null, 3],
      [4, 4, 3],
      () => [L.conv2d({ filters: 2, kernelSize: 3 }), L.conv2d({ filters: 2, kernelSize: 3, name: 'last' })],
    ],
    ['MaxPooling2D', [null, null, 3], [2, 2, 3], () => [L.maxPooling2d({ poolSize: 3, name: 'last' })]],
    ['MaxPooling3D', [null, null, null, 3], [2, 2, 2, 3], () => [L.maxPooling3d({ poolSize: 3, name: 'last' })]],
    ['Cropping2D', [null, null, 3], [4, 4, 3], () => [L.cropping2D({ cropping: 2, name: 'last' })]],
    ['Conv2D', [2, 2, 3], [2, 2, 3], () => [L.conv2d({ filters: 2, kernelSize: 3, name: 'last' })]],
  ])('too small for a %s: %j of %j', async (type, shape, inputShape, layers) => {
    const model = modelOf(shape as number[], ...layers());
    await expect(compiled({ inputShapes: [inputShape] }, model)).rejects.toThrow(
      new RegExp(`last(_\\d+)? \\(${type}\\): gives \\[.*\\]: nothing is left at this size\\. Compile it for larger inputs`),
    );
  });
});
