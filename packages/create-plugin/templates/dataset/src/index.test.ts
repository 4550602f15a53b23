import { corePlugin, Part, PartContainer, Registry } from '@espalier/core';
import { testDataset } from '@espalier/testkit';
import { expect, test } from 'vitest';
import plugin from './index.ts';

/** Made as a run makes it: options are checked, defaults filled in. */
const dataset = (options = {}) => new PartContainer(new Registry([corePlugin, plugin])).make(new Part('dataset', 'acme', options));

// What every dataset promises: shapes, finite values, labels below the number of classes, the same samples again.
testDataset(plugin, { acme: { train: 100, test: 50 } });

test('points lie on one of two spirals, half of them on each', async () => {
  const { train } = await dataset({ train: 100, noise: 0, turns: 1 }).load();
  const points = train.inputs[0]?.data ?? [];
  const labels = Array.from(train.targets[0]?.data ?? []);
  expect(labels.filter((label) => label === 1)).toHaveLength(50);
  for (const [i, label] of labels.entries()) {
    const [x = 0, y = 0] = points.slice(2 * i, 2 * i + 2);
    // The angle is a full turn times the radius, and half a turn more on the second spiral.
    const angle = 2 * Math.PI * Math.hypot(x, y) + Math.PI * label;
    expect(Math.cos(angle - Math.atan2(y, x))).toBeCloseTo(1, 4);
  }
});

test('the same options give the same samples, others another fingerprint', async () => {
  const [first, again, other] = await Promise.all([dataset().load(), dataset().load(), dataset({ noise: 0.1 }).load()]);
  expect(again).toEqual(first);
  expect(other.fingerprint).not.toBe(first?.fingerprint);
});

test('another seed gives other points', async () => {
  const [first, other] = await Promise.all([dataset().load(), dataset({ seed: 2 }).load()]);
  expect(other.train.inputs[0]?.data).not.toEqual(first.train.inputs[0]?.data);
  expect(other.fingerprint).not.toBe(first.fingerprint);
});

test('what is tested with is not what was trained with', async () => {
  const { train, test } = await dataset({ train: 50, test: 50 }).load();
  expect(test.inputs[0]?.data).not.toEqual(train.inputs[0]?.data);
});

test('options that cannot be are refused', () => {
  expect(() => dataset({ train: 0 })).toThrow('train');
});
