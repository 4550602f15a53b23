import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Control, underControl } from './control.ts';
import type { LiveRunParts } from './live-run.ts';
import { modelParameters } from './parameter.ts';
import { rehearse } from './rehearsal.ts';
import { Budget, rounds } from './step.ts';
import type { Strategy } from './strategy.ts';
import { magnitude, make, scorerOf, taken, useCpu, weightsOf } from './testing/make.ts';
import { tinyNet, tinySamples } from './testing/nets.ts';
import { MemoryStore, partsOf, prune } from './testing/runs.ts';
import { readWeights } from './weights.ts';

beforeAll(useCpu);

/** Cuts in two rounds, six steps after each. */
const strategy: Strategy = {
  async prune(run) {
    for (const round of rounds(2)) {
      await run.cut(magnitude(), run.sparsity * round.progress);
      await run.train(run.budget.split(2));
    }
  },
};
const randomScorer = {
  ...scorerOf(({ shape, size }) => tf.randomUniform([...shape], 0, 1, 'float32', size)),
  reduce: 'first' as const,
};
const control = (name: Control): Strategy => underControl(strategy, name, { randomScorer, denseBudget: new Budget(9, 3) });

async function parts(more: Partial<LiveRunParts> = {}): Promise<LiveRunParts> {
  const initial = await readWeights(tinyNet(7));
  return partsOf({
    model: tinyNet(),
    train: tinySamples(24),
    budget: new Budget(12, 3),
    snapshots: { initial, redrawn: await readWeights(tinyNet(8)) },
    ...more,
  });
}

const courseOf = (events: readonly { type: string }[]) =>
  events.flatMap((event) => (['cut', 'rewind', 'shuffle'].includes(event.type) ? [event.type] : []));
const stepsOf = (events: readonly { type: string }[]) => events.filter(({ type }) => type === 'step').length;
const keptOf = (mask: readonly number[]) => mask.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);

describe('each control is a course of its own, the same in the plan and in the run', () => {
  test.each([
    ['random', ['cut', 'cut'], 12],
    ['shuffled', ['cut', 'cut', 'shuffle', 'rewind'], 24],
    ['reinitialised', ['cut', 'cut', 'rewind'], 24],
    ['scratch', ['cut', 'cut', 'rewind'], 33],
  ] as const)('%s', async (name, course, steps) => {
    const all = await parts();
    const events = await rehearse(control(name), all);
    expect(events.flatMap(({ what }) => (what === 'train' ? [] : [what]))).toEqual(course);
    const outcome = await prune(control(name), all);
    expect(courseOf(outcome?.events ?? [])).toEqual(course);
    expect(stepsOf(outcome?.events ?? [])).toBe(steps);
  });
});

test.each(['shuffled', 'reinitialised'] as const)('%s, a ticket is trained as long as after its last rewind', async (name) => {
  const ticket: Strategy = {
    async prune(run) {
      for (const round of rounds(3)) {
        await run.cut(magnitude(), run.sparsity * round.progress);
        await run.rewind('initial');
        await run.train(run.budget.split(3));
      }
    },
  };
  const outcome = await prune(underControl(ticket, name, { randomScorer, denseBudget: new Budget(9, 3) }), await parts());
  const steps = (outcome?.events ?? []).map(({ type }) => type).filter((type) => type === 'step' || type === 'rewind');
  // Three trainings of four steps, each after a rewind; then the control's, after its own.
  expect(steps.slice(steps.lastIndexOf('rewind') + 1)).toHaveLength(4);
  expect(steps.filter((type) => type === 'step')).toHaveLength(16);
});

test('random scores reach the same sparsity by other masks', async () => {
  const own = await prune(strategy, await parts());
  const random = await prune(control('random'), await parts());
  const total = (masks: Record<string, number[]> | undefined) => Object.values(masks ?? {}).reduce((sum, mask) => sum + keptOf(mask), 0);
  expect(total(random?.masks)).toBe(total(own?.masks));
  expect(random?.masks).not.toEqual(own?.masks);
});

