import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cut } from './cut.ts';
import { BrokenPromise } from './errors.ts';
import { RunKeeping } from './keeping.ts';
import { Mask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { CutReport } from './pruning-run.ts';
import { Random } from './random.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { magnitude, parameterOf, scorerOf, threshold, useCpu } from './testing/make.ts';
import type { Threshold } from './threshold.ts';

beforeAll(useCpu);
let tensorsBefore = 0;
beforeEach(() => {
  tf.engine().startScope();
  tensorsBefore = tf.memory().numTensors;
});
afterEach(() => tf.engine().endScope());

function contextOf(masks: MaskSet): ScoringContext {
  return { model: tf.sequential(), masks, random: Random.of(1), keep: new RunKeeping() };
}

interface Asked {
  readonly scorer?: Scorer;
  readonly sparsity?: number;
  readonly target?: number;
  readonly threshold?: Threshold | string;
  readonly context?: ScoringContext;
}

function cutWith(
  masks: MaskSet,
  { scorer = magnitude(), sparsity = 0.5, target = sparsity, threshold: by = 'global', context = contextOf(masks) }: Asked,
): Promise<CutReport> {
  // Small tensors are emptied now and then; that one group of each is kept has its own tests.
  return cut({
    masks,
    scorer,
    mayEmpty: true,
    sparsity,
    target,
    threshold: typeof by === 'string' ? threshold(by) : by,
    context,
  });
}

const scoresFrom = (lists: Record<string, readonly number[]>, independent = true): Scorer =>
  scorerOf(({ name, shape }) => tf.tensor(Float32Array.from(lists[name] as number[]), [...shape]), independent);

const keptOf = (masks: MaskSet, parameter: PrunableParameter): number[] => [...masks.get(parameter).toFloat32()];

describe('sparsity asked for is sparsity got, to one element', () => {
  const values = fc.array(fc.constantFrom(0, -0, 1, 1, 2, -3, 1e-40, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY), {
    minLength: 1,
    maxLength: 30,
  });

  test.each(['global', 'layer'])('%s, whatever the scores, over a rising schedule; what is pruned stays pruned', async (name) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(values, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.nat()), { maxLength: 4 }),
        async (tensors, steps) => {
          const parameters = tensors.map((tensor, i) =>
            parameterOf(
              `p${i}`,
              tensor.map(() => 1),
            ),
          );
          const masks = new MaskSet(parameters);
          const rising = steps.map(([percent, shift]) => ({ sparsity: percent / 100, shift })).sort((a, b) => a.sparsity - b.sparsity);
          for (const { sparsity, shift } of rising) {
            const before = parameters.map((parameter) => masks.get(parameter));
            // Other scores at each cut: the list turned around by some places.
            const scores = Object.fromEntries(
              tensors.map((tensor, i) => [`p${i}`, tensor.map((_, j) => tensor[(j + shift) % tensor.length] as number)]),
            );
            await cutWith(masks, { scorer: scoresFrom(scores), sparsity, threshold: name });
            for (const [i, parameter] of parameters.entries()) expect(masks.get(parameter).isWithin(before[i] as Mask)).toBe(true);
            if (name === 'layer')
              for (const parameter of parameters) expect(masks.get(parameter).pruned).toBe(Math.round(sparsity * parameter.size));
            const total = parameters.reduce((sum, { size }) => sum + size, 0);
            const pruned = parameters.reduce((sum, parameter) => sum + masks.get(parameter).pruned, 0);
            if (name === 'global') expect(pruned).toBe(Math.round(sparsity * total));
          }
          masks.dispose();
          for (const { variable } of parameters) variable.dispose();
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a lower sparsity than there is already changes nothing', async () => {
    const a = parameterOf('a', [1, 2, 3, 4]);
    const masks = new MaskSet([a]);
    await cutWith(masks, { sparsity: 0.75 });
    const report = await cutWith(masks, { sparsity: 0.25 });
    expect(keptOf(masks, a)).toEqual([0, 0, 0, 1]);
    expect(report).toMatchObject({ asked: 0.25, sparsity: 0.75 });
  });

  test('0 takes nothing and 1 takes all', async () => {
    const a = parameterOf('a', [1, 2, 3]);
    const masks = new MaskSet([a]);
    expect((await cutWith(masks, { sparsity: 0 })).sparsity).toBe(0);
    expect((await cutWith(masks, { sparsity: 1 })).sparsity).toBe(1);
    expect([...a.variable.dataSync()]).toEqual([0, 0, 0]);
  });
});

