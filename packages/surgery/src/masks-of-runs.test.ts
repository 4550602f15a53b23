import {
  corePlugin,
  cut,
  type Granularity,
  MaskSet,
  PartContainer,
  parsePart,
  Random,
  Registry,
  RunKeeping,
  selectParameters,
  type Threshold,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Shrunk, shrink } from './shrink.ts';
import { ARCHITECTURES } from './testing/architectures.ts';
import { atRandom, TOLERANCE } from './testing/check-removal.ts';
import { mobilenet } from './testing/mobilenet.ts';
import { difference, disposeLoaded, outputsOf, outputsOnWasm, randomise, useCpu } from './testing/models.ts';

beforeAll(useCpu);

const parts = new PartContainer(new Registry([corePlugin]));
const made = <T>(kind: 'granularity' | 'threshold', config: unknown) =>
  parts.make(parsePart(kind, config) as NonNullable<ReturnType<typeof parsePart>>) as T;

/** What a run cuts, by scores at random: layer by layer, without a thought of what is tied to what. */
async function masksOfRun(model: tf.LayersModel, granularity: unknown, sparsity: number): Promise<MaskSet> {
  const by = granularity === 'element' ? undefined : made<Granularity>('granularity', granularity);
  const { taken } = selectParameters(model);
  const parameters = taken.filter((parameter) => by?.refuses?.(parameter, model) === undefined);
  const companions = (by?.arrange(parameters, model) ?? []).flatMap((set) => set.companions.map(({ parameter }) => parameter));
  const masks = new MaskSet(parameters, [...new Map(companions.map((each) => [each.name, each])).values()]);
  const keep = new RunKeeping();
  const context = { model, masks, random: Random.of(3), keep };
  await cut({
    masks,
    scorer: atRandom,
    threshold: made<Threshold>('threshold', 'layer'),
    granularity: by,
    sparsity,
    target: sparsity,
    context,
  });
  masks.apply();
  keep.dispose();
  return masks;
}

const outputsOnCpu = async (model: tf.LayersModel) => outputsOf(model);

async function checkMasks(model: tf.LayersModel, granularity: unknown, sparsity: number, outputs = outputsOnCpu): Promise<Shrunk> {
  const masks = await masksOfRun(model, granularity, sparsity);
  const before = await outputs(model);
  const shrunk = await shrink(model, masks, { emptied: 'keepOne' });
  expect(difference(await outputs(shrunk.model), before)).toBeLessThan(TOLERANCE);
  shrunk.model.dispose();
  masks.dispose();
  return shrunk;
}

describe.each(Object.entries(ARCHITECTURES))('masks of a run on %s', (_name, make) => {
  test.each([0.5, 0.8])('units at %f: the same function, and what stays says why', async (sparsity) => {
    const model = randomise(make(), 2);
    const { removal, stayed, before, after } = await checkMasks(model, 'unit', sparsity);
    expect(Object.keys(removal.units).length + stayed.length).toBeGreaterThan(1);
    expect(after.parameters).toBeLessThanOrEqual(before.parameters);
    for (const { layer, why } of stayed) expect(`${layer}: ${why}`).toMatch(/: .{10,}/);
    disposeLoaded(model);
  });

  test('single weights at 0.95: the same function', async () => {
    const model = randomise(make(), 3);
    await checkMasks(model, 'element', 0.95);
    disposeLoaded(model);
  });
});

test('units of the trained MobileNetV2 at 0.5: the same function, fewer multiply-accumulates', async () => {
  const model = await mobilenet();
  const { before, after } = await checkMasks(model, 'unit', 0.5, (each) => outputsOnWasm(each, { batch: 1 }));
  expect(after.macs).toBeLessThan(before.macs * 0.8);
  model.dispose();
}, 60_000);
