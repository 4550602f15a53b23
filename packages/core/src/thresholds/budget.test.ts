import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { corePlugin } from '../core-plugin.ts';
import { LiveRun } from '../live-run.ts';
import { usesPerSample } from '../macs.ts';
import type { PrunableParameter } from '../parameter.ts';
import { parsePart } from '../part.ts';
import { Random } from '../random.ts';
import { Registry } from '../registry.ts';
import { magnitude, make, taken, threshold, useCpu } from '../testing/make.ts';
import { partsOf } from '../testing/runs.ts';
import type { Line, ParameterScores } from '../threshold.ts';

beforeAll(useCpu);

const scoresOf = (parameter: PrunableParameter, values: readonly number[], groupSize: number | Uint32Array = 1): ParameterScores => ({
  parameter,
  size: values.length,
  groupSize,
  read: async () => Float32Array.from(values),
});

/** Which scores fall under a line: those below, and the first of those on it. */
function fallen(line: Line, values: readonly number[]): boolean[] {
  const rounded = values.map(Math.fround);
  if ('count' in line) {
    const order = [...rounded.keys()].sort((a, b) => (rounded[a] as number) - (rounded[b] as number) || a - b);
    return rounded.map((_, i) => order.indexOf(i) < line.count);
  }
  let ties = line.ties ?? 0;
  return rounded.map((value) => value < line.below || (value === line.below && ties-- > 0));
}

/** A convolution whose weights are used at nine places, and a Dense whose are used once. */
function net(): tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 1, inputShape: [3, 3, 2] }),
      tf.layers.flatten(),
      tf.layers.dense({ name: 'dense', units: 1 }),
    ],
  });
}

describe('by hand', () => {
  const lines = async (options: object, conv: number[], dense: number[], way = Number.NaN) => {
    const [first, second] = taken(net()) as [PrunableParameter, PrunableParameter];
    const drawn = (await threshold({ budget: options }).lines([scoresOf(first, conv), scoresOf(second, dense)], way)) as [Line, Line];
    return [fallen(drawn[0], conv).filter(Boolean).length, fallen(drawn[1], dense).filter(Boolean).length];
  };
  /** 4 weights of 9 uses each, 18 of one: 36 + 18 = 54 multiply-accumulates. */
  const conv = [1, 3, 5, 7];
  const dense = Array.from({ length: 18 }, (_, i) => i / 2);

  test('weights: as a share, and as a number', async () => {
    // 11 of 22 go: 0, 0.5, 1, 1, 1.5, 2, 2.5, 3, 3, 3.5, 4; of equal ones those of the first parameter first.
    expect(await lines({ parameters: 0.5 }, conv, dense)).toEqual([2, 9]);
    expect(await lines({ parameters: 11 }, conv, dense)).toEqual([2, 9]);
    expect(await lines({ parameters: 1 }, conv, dense)).toEqual([0, 0]);
  });

  test('bytes: four for each weight', async () => {
    expect(await lines({ bytes: 44 }, conv, dense)).toEqual([2, 9]);
  });

  test('multiply-accumulates: a weight counts as often as it is used', async () => {
    // 27 of 54 must go: 0, 0.5 (2), conv 1 (11), dense 1, 1.5, 2, 2.5 (15), conv 3 (24), dense 3, 3.5, 4 (27).
    expect(await lines({ macs: 0.5 }, conv, dense)).toEqual([2, 9]);
    // One more: 28, that of the next, which is dense 4.5.
    expect(await lines({ macs: 26 }, conv, dense)).toEqual([2, 10]);
  });

  test('part of the way in a schedule', async () => {
    // A third of 27: 9 must go. 0, 0.5 and the convolution’s 1 make 11.
    expect(await lines({ macs: 0.5 }, conv, dense, 1 / 3)).toEqual([1, 2]);
    expect(await lines({ macs: 0.5 }, conv, dense, 0)).toEqual([0, 0]);
    expect(await lines({ macs: 0.5 }, conv, dense, 1)).toEqual([2, 9]);
  });

  test('a budget that all fits into prunes nothing', async () => {
    expect(await lines({ parameters: 1000 }, conv, dense)).toEqual([0, 0]);
  });

  test('what costs nothing stays: the vectors of an embedding multiply nothing', async () => {
    const layers = [tf.layers.embedding({ inputDim: 3, outputDim: 2, inputLength: 1 }), tf.layers.flatten(), tf.layers.dense({ units: 2 })];
    const [embedding, kernel] = taken(tf.sequential({ layers })) as [PrunableParameter, PrunableParameter];
    const scores = [scoresOf(embedding, [0, 0, 0, 0, 0, 0]), scoresOf(kernel, [1, 2, 3, 4])];
    const [first, second] = (await threshold({ budget: { macs: 0.5 } }).lines(scores, Number.NaN)) as [Line, Line];
    expect(first).toEqual({ count: 0 });
    expect(fallen(second, [1, 2, 3, 4])).toEqual([true, true, false, false]);
  });

  test('groups cost all of their elements', async () => {
    const [first] = taken(net()) as [PrunableParameter];
    const scores = scoresOf(first, [3, 1, 2], Uint32Array.of(1, 5, 4));
    const fallsAt = async (parameters: number) =>
      fallen((await threshold({ budget: { parameters } }).lines([scores], Number.NaN))[0] as Line, [3, 1, 2]);
    expect(await fallsAt(5)).toEqual([false, true, false]);
    expect(await fallsAt(4)).toEqual([false, true, true]);
  });
});