describe('the thresholds', () => {
  test('global: the lowest of all go, wherever they are', async () => {
    const small = parameterOf('small', [0.1, 0.2, 0.3, 9]);
    const large = parameterOf('large', [5, 6, 7, 8]);
    const masks = new MaskSet([small, large]);
    await cutWith(masks, { sparsity: 0.5, threshold: 'global' });
    expect([keptOf(masks, small), keptOf(masks, large)]).toEqual([
      [0, 0, 0, 1],
      [0, 1, 1, 1],
    ]);
  });

  test('layer: the same share of each goes', async () => {
    const small = parameterOf('small', [0.1, 0.2, 0.3, 9]);
    const large = parameterOf('large', [5, -6, 7, 8]);
    const masks = new MaskSet([small, large]);
    await cutWith(masks, { sparsity: 0.5, threshold: 'layer' });
    expect([keptOf(masks, small), keptOf(masks, large)]).toEqual([
      [0, 0, 1, 1],
      [0, 0, 1, 1],
    ]);
  });

  test('fixed: everything below the value goes, that on it stays', async () => {
    const a = parameterOf('a', [0.049, -0.05, 0.051, -0.01]);
    const masks = new MaskSet([a]);
    const report = await cutWith(masks, { sparsity: Number.NaN, threshold: threshold({ fixed: { value: Math.fround(0.05) } }) });
    expect(keptOf(masks, a)).toEqual([0, 1, 1, 0]);
    expect(report).toMatchObject({ asked: null, sparsity: 0.5, parameters: [{ name: 'a', threshold: Math.fround(0.05) }] });
  });

  test('std: what lies under q standard deviations of its own layer goes', async () => {
    // Mean 0, σ = √((4 + 4 + 1 + 1) / 4) = √2.5 = 1.58; the second layer is ten times as wide.
    const a = parameterOf('a', [2, -2, 1, -1]);
    const b = parameterOf('b', [20, -20, 10, -10]);
    const masks = new MaskSet([a, b]);
    const report = await cutWith(masks, { sparsity: Number.NaN, threshold: threshold({ std: { quality: 1 } }) });
    expect([keptOf(masks, a), keptOf(masks, b)]).toEqual([
      [1, 1, 0, 0],
      [1, 1, 0, 0],
    ]);
    expect(report.parameters[0]?.threshold).toBeCloseTo(Math.sqrt(2.5));
    expect(report.parameters[1]?.threshold).toBeCloseTo(10 * Math.sqrt(2.5));
  });

  test('std: the quality scales the line, and the mean is taken off', async () => {
    // Mean 3, σ = √2: 0.5·√2 = 0.707 and 3·√2 = 4.243.
    const weights = [1, 2, 3, 4, 5];
    const line = async (quality: number) => {
      const masks = new MaskSet([parameterOf('a', weights)]);
      return (await cutWith(masks, { sparsity: Number.NaN, threshold: threshold({ std: { quality } }) })).parameters[0];
    };
    expect(await line(0.5)).toMatchObject({ sparsity: 0 });
    expect(await line(3)).toMatchObject({ sparsity: 0.8 });
    expect((await line(3))?.threshold).toBeCloseTo(3 * Math.SQRT2);
  });

  test('std: zeros that an earlier cut made do not count', async () => {
    const a = parameterOf('a', [2, -2, 1, -1]);
    const masks = new MaskSet([a]);
    const by = threshold({ std: { quality: 1 } });
    await cutWith(masks, { sparsity: Number.NaN, threshold: by });
    // What is left is 2 and −2: σ is 2, and nothing is below it.
    const report = await cutWith(masks, { sparsity: Number.NaN, threshold: by });
    expect(report.parameters[0]).toMatchObject({ threshold: 2, sparsity: 0.5 });
  });

  test('a line that makes no sense is refused by parameter', async () => {
    const masks = new MaskSet([parameterOf('a', [1, 2])]);
    const by = (line: unknown): Threshold => ({ lines: () => [line] as never });
    for (const line of [undefined, null, 3, { count: 3 }, { count: -1 }, { count: 0.5 }, { below: Number.NaN }, {}]) {
      await expect(cutWith(masks, { threshold: by(line) })).rejects.toThrow(
        'a: the threshold drew no line that makes sense among 2 scores',
      );
    }
    await expect(cutWith(masks, { threshold: { lines: () => [] } })).rejects.toThrow('the threshold gave 0 lines for 1 parameter');
    const mute = { lines: () => undefined } as unknown as Threshold;
    await expect(cutWith(masks, { threshold: mute })).rejects.toThrow('the threshold gave no list of lines');
  });
});

