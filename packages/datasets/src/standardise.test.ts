import type { Column } from '@espalier/core';
import { describe, expect, test } from 'vitest';
import { standardise } from './standardise.ts';
import { load } from './testing/part.ts';

/** Mean and standard deviation of the values as they are read. */
function moments({ data, scale = 1, offset = 0 }: Column): [number, number] {
  const values = Array.from(data, (value) => value * scale + offset);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}

const samples = (data: Column['data'], rest: Partial<Column> = {}) => ({
  size: data.length,
  inputs: [{ shape: [], data, ...rest }],
  targets: [{ shape: [], data: new Int32Array(data.length) }],
});

describe('standardised inputs', () => {
  test('have mean 0 and deviation 1 in training; what is tested with is on the same scale', () => {
    const parts = { train: samples(Uint8Array.of(0, 2, 4, 6), { scale: 0.5 }), test: samples(Uint8Array.of(3, 6), { scale: 0.5 }) };
    const { train, test } = standardise(parts, 'here');
    const [mean, deviation] = moments(train.inputs[0] as Column);
    expect(mean).toBeCloseTo(0, 12);
    expect(deviation).toBeCloseTo(1, 12);
    // By hand: read as 0 1 2 3, mean 1.5, deviation √1.25; the sample 6 is read as 3.
    const { data, scale = 1, offset = 0 } = test.inputs[0] as Column;
    expect((data[0] as number) * scale + offset).toBeCloseTo(0, 12);
    expect((data[1] as number) * scale + offset).toBeCloseTo(1.5 / Math.sqrt(1.25), 12);
    expect(train.inputs[0]?.data).toBe(parts.train.inputs[0]?.data);
  });

  test('are refused where all values are the same', () => {
    const parts = { train: samples(Float32Array.of(3, 3)), test: samples(Float32Array.of(3)) };
    expect(() => standardise(parts, 'constant.npy')).toThrow(
      'constant.npy: cannot be standardised: all of its input values are 3. Leave "standardise" out',
    );
  });

  test('of MNIST have the known mean 0.1307 and deviation 0.3081 taken off, and are other data', async () => {
    const [plain, brought] = [await load('mnist', {}), await load('mnist', { standardise: true })];
    const { scale = 1, offset = 0 } = brought.train.inputs[0] as Column;
    expect(1 / scale / 255).toBeCloseTo(0.3081, 4);
    expect(-offset / scale / 255).toBeCloseTo(0.1307, 4);
    expect(brought.test.inputs[0]).toMatchObject({ scale, offset });
    expect(brought.fingerprint).not.toBe(plain.fingerprint);
  });
});