test('shuffled masks keep as many in each layer, elsewhere, and start from the first weights', async () => {
  const own = await prune(strategy, await parts());
  const untrained: Strategy = {
    async prune(run) {
      await strategy.prune(run);
      await run.shuffleMasks();
      await run.rewind('initial');
    },
  };
  const all = await parts();
  const outcome = await prune(untrained, all);
  const initial = weightsOf(tinyNet(7));
  for (const [name, mask] of Object.entries(outcome?.masks ?? {})) {
    expect(keptOf(mask)).toBe(keptOf(own?.masks[name] ?? []));
    expect(mask).not.toEqual(own?.masks[name]);
    const bit = (i: number) => ((mask[i >> 3] as number) >> (i & 7)) & 1;
    expect(outcome?.weights[name]).toEqual(initial[name]?.map((weight, i) => (bit(i) === 1 ? weight : 0)));
  }
});

test('shuffled, N of every M stay the pattern', async () => {
  const all = await parts({
    granularity: make('granularity', { nm: { n: 1, m: 2 } }),
    sparsity: 0.5,
    threshold: make('threshold', 'layer'),
  });
  const outcome = await prune(control('shuffled'), all);
  const [kernel] = modelParameters(all.model);
  const values = outcome?.weights[kernel?.name ?? ''] ?? [];
  const [rows, columns] = [10, 12];
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row += 2) {
      const pair = [values[row * columns + column], values[(row + 1) * columns + column]];
      expect(pair.filter((weight) => weight !== 0)).toHaveLength(1);
    }
  }
});

test('shuffled, blocks at the edges stay as many as they were', async () => {
  const all = await parts({
    granularity: make('granularity', { block: { rows: 3, columns: 5 } }),
    sparsity: 0.4,
    threshold: make('threshold', 'layer'),
  });
  const own = await prune(strategy, all);
  const outcome = await prune(control('shuffled'), { ...all, model: tinyNet() });
  for (const [name, mask] of Object.entries(own?.masks ?? {})) expect(keptOf(outcome?.masks[name] ?? [])).toBe(keptOf(mask));
  expect(outcome?.masks).not.toEqual(own?.masks);
});

test('shuffled, whole units go with their biases', async () => {
  const all = await parts({ granularity: make('granularity', 'unit'), sparsity: 0.5, threshold: make('threshold', 'layer') });
  const model = all.model;
  const outcome = await prune(control('shuffled'), { ...all, parameters: taken(model).slice(0, 1) });
  const kernel = outcome?.weights['hidden/kernel'] ?? [];
  const silent = Array.from({ length: 12 }, (_, unit) => kernel.filter((_, i) => i % 12 === unit).every((weight) => weight === 0));
  expect(silent.filter(Boolean)).toHaveLength(6);
  for (const [unit, isSilent] of silent.entries()) if (isSilent) expect(outcome?.weights['hidden/bias']?.[unit]).toBe(0);
});

test.each(['random', 'shuffled', 'reinitialised', 'scratch'] as const)(
  '%s, stopped anywhere, goes on with the same numbers',
  async (name) => {
    const whole = await prune(control(name), await parts());
    const events = whole?.events.length as number;
    for (let at = 2; at < events - 1; at += 3) {
      const store = new MemoryStore();
      const controller = new AbortController();
      let seen = 0;
      const onEvent = () => void (++seen === at && controller.abort());
      expect(await prune(control(name), await parts({ checkpoints: store, signal: controller.signal, onEvent }))).toBeNull();
      const { masks, weights, random } = (await prune(control(name), await parts({ checkpoints: store }))) as NonNullable<typeof whole>;
      expect({ masks, weights, random }).toEqual({ masks: whole?.masks, weights: whole?.weights, random: whole?.random });
    }
  },
);