describe('a parameter with a sparsity of its own', () => {
  test('follows the schedule in proportion, and the others meet theirs without it', async () => {
    const own = parameterOf('own', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10], 0.4);
    const other = parameterOf('other', [0.1, 0.2, 0.3, 0.4]);
    const masks = new MaskSet([own, other]);
    await cutWith(masks, { sparsity: 0.25, target: 0.5 });
    expect([masks.get(own).pruned, masks.get(other).pruned]).toEqual([2, 1]);
    await cutWith(masks, { sparsity: 0.5, target: 0.5 });
    expect([masks.get(own).pruned, masks.get(other).pruned]).toEqual([4, 2]);
  });

  test('is met at once where the threshold alone decides the others', async () => {
    const own = parameterOf('own', [1, 2, 3, 4], [4], 0.5);
    const other = parameterOf('other', [1, 20]);
    const masks = new MaskSet([own, other]);
    await cutWith(masks, { sparsity: Number.NaN, target: Number.NaN, threshold: threshold({ fixed: { value: 10 } }) });
    expect([keptOf(masks, own), keptOf(masks, other)]).toEqual([
      [0, 0, 1, 1],
      [0, 1],
    ]);
  });

  test('of 0 is left whole', async () => {
    const own = parameterOf('own', [1, 2], [2], 0);
    const masks = new MaskSet([own]);
    await cutWith(masks, { sparsity: 0.9 });
    expect(masks.get(own).pruned).toBe(0);
  });
});

