import { corePlugin, type Dataset, Part, PartContainer, Registry } from '@espalier/core';
import { testDataset } from '@espalier/testkit';
import { expect, test } from 'vitest';
import plugin from './index.ts';

testDataset(plugin, { spirals: { samples: 50 } });

const load = (options = {}): Promise<Dataset> =>
  new PartContainer(new Registry([corePlugin, plugin])).make(new Part('dataset', 'spirals', options)).load();

test('as many points as asked for, of each class as many, in the disc', async () => {
  const { classes, train, test: unseen } = await load({ arms: 4, samples: 100, noise: 0 });
  expect([classes, train.size, unseen.size]).toEqual([4, 100, 20]);
  const labels = [...(train.targets[0]?.data ?? [])];
  expect([0, 1, 2, 3].map((label) => labels.filter((one) => one === label).length)).toEqual([25, 25, 25, 25]);
  const places = train.inputs[0]?.data ?? [];
  for (let i = 0; i < places.length; i += 2) expect(Math.hypot(places[i] as number, places[i + 1] as number)).toBeLessThanOrEqual(1);
});

test('the same seed gives the same points, another seed others and another fingerprint', async () => {
  const [one, same, other] = await Promise.all([load(), load({ seed: 1 }), load({ seed: 2 })]);
  expect(same).toEqual(one);
  expect(other.train).not.toEqual(one.train);
  expect(other.fingerprint).not.toBe(one.fingerprint);
});
