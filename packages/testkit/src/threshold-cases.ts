import { cutOff, type Line, Mask, type ParameterScores, type PrunableParameter, Random, selectParameters } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { largestOf } from './reached.ts';

/** The scores of a net's parameters, as a run hands them to a threshold. */
export interface Case {
  readonly name: string;
  readonly parameters: readonly CaseParameter[];
}

export interface CaseParameter {
  readonly parameter: PrunableParameter;
  readonly values: Float32Array;
  /** Elements that go with each score. */
  readonly groupSize: number | Uint32Array;
}

const GONE = Number.NEGATIVE_INFINITY;

/** Cases over the parameters of nets: values of every kind, elements and groups. */
export function thresholdCases(models: readonly tf.LayersModel[]): readonly Case[] {
  const parameters = models.flatMap((model) => selectParameters(model).taken);
  const of = (name: string, value: (random: Random) => number, groupSize: (scores: number) => number | Uint32Array = () => 1): Case => {
    const random = Random.of(11, name);
    return {
      name,
      parameters: parameters.map((parameter) => {
        // Groups of any kind are fewer than the elements.
        const isGrouped = groupSize(1) !== 1;
        const values = Float32Array.from({ length: isGrouped ? parameter.size / 2 : parameter.size }, () => value(random));
        return { parameter, values, groupSize: groupSize(values.length) };
      }),
    };
  };
  const halves = (scores: number) => Uint32Array.from({ length: scores }, (_, i) => (i % 2 ? 1 : 3));
  return [
    of('all different', (random) => random.next()),
    of('from −1 to 1', (random) => random.next() * 2 - 1),
    of('of three values', (random) => random.int(3)),
    of('all equal', () => 0.5),
    of('all zero', () => 0),
    of('a fifth pruned already', (random) => (random.next() < 0.2 ? GONE : random.next())),
    of('all pruned already', () => GONE),
    of(
      'of groups of two',
      (random) => random.next(),
      () => 2,
    ),
    of('of groups of different sizes', (random) => random.next(), halves),
  ];
}

/** A case as a threshold sees it; with `isPieced`, scores also come in pieces. */
export function scoresOf({ parameters }: Case, isPieced = false): ParameterScores[] {
  return parameters.map(({ parameter, values, groupSize }) => {
    const whole = { parameter, size: values.length, groupSize, read: async () => values };
    if (!isPieced) return whole;
    return {
      ...whole,
      async *pieces() {
        for (let from = 0; from < values.length; from += 16) yield values.slice(from, from + 16);
      },
      sample: async (from: number, stride: number) => values.filter((_, i) => i >= from && (i - from) % stride === 0),
    };
  });
}

/** Which scores fall under a line, as a run takes it; what is pruned already has fallen. */
export function fallenUnder(line: Line, { values }: CaseParameter): boolean[] {
  const { below, ties = 0 } = 'count' in line ? cutOff(values, Math.min(line.count, values.length)) : line;
  const kept = Mask.above(values, { below, ties });
  return Array.from(values, (value, i) => value === GONE || !kept.keeps(i));
}

/** The elements that fall, all of them, and the most that one parameter's largest group has. */
export function elementsOf(lines: readonly Line[], { parameters }: Case): { fallen: number; all: number; pruned: number; slack: number } {
  const sum = { fallen: 0, all: 0, pruned: 0, slack: 0 };
  for (const [p, one] of parameters.entries()) {
    const fallen = fallenUnder(lines[p] as Line, one);
    for (const [i, value] of one.values.entries()) {
      const size = typeof one.groupSize === 'number' ? one.groupSize : (one.groupSize[i] as number);
      sum.all += size;
      if (fallen[i]) sum.fallen += size;
      if (value === GONE) sum.pruned += size;
    }
    // Each parameter may be rounded by itself.
    sum.slack += largestOf(one.groupSize);
  }
  return sum;
}
