import {
  Budget,
  type Column,
  corePlugin,
  LiveRun,
  PartContainer,
  type PartKind,
  type PartTypes,
  parsePart,
  Registry,
  type RunEvent,
  rehearse,
  type Samples,
  selectParameters,
  TapeTrainer,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import magnitudePlugin from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const registry = new Registry([corePlugin, magnitudePlugin]);

function make<K extends PartKind>(kind: K, config: unknown): PartTypes[K] {
  const part = parsePart(kind, config);
  if (part === undefined) throw new TypeError(`no ${kind}`);
  return new PartContainer(registry).make(part);
}

/** Every weight from 0.01 to 1.00 once, signs in turn: 80 in the first kernel, 20 in the second. */
function model(): tf.LayersModel {
  const dense = (name: string, units: number, inputShape?: number[]) => tf.layers.dense({ name, units, inputShape, useBias: false });
  const net = tf.sequential({ layers: [dense('first', 10, [8]), dense('second', 2)] });
  const weights = Array.from({ length: 100 }, (_, i) => ((((i * 37) % 100) + 1) / 100) * (i % 2 ? -1 : 1));
  net.setWeights([tf.tensor2d(weights.slice(0, 80), [8, 10]), tf.tensor2d(weights.slice(80), [10, 2])]);
  return net;
}

const column = (width: number, value: (i: number) => number): Column => ({
  shape: [width],
  data: Float32Array.from({ length: 6 * width }, (_, i) => value(i)),
});
const samples: Samples = { size: 6, inputs: [column(8, (i) => Math.sin(i))], targets: [column(2, (i) => Math.cos(i))] };

interface Asked {
  readonly strategy?: unknown;
  readonly threshold?: unknown;
  readonly sparsity?: number;
  readonly steps?: number;
}

async function prune({ strategy = 'magnitude', threshold = 'global', sparsity = 0.75, steps = 0 }: Asked) {
  const net = model();
  const parameters = selectParameters(net).taken;
  const events: RunEvent[] = [];
  const parts = {
    model: net,
    parameters,
    sparsity,
    threshold: make('threshold', threshold),
    train: samples,
    task: 'regression' as const,
    loss: make('loss', 'meanSquaredError'),
    optimizer: make('optimizer', { adam: { learningRate: 0.001 } }),
    trainer: new TapeTrainer(),
    batchSize: 3,
    budget: new Budget(steps, 2),
    seed: 1,
    onEvent: (event: RunEvent) => void events.push(event),
  };
  const plan = await rehearse(make('strategy', strategy), parts);
  const run = await LiveRun.open(parts);
  await make('strategy', strategy).prune(run);
  await run.finish();
  const weights = parameters.map(({ variable }) => [...variable.dataSync()]);
  const cuts = events.flatMap((event) => (event.type === 'cut' ? [{ step: event.step, sparsity: event.sparsity }] : []));
  run.dispose();
  return { weights, cuts, plan, trained: events.filter(({ type }) => type === 'step').length };
}

const kept = (weights: number[][]): number[] => weights.flat().filter((weight) => weight !== 0);
const counts = (weights: number[][]): number[] => weights.map((list) => kept([list]).length);

describe('one-shot', () => {
  test('cuts the smallest weights at once: of the whole net', async () => {
    const { weights, cuts } = await prune({ sparsity: 0.75 });
    expect(cuts).toEqual([{ step: 0, sparsity: 0.75 }]);
    expect(
      kept(weights)
        .map((weight) => Math.round(Math.abs(weight) * 100))
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 25 }, (_, i) => 76 + i));
  });

  test('of each layer', async () => {
    expect(counts((await prune({ sparsity: 0.75, threshold: 'layer' })).weights)).toEqual([20, 5]);
  });

  test('below a fixed value', async () => {
    const { weights } = await prune({ sparsity: Number.NaN, threshold: { fixed: { value: 0.305 } } });
    expect(kept(weights)).toHaveLength(70);
    expect(Math.min(...kept(weights).map(Math.abs))).toBeCloseTo(0.31, 6);
  });

  test('within so many standard deviations of its layer', async () => {
    const { weights } = await prune({ sparsity: Number.NaN, threshold: { std: { quality: 0.5 } } });
    model()
      .getWeights()
      .forEach((tensor, i) => {
        const all = [...tensor.dataSync()];
        const mean = all.reduce((sum, w) => sum + w, 0) / all.length;
        const sigma = Math.sqrt(all.reduce((sum, w) => sum + (w - mean) ** 2, 0) / all.length);
        expect(counts(weights)[i]).toBe(all.filter((w) => Math.abs(w) >= 0.5 * sigma).length);
      });
  });

  test('then trains for the whole budget, and keeps the zeros', async () => {
    const { weights, trained } = await prune({ sparsity: 0.75, steps: 6 });
    expect(trained).toBe(6);
    expect(kept(weights)).toHaveLength(25);
  });
});

test('L2 puts weights in the order of L1', async () => {
  const l1 = await prune({ strategy: { magnitude: { scorer: { magnitude: { norm: 'l1' } } } } });
  const l2 = await prune({ strategy: { magnitude: { scorer: { magnitude: { norm: 'l2' } } } } });
  expect(l2.weights).toEqual(l1.weights);
});

describe('in rounds', () => {
  test('each takes the same share of what is left, and trains for its part', async () => {
    const { cuts, trained, weights } = await prune({ strategy: { magnitude: { rounds: 2 } }, sparsity: 0.75, steps: 8 });
    // Half, and half of what is left.
    expect(cuts).toEqual([
      { step: 0, sparsity: 0.5 },
      { step: 4, sparsity: 0.75 },
    ]);
    expect(trained).toBe(8);
    expect(kept(weights)).toHaveLength(25);
  });

  test('that do not divide the budget lose no step of it', async () => {
    const { cuts, trained } = await prune({ strategy: { magnitude: { rounds: 3 } }, sparsity: 0.75, steps: 8 });
    expect(trained).toBe(8);
    expect(cuts.map(({ step }) => step)).toEqual([0, 2, 5]);
  });

  test('the plan says so beforehand', async () => {
    const { plan } = await prune({ strategy: { magnitude: { rounds: 2 } }, sparsity: 0.75, steps: 8 });
    expect(plan.map(({ what, step }) => `${what} at ${step}`)).toEqual(['cut at 0', 'train at 0', 'cut at 4', 'train at 4']);
    expect(plan[0]).toMatchObject({ sparsity: 0.5, scorer: 'magnitude' });
  });

  test('a threshold that decides alone cuts anew in each, part of the way at first', async () => {
    const { cuts } = await prune({
      strategy: { magnitude: { rounds: 3 } },
      sparsity: Number.NaN,
      threshold: { fixed: { value: 0.305 } },
      steps: 6,
    });
    expect(cuts.map(({ step }) => step)).toEqual([0, 2, 4]);
    // Of the 30 weights of 100 that lie under it, a third in the first.
    expect(cuts[0]?.sparsity).toBe(0.1);
  });
});

test('a config is checked: its options and their limits', () => {
  const problems = (config: unknown) =>
    registry.complete(parsePart('strategy', config) as never).problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  expect(problems({ magnitude: { rounds: 0 } })[0]).toContain('magnitude.rounds: ');
  expect(problems({ magnitude: { scorer: { magnitude: { norm: 'l3' } } } })[0]).toContain('magnitude.scorer.magnitude.norm: ');
  expect(problems('magnitude')).toEqual([]);
});