test('what is left meets the budget, and with one group more it would not: as taking them one by one says', async () => {
  const values = fc.array(fc.constantFrom(0, -0, 1, 1, 2, -3, 1e-40, Number.NEGATIVE_INFINITY), { minLength: 4, maxLength: 4 });
  const [conv, dense] = taken(net()) as [PrunableParameter, PrunableParameter];
  await fc.assert(
    fc.asyncProperty(values, fc.nat(), fc.integer({ min: 1, max: 54 }), async (first, seed, macs) => {
      const random = Random.of(seed);
      const second = Array.from({ length: 18 }, () => random.int(5) - 2);
      const drawn = (await threshold({ budget: { macs: macs + 0.5 } }).lines(
        [scoresOf(conv, first), scoresOf(dense, second)],
        Number.NaN,
      )) as [Line, Line];
      const wanted = [
        ...first.map((score, i) => ({ score: Math.fround(score), place: i, cost: 9 })),
        ...second.map((score, i) => ({ score, place: 4 + i, cost: 1 })),
      ].sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : a.place - b.place));
      let left = 54;
      const falls = new Array(22).fill(false);
      for (const { place, cost } of wanted) {
        if (left <= macs + 0.5) break;
        left -= cost;
        falls[place] = true;
      }
      expect([...fallen(drawn[0], first), ...fallen(drawn[1], second)]).toEqual(falls);
    }),
    { numRuns: 200 },
  );
});

test('in a run, cut by cut, the last one meets it; a parameter with a target of its own keeps its own pace', async () => {
  const parts = partsOf({ sparsity: Number.NaN, threshold: threshold({ budget: { macs: 0.25 } }) });
  const [hidden, output] = parts.parameters as [PrunableParameter, PrunableParameter];
  const run = await LiveRun.open({ ...parts, parameters: [hidden, { ...output, sparsity: 0.5 }] });
  const left = () => run.parameters.map((parameter) => run.masks.get(parameter).kept * usesPerSample(parameter));
  await run.cut(magnitude(), 0.5);
  expect(left()).toEqual([120 - 45, 36 - 9]);
  await run.cut(magnitude(), 1);
  expect(left()).toEqual([30, 18]);
  await run.cut(magnitude());
  expect(left()).toEqual([30, 18]);
  run.dispose();
});

test('what is left is held against it, each element at its cost', () => {
  const [conv, dense] = taken(net()) as [PrunableParameter, PrunableParameter];
  const missed = (options: object, kept: [number, number]) =>
    threshold({ budget: options }).missed?.([
      { parameter: conv, kept: kept[0] },
      { parameter: dense, kept: kept[1] },
    ]);
  // 4 weights of 9 uses each, 18 of one: 36 + 18 = 54 multiply-accumulates.
  expect(missed({ macs: 27 }, [2, 9])).toBeUndefined();
  expect(missed({ macs: 0.5 }, [2, 9])).toBeUndefined();
  expect(missed({ macs: 0.5 }, [2, 10])).toBe(
    'budget: 28 multiply-accumulates are left in the parameters that it speaks of, where 27 (50 % of 54) were allowed',
  );
  expect(missed({ bytes: 44 }, [2, 9])).toBeUndefined();
  expect(missed({ bytes: 44 }, [3, 9])).toMatch(/^budget: 48 bytes of weights are left .* where 44 were allowed$/);
  expect(missed({ parameters: 0.1 }, [4, 0])).toMatch(/^budget: 4 weights .* where 2.2 \(10 % of 22\) were allowed$/);
});

test('one budget is needed, and only one', () => {
  const problems = (options: object) => new Registry([corePlugin]).complete(parsePart('threshold', { budget: options }) as never).problems;
  expect(problems({})[0]?.message).toBe('give one of parameters, macs and bytes');
  expect(problems({ macs: 0.5, bytes: 100 })[0]?.message).toBe('give one of parameters, macs and bytes');
  expect(problems({ macs: 0 })).toHaveLength(1);
  expect(problems({ macs: 0.5 })).toEqual([]);
});

test('uniform is layer by another name', () => {
  expect(make('threshold', 'uniform').constructor).toBe(make('threshold', 'layer').constructor);
});
