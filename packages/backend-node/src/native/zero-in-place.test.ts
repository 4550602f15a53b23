import {
  corePlugin,
  cut,
  type Keeping,
  Mask,
  MaskSet,
  Part,
  PartContainer,
  Random,
  READ_INTO,
  Registry,
  type Scorer,
  ZERO_IN_PLACE,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend.ts';
import { isComplete, packageKit } from './layout.ts';

const kit = packageKit();
const isThere = kit !== undefined && isComplete(kit);
const layer = tf.layers.dense({ units: 1 });

function parameterOf(values: Float32Array, name = 'dense/kernel') {
  const variable = tf.tidy(() => tf.variable(tf.tensor(values)));
  return { name, layer, shape: variable.shape, size: values.length, calls: [], variable };
}

/** Zeroes nothing, and says whether it might. */
function isZeroedInPlace(x: tf.Variable): boolean {
  const bits = Mask.full(x.size).bytes as unknown as tf.NamedAttrMap[string];
  const given = tf.engine().runKernel(ZERO_IN_PLACE, { x: x as tf.Tensor }, { bits }) as tf.Tensor[];
  tf.dispose(given);
  return given.length > 0;
}

describe.runIf(isThere)('pruned weights are zeroed where they are', () => {
  beforeAll(() => useBackend({ choice: 'tensorflow', threads: 1 }));

  test.each([1, 7, 8, 9, 64, 1003])('%i weights: plain zeros where pruned, the very same elsewhere', async (size) => {
    const random = Random.of(size);
    const values = Float32Array.from({ length: size }, () => [Number.NaN, -0, Number.POSITIVE_INFINITY, -1.5][random.int(4)] as number);
    const mask = Mask.of(Uint8Array.from(values, () => random.int(2)));
    const parameter = parameterOf(values.slice());
    const masks = new MaskSet([parameter]);
    const before = tf.memory().numTensors;
    masks.set(parameter, mask);
    expect(tf.memory().numTensors).toBe(before);
    const wanted = values.map((value, i) => (mask.keeps(i) ? value : 0));
    expect(Buffer.from(parameter.variable.dataSync().slice().buffer).equals(Buffer.from(wanted.buffer))).toBe(true);
    parameter.variable.dispose();
  });

  test('who holds the weights of before keeps them: a clone, a reshaped one, a part', () => {
    const parameter = parameterOf(Float32Array.from({ length: 64 }, (_, i) => i + 1));
    const masks = new MaskSet([parameter]);
    const holders = [tf.clone(parameter.variable as tf.Tensor), tf.reshape(parameter.variable as tf.Tensor, [8, 8])];
    expect(isZeroedInPlace(parameter.variable)).toBe(false);
    masks.set(parameter, Mask.empty(64));
    for (const holder of holders) expect(holder.dataSync()[5]).toBe(6);
    expect(parameter.variable.dataSync().every((value) => value === 0)).toBe(true);
    parameter.variable.assign(tf.range(1, 65));
    const part = tf.slice(parameter.variable as tf.Tensor, [0], [32]);
    expect(isZeroedInPlace(parameter.variable)).toBe(false);
    masks.apply();
    expect(part.dataSync()[5]).toBe(6);
    expect(parameter.variable.dataSync().every((value) => value === 0)).toBe(true);
    tf.dispose([...holders, part]);
    expect(isZeroedInPlace(parameter.variable)).toBe(true);
    parameter.variable.dispose();
  });

  describe('a cut comes to the same with the binding and without', () => {
    // Few values, so that the line goes through ties; several pieces, and small tensors beside them.
    const random = Random.of(3);
    const sizes = [300_001, 1000, 17];
    const weights = sizes.map((size) => Float32Array.from({ length: size }, () => (random.int(9) - 4) / 8));

    /** Prunes twice, as a gradual run does. */
    async function pruned(): Promise<string[]> {
      const parameters = weights.map((values, i) => parameterOf(values.slice(), `layer_${i}/kernel`));
      const masks = new MaskSet(parameters);
      const context = { model: undefined as unknown as tf.LayersModel, masks, random: Random.of(1), keep: undefined as unknown as Keeping };
      try {
        for (const sparsity of [0.4, 0.7]) await cut({ masks, scorer, threshold, sparsity, target: 0.7, context });
        expect(masks.sparsity).toBeCloseTo(0.7, 5);
        return parameters.map(({ variable }) => Buffer.from(variable.dataSync().slice().buffer).toString('base64'));
      } finally {
        tf.dispose(parameters.map(({ variable }) => variable));
      }
    }

    test('bit by bit, ties among them', async () => {
      const withKernels = await pruned();
      expect(await withoutKernels(pruned)).toEqual(withKernels);
    });

    test('NaN is refused, and named', async () => {
      const [, small] = weights as [Float32Array, Float32Array];
      small[7] = Number.NaN;
      try {
        const said = 'on layer_1/kernel: the score of element 7 is NaN';
        await expect(pruned()).rejects.toThrow(said);
        await expect(withoutKernels(pruned)).rejects.toThrow(said);
      } finally {
        small[7] = 0;
      }
    });
  });
});

const registry = new Registry([corePlugin]);
const threshold = new PartContainer(registry).make(registry.complete(new Part('threshold', 'global', {})).part);

/** |w|, as a tensor and in place. */
const scorer: Scorer = {
  independent: true,
  score: async (parameters) => parameters.map(({ variable }) => tf.abs(variable)),
  scoreInPlace(weights) {
    for (let i = 0; i < weights.length; i++) weights[i] = Math.abs(weights[i] as number);
  },
};

async function withoutKernels<T>(work: () => Promise<T>): Promise<T> {
  const kernels = [READ_INTO, ZERO_IN_PLACE].map((name) => tf.getKernel(name, 'tensorflow')).filter((kernel) => kernel !== undefined);
  for (const { kernelName } of kernels) tf.unregisterKernel(kernelName, 'tensorflow');
  try {
    return await work();
  } finally {
    for (const kernel of kernels) tf.registerKernel(kernel);
  }
}