describe('scores that cannot be used are refused', () => {
  class LogScorer implements Scorer {
    score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
      return parameters.map(({ variable }) => tf.log(variable as tf.Tensor));
    }
  }

  test('NaN, naming scorer, parameter and element', async () => {
    const masks = new MaskSet([parameterOf('fine', [1]), parameterOf('dense/kernel', [1, 2, -1])]);
    const refused = cutWith(masks, { scorer: new LogScorer() });
    await expect(refused).rejects.toThrow(BrokenPromise);
    await expect(refused).rejects.toThrow(/^LogScorer on dense\/kernel: the score of element 2 is NaN\. Look for/);
  });

  test('but not NaN where the element is pruned already', async () => {
    const a = parameterOf('a', [1, 2, -1]);
    const masks = new MaskSet([a]);
    masks.replace(a, Mask.of([1, 1, 0]));
    await cutWith(masks, { scorer: new LogScorer(), sparsity: 2 / 3 });
    expect(keptOf(masks, a)).toEqual([0, 1, 0]);
  });

  test('the wrong number of tensors', async () => {
    const masks = new MaskSet([parameterOf('a', [1]), parameterOf('b', [1])]);
    const scorer: Scorer = { score: () => [tf.scalar(1)] };
    await expect(cutWith(masks, { scorer })).rejects.toThrow('gave 1 score tensor for 2 parameters');
  });

  test('the wrong number and the wrong shape before what was left behind: the one often comes of the other', async () => {
    const masks = new MaskSet([parameterOf('a', [1, 2]), parameterOf('b', [1, 2])]);
    const before = tf.memory().numTensors;
    const few: Scorer = { score: (all) => all.map(({ variable }) => tf.abs(variable as tf.Tensor)).slice(1) };
    await expect(cutWith(masks, { scorer: few })).rejects.toThrow('gave 1 score tensor for 2 parameters');
    const sums: Scorer = { score: (all) => all.map(({ variable }) => tf.sum(tf.abs<tf.Tensor>(variable))) };
    await expect(cutWith(masks, { scorer: sums })).rejects.toThrow('on a: the scores have the shape [], the weights [2]');
    // What the scorers left: one that was not given, and two that were added up.
    expect(tf.memory().numTensors - before).toBe(3);
  });

  test('the wrong shape, even of the right size', async () => {
    const masks = new MaskSet([parameterOf('a', [1, 2, 3, 4, 5, 6], [2, 3])]);
    const scorer = scorerOf(({ variable }) => tf.transpose(variable as tf.Tensor));
    await expect(cutWith(masks, { scorer })).rejects.toThrow('on a: the scores have the shape [3, 2], the weights [2, 3]');
  });

  test('what is no list of tensors', async () => {
    const masks = new MaskSet([parameterOf('a', [1, 2])]);
    for (const given of [undefined, tf.scalar(1), [Float32Array.of(1, 2)], [[1, 2]]]) {
      const scorer = { score: () => given } as unknown as Scorer;
      await expect(cutWith(masks, { scorer })).rejects.toThrow('gave no list of tensors');
    }
  });

  test('an error of its own, by the scorer’s name and with its cause', async () => {
    class Broken implements Scorer {
      score(): never {
        throw new RangeError('no bins');
      }
    }
    const failed = cutWith(new MaskSet([parameterOf('a', [1])]), { scorer: new Broken() });
    await expect(failed).rejects.toThrow(/^Broken: failed: no bins$/);
    await expect(failed).rejects.toHaveProperty('cause.name', 'RangeError');
  });

  test('no scorer', async () => {
    const nothing = undefined as unknown as Scorer;
    const request = {
      masks: new MaskSet([parameterOf('a', [1])]),
      mayEmpty: true,
      sparsity: 0.5,
      target: 0.5,
      threshold: threshold('global'),
    };
    await expect(cut({ ...request, scorer: nothing, context: contextOf(request.masks) })).rejects.toThrow('without a scorer');
  });

  test('and nothing is pruned or leaked then', async () => {
    const a = parameterOf('a', [1, -1]);
    const masks = new MaskSet([a]);
    const before = tf.memory().numTensors;
    await expect(cutWith(masks, { scorer: new LogScorer() })).rejects.toThrow();
    expect(masks.get(a).pruned).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('scorers', () => {
  test.each([true, false])('that hand out the variables themselves do not lose them (independent: %s)', async (independent) => {
    const a = parameterOf('a', [3, 1, 2]);
    const masks = new MaskSet([a]);
    await cutWith(masks, { scorer: scorerOf(({ variable }) => variable as tf.Tensor, independent), sparsity: 1 / 3 });
    expect([...a.variable.dataSync()]).toEqual([3, 0, 2]);
  });

  test('that hand out what is in the run’s keeping do not lose it', async () => {
    const a = parameterOf('a', [3, 1, 2]);
    const masks = new MaskSet([a]);
    const context = contextOf(masks);
    const scorer: Scorer = {
      score: (parameters, { keep }) => parameters.map(({ variable }) => keep.tensor('sums', () => tf.abs(variable as tf.Tensor))),
    };
    await cutWith(masks, { scorer, sparsity: 1 / 3, context });
    await cutWith(masks, { scorer, sparsity: 2 / 3, context });
    expect(keptOf(masks, a)).toEqual([1, 0, 0]);
    expect((context.keep as RunKeeping).tensorCount).toBe(1);
    (context.keep as RunKeeping).dispose();
  });

  test.each<[string, Scorer, RegExp]>([
    [
      'leaves tensors behind',
      { score: (all) => all.map(({ variable }) => tf.neg(tf.abs<tf.Tensor>(variable))) },
      /left 2 tensors behind: memory/,
    ],
    [
      'changes weights',
      {
        score: (all) => {
          for (const { variable } of all) tf.tidy(() => variable.assign(tf.zerosLike(variable)));
          return all.map(({ variable }) => variable.clone());
        },
      },
      /on a: changed the weights that it was to score/,
    ],
    [
      'disposes what is not its own',
      {
        score: (all, { masks }) => {
          for (const parameter of all) masks.tensor(parameter)?.dispose();
          return all.map(({ variable }) => variable.clone());
        },
      },
      /disposed 1 tensor not its own/,
    ],
  ])('one that %s is refused', async (_, scorer, message) => {
    const masks = new MaskSet([parameterOf('a', [3, 1, 2]), parameterOf('b', [3, 1, 2])]);
    masks.set(masks.parameters[0] as PrunableParameter, Mask.of([1, 0, 1]));
    masks.tensor(masks.parameters[0] as PrunableParameter);
    const error = await cutWith(masks, { scorer }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BrokenPromise);
    expect((error as Error).message).toMatch(message);
  });

  test.each(['global', 'layer'])('one parameter at a time give the same masks as all at once (%s)', async (name) => {
    const random = Random.of(4);
    const lists = [30, 7, 1, 60].map((size) => Array.from({ length: size }, () => random.int(9) - 4));
    const prunedBy = async (independent: boolean) => {
      const parameters = lists.map((list, i) => parameterOf(`p${i}`, list));
      const masks = new MaskSet(parameters);
      for (const sparsity of [0.3, 0.6]) await cutWith(masks, { scorer: magnitude(independent), sparsity, threshold: name });
      return parameters.map((parameter) => keptOf(masks, parameter));
    };
    expect(await prunedBy(true)).toEqual(await prunedBy(false));
  });

  test.each([true, false])('that draw at random meet the sparsity exactly, too (independent: %s)', async (independent) => {
    const scorer: Scorer = {
      independent,
      score: (parameters, { random }) => parameters.map(({ size }) => tf.tensor1d(Array.from({ length: size }, () => random.next()))),
    };
    const masks = new MaskSet([parameterOf('a', new Array(50).fill(1)), parameterOf('b', new Array(30).fill(1))]);
    expect((await cutWith(masks, { scorer, sparsity: 0.5 })).sparsity).toBe(0.5);
  });

  test('may be asynchronous', async () => {
    const a = parameterOf('a', [3, 1]);
    const masks = new MaskSet([a]);
    await cutWith(masks, { scorer: { score: async (parameters) => parameters.map(({ variable }) => tf.abs(variable as tf.Tensor)) } });
    expect(keptOf(masks, a)).toEqual([1, 0]);
  });
});

test('a threshold that asks for all scores at once is given them one after the other', async () => {
  let [under, most] = [0, 0];
  const slow: Scorer = {
    independent: true,
    score: async (parameters) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 1));
      under--;
      return parameters.map(({ variable }) => tf.abs(variable as tf.Tensor));
    },
  };
  const together: Threshold = {
    lines: async (scores) => {
      const read = await Promise.all(scores.map((each) => each.read()));
      return read.map((values) => ({ count: values.length / 2 }));
    },
  };
  const parameters = ['a', 'b', 'c'].map((name) => parameterOf(name, [1, 2, 3, 4]));
  const masks = new MaskSet(parameters);
  await cutWith(masks, { scorer: slow, threshold: together });
  expect(parameters.map((parameter) => keptOf(masks, parameter))).toEqual([
    [0, 0, 1, 1],
    [0, 0, 1, 1],
    [0, 0, 1, 1],
  ]);
  expect(most).toBe(1);
  masks.dispose();
});

test('the report says per parameter what its sparsity and its line are', async () => {
  const masks = new MaskSet([parameterOf('a', [1, 2, 3, 4]), parameterOf('b', [10, 20])]);
  expect(await cutWith(masks, { sparsity: 0.5 })).toEqual({
    asked: 0.5,
    sparsity: 0.5,
    parameters: [
      { name: 'a', sparsity: 0.75, threshold: expect.closeTo(3, 5) },
      { name: 'b', sparsity: 0, threshold: expect.closeTo(3, 5) },
    ],
  });
});

test('no tensor is left behind but the masks’ own', async () => {
  const masks = new MaskSet([parameterOf('a', [1, 2, 3, 4]), parameterOf('b', [10, 20, 30])]);
  const variables = 2;
  for (const independent of [true, false]) {
    for (const sparsity of [0.3, 0.5, 0.9]) await cutWith(masks, { scorer: magnitude(independent), sparsity });
  }
  masks.dispose();
  expect(tf.memory().numTensors - tensorsBefore).toBe(variables);
});
