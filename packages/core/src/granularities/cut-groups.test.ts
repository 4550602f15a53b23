import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cut } from '../cut.ts';
import { type Granularity, type GroupSet, groupSizes } from '../granularity.ts';
import { RunKeeping } from '../keeping.ts';
import { MaskSet } from '../mask-set.ts';
import type { PrunableParameter } from '../parameter.ts';
import type { CutReport } from '../pruning-run.ts';
import { Random } from '../random.ts';
import type { Scorer } from '../scorer.ts';
import { make, parameterOf, scorerOf, threshold, useCpu } from '../testing/make.ts';

beforeAll(useCpu);

interface Asked {
  readonly scorer: Scorer;
  readonly granularity: Granularity;
  readonly sparsity: number;
  readonly threshold?: string;
  readonly mayEmpty?: boolean;
}

function cutWith(masks: MaskSet, { threshold: by = 'global', sparsity, ...asked }: Asked): Promise<CutReport> {
  const context = { model: tf.sequential(), masks, random: Random.of(1), keep: new RunKeeping() };
  return cut({ masks, threshold: threshold(by), sparsity, target: sparsity, context, ...asked });
}

const scoresFrom = (values: Readonly<Record<string, readonly number[]>>): Scorer =>
  scorerOf(({ name, shape }) => tf.tensor(Float32Array.from(values[name] as number[]), [...shape]));
const keptOf = (masks: MaskSet, parameter: PrunableParameter): number[] => [...masks.get(parameter).toFloat32()];
const sizesOf = (set: GroupSet): number[] => {
  const sizes = groupSizes(set);
  return typeof sizes === 'number' ? new Array(set.count).fill(sizes) : [...sizes];
};

describe('scores of a group by hand', () => {
  test.each([
    // Blocks (1, −3, 5) and (4, 4, 4), by row.
    ['sum', 3, 12],
    ['mean', 1, 4],
    ['max', 5, 4],
    ['l2', Math.sqrt(35), Math.sqrt(48)],
  ] as const)('%s: %f and %f', async (reduce, first, second) => {
    const parameter = parameterOf('k', [1, -3, 5, 4, 4, 4], [2, 3]);
    const masks = new MaskSet([parameter]);
    const granularity = make('granularity', { block: { rows: 1, columns: 3, reduce } });
    const report = await cutWith(masks, { scorer: scoresFrom({ k: [1, -3, 5, 4, 4, 4] }), granularity, sparsity: 0.5 });
    expect(keptOf(masks, parameter)).toEqual(first < second ? [0, 0, 0, 1, 1, 1] : [1, 1, 1, 0, 0, 0]);
    expect(report.parameters[0]?.threshold).toBeCloseTo(Math.min(first, second), 5);
  });

  test('what an earlier cut of single weights pruned has no say in it', async () => {
    const parameter = parameterOf('k', [1, 9, 3, 3], [2, 2]);
    const masks = new MaskSet([parameter]);
    const scorer = scoresFrom({ k: [9, 1, 3, 3] });
    await cutWith(masks, { scorer, granularity: make('granularity', 'element'), sparsity: 0.25 });
    // The first row has a mean of 9, its other weight being gone, the second of 3.
    await cutWith(masks, { scorer, granularity: make('granularity', { block: { rows: 1, columns: 2, reduce: 'mean' } }), sparsity: 0.5 });
    expect(keptOf(masks, parameter)).toEqual([1, 0, 0, 0]);
  });
});

describe('whatever shapes and scores', () => {
  const scores = fc.oneof(fc.constant('few'), fc.constant('same'), fc.constant('all different'));
  const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 4 });
  const drawn = (kind: string, size: number, random: Random) =>
    Array.from({ length: size }, () => (kind === 'same' ? 1 : kind === 'few' ? random.int(3) : random.next()));

  const GRANULARITIES: Readonly<Record<string, unknown>> = {
    element: 'element',
    kernel: 'kernel',
    unit: 'unit',
    block: { block: { rows: 2, columns: 3 } },
  };

  test.each(Object.entries(GRANULARITIES))('%s: sparsity got is sparsity asked to one group, and masks only shrink', async (_, config) => {
    const granularity = make('granularity', config);
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 3 }),
        scores,
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('global', 'layer'),
        fc.nat(),
        async (shapes, kind, percents, by, seed) => {
          const random = Random.of(seed);
          const parameters = shapes.map((sides, i) => {
            const size = sides.reduce((product, side) => product * side, 1);
            return parameterOf(`p${i}/kernel`, new Array(size).fill(1), sides);
          });
          const masks = new MaskSet(parameters);
          const sets = granularity.arrange(parameters, tf.sequential());
          for (const percent of [...percents].sort((a, b) => a - b)) {
            const before = parameters.map((parameter) => masks.get(parameter));
            const values = Object.fromEntries(parameters.map(({ name, size }) => [name, drawn(kind, size, random)]));
            await cutWith(masks, { scorer: scoresFrom(values), granularity, sparsity: percent / 100, threshold: by, mayEmpty: true });
            for (const [i, parameter] of parameters.entries()) expect(masks.get(parameter).isWithin(before[i] as never)).toBe(true);
            // Whole groups.
            for (const { members } of sets) {
              for (const { parameter, groups } of members) {
                const states = new Map<number, boolean>();
                const mask = masks.get(parameter);
                for (let i = 0; i < parameter.size; i++) {
                  const group = groups === null ? i : (groups[i] as number);
                  expect(states.get(group) ?? mask.keeps(i)).toBe(mask.keeps(i));
                  states.set(group, mask.keeps(i));
                }
              }
            }
            const missed = (those: readonly PrunableParameter[]) => {
              const size = those.reduce((sum, parameter) => sum + parameter.size, 0);
              const pruned = those.reduce((sum, parameter) => sum + masks.get(parameter).pruned, 0);
              return pruned - (percent / 100) * size;
            };
            const largest = (those: readonly GroupSet[]) => Math.max(...those.flatMap(sizesOf));
            if (by === 'global') expect(Math.abs(missed(parameters))).toBeLessThanOrEqual(largest(sets));
            else
              for (const set of sets)
                expect(Math.abs(missed(set.members.map(({ parameter }) => parameter)))).toBeLessThanOrEqual(largest([set]));
          }
          masks.dispose();
          for (const { variable } of parameters) variable.dispose();
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('NaN is refused in groups, too', () => {
  test.each(['unit', 'block', 'kernel', 'nm', 'element'])('%s', async (name) => {
    const parameter = parameterOf('k', new Array(16).fill(1), [2, 2, 2, 2]);
    const scorer = scoresFrom({ k: Array.from({ length: 16 }, (_, i) => (i === 5 ? Number.NaN : i)) });
    const masks = new MaskSet([parameter]);
    await expect(cutWith(masks, { scorer, granularity: make('granularity', name), sparsity: 0.5 })).rejects.toThrow(
      'the score of element 5 is NaN',
    );
  });
});

describe('no parameter is emptied unawares', () => {
  const small = () => parameterOf('small/kernel', [1, 2], [1, 2]);
  const large = () => parameterOf('large/kernel', [10, 20, 30, 40, 50, 60], [1, 6]);
  const scorer = () => scorerOf(({ variable }) => tf.abs(variable as tf.Tensor));

  test.each(['element', 'unit', 'block'])('its best group is kept, and the report says so (%s)', async (name) => {
    const parameters = [small(), large()];
    const masks = new MaskSet(parameters);
    const granularity = name === 'block' ? make('granularity', { block: { rows: 1, columns: 1 } }) : make('granularity', name);
    const report = await cutWith(masks, { scorer: scorer(), granularity, sparsity: 0.5 });
    expect(keptOf(masks, parameters[0] as PrunableParameter)).toEqual([0, 1]);
    expect(report.spared).toEqual(['small/kernel']);
  });

  test('unless it may be', async () => {
    const parameters = [small(), large()];
    const masks = new MaskSet(parameters);
    const report = await cutWith(masks, { scorer: scorer(), granularity: make('granularity', 'unit'), sparsity: 0.5, mayEmpty: true });
    expect(masks.get(parameters[0] as PrunableParameter).kept).toBe(0);
    expect(report).not.toHaveProperty('spared');
  });
});

test('a target of its own is a share of elements, also where groups differ in size', async () => {
  // Blocks of 4, 4 and 2 elements: 0.45 of 10 are 4.5, which the two lowest, of 2 and 4, come nearer to than the lowest.
  const parameter = parameterOf('k', [3, 3, 2, 2, 1, 3, 3, 2, 2, 1], [2, 5], 0.45);
  const masks = new MaskSet([parameter]);
  const granularity = make('granularity', { block: { rows: 2, columns: 2, reduce: 'mean' } });
  await cutWith(masks, { scorer: scorerOf(({ variable }) => tf.abs(variable as tf.Tensor)), granularity, sparsity: 0.5 });
  expect(keptOf(masks, parameter)).toEqual([1, 1, 0, 0, 0, 1, 1, 0, 0, 0]);
});

test('a scorer of units is refused where anything else is cut, and no reduction changes its scores', async () => {
  const masks = new MaskSet([parameterOf('a/kernel', [1, 1, 1, 1], [4, 1]), parameterOf('b/kernel', [3, 3], [1, 2])]);
  const scorer: Scorer = { ...scorerOf(({ variable }) => tf.abs(variable as tf.Tensor)), ofUnits: true };
  await expect(cutWith(masks, { scorer, granularity: make('granularity', 'element'), sparsity: 0.5 })).rejects.toThrow(
    'scores whole units',
  );
  // Summed up, the first unit would score 4.
  await cutWith(masks, { scorer, granularity: make('granularity', { unit: { reduce: 'sum' } }), sparsity: 4 / 6, mayEmpty: true });
  expect(masks.parameters.map((parameter) => masks.get(parameter).kept)).toEqual([0, 2]);
});
