import { EspalierError, type Line, type Plugin, type Threshold } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { NETS } from './nets.ts';
import { broken, type Promises, type SuiteOptions, suite, type Tried, tried, within } from './suite.ts';
import { type Case, type CaseParameter, elementsOf, fallenUnder, scoresOf, thresholdCases } from './threshold-cases.ts';

/**
 * Tests that a threshold keeps what every threshold promises: `testThreshold(plugin, 'layer')`, or with options
 * `testThreshold(plugin, { fixed: { value: 0.05 } })`.
 */
export function testThreshold(plugin: Plugin, config: unknown, options: SuiteOptions<ThresholdPromise> = {}): void {
  const one = tried('threshold', plugin, config, options);
  suite(one, THRESHOLD_PROMISES, () => new ThresholdSubject(one), options.except);
}

const SPARSITIES = [0, 0.25, 0.5, 0.9, 1];

/** A threshold and the cases that it is tried on. */
export class ThresholdSubject {
  readonly tried: Tried;
  readonly cases: readonly Case[];
  readonly threshold: Threshold;
  /** Where it has written to scores. */
  written: string | undefined;
  private readonly models = [NETS['convolutions with batch norm']().model, NETS.dense().model];

  constructor(one: Tried) {
    this.tried = one;
    this.threshold = one.bed.make('threshold', one.config);
    this.cases = thresholdCases(this.models);
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
  }

  /** The lines that it draws, checked to be lines. */
  async lines(one: Case, sparsity: number, { threshold = this.threshold, isPieced = false } = {}): Promise<readonly Line[]> {
    const where = this.where(one, sparsity);
    let lines: unknown;
    const given = { ...one, parameters: one.parameters.map((each) => ({ ...each, values: each.values.slice() })) };
    try {
      lines = await within(this.tried, 'lines', () => threshold.lines(scoresOf(given, isPieced), sparsity));
    } catch (error) {
      if (error instanceof EspalierError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new EspalierError({ where, what: 'failed', why }, { cause: error });
    }
    const written = one.parameters.find(({ values }, p) => values.some((value, i) => !Object.is(value, given.parameters[p]?.values[i])));
    if (written !== undefined) this.written ??= `${where} on ${written.parameter.name}`;
    if (!Array.isArray(lines) || lines.length !== one.parameters.length) {
      return broken({
        where,
        what: `gave ${Array.isArray(lines) ? `${lines.length} lines` : typeof lines} for ${one.parameters.length} parameters`,
        why: 'lines belong to parameters by their place in the list',
        remedy: 'return scores.map((each) => …), also for parameters of which nothing goes',
      });
    }
    for (const [i, line] of lines.entries()) {
      const { parameter, values } = one.parameters[i] as CaseParameter;
      if (isLine(line, values.length)) continue;
      broken({
        where: `${where} on ${parameter.name}`,
        what: `drew ${JSON.stringify(line)} among ${values.length} scores`,
        why: 'the run ends where it cannot tell what falls',
        remedy:
          'A line is { below: a number } or { count: a whole number, 0 up to scores.size }; where all is pruned there is nothing to divide by',
      });
    }
    return lines;
  }

  /** The sparsities that it is asked for: where it decides alone also none. */
  get sparsities(): readonly number[] {
    return this.threshold.decidesSparsity ? [...SPARSITIES, Number.NaN] : SPARSITIES;
  }

  where({ name }: Case, sparsity: number): string {
    return `${this.tried.words} at ${sparsity}, scores ${name}`;
  }
}

function isLine(line: unknown, size: number): line is Line {
  const { count, below, ties = 0 } = (line ?? {}) as { count?: unknown; below?: unknown; ties?: unknown };
  if (typeof count === 'number') return Number.isInteger(count) && count >= 0 && count <= size;
  return typeof below === 'number' && !Number.isNaN(below) && typeof ties === 'number' && ties >= 0;
}

export const THRESHOLD_PROMISES = {
  lines: {
    says: 'draws one line per parameter, whatever the scores and the sparsity',
    async holds(subject) {
      for (const one of subject.cases) for (const sparsity of subject.sparsities) await subject.lines(one, sparsity);
    },
  },

  few: {
    says: 'takes a parameter of a single score, and no parameters at all',
    async holds(subject) {
      const [{ parameters: [first] = [] } = {}] = subject.cases as [Case?];
      const { parameter } = first as CaseParameter;
      const single: Case = { name: 'of a single element', parameters: [{ parameter, values: Float32Array.of(0.5), groupSize: 1 }] };
      for (const sparsity of subject.sparsities) {
        await subject.lines(single, sparsity);
        await subject.lines({ name: 'of no parameters', parameters: [] }, sparsity);
      }
    },
  },

  reaches: {
    says: 'reaches the sparsity that is asked for, unless it decides that alone',
    async holds(subject) {
      if (subject.threshold.decidesSparsity) return;
      for (const one of subject.cases) {
        for (const sparsity of SPARSITIES) {
          const { fallen, all, pruned, slack } = elementsOf(await subject.lines(one, sparsity), one);
          const wanted = Math.max(pruned, sparsity * all);
          // What is pruned already may lie otherwise than the line would have it.
          if (Math.abs(fallen - wanted) <= slack + (pruned > 0 ? 0.2 * all : 0)) continue;
          broken({
            where: subject.where(one, sparsity),
            what: `${fallen} of ${all} elements fall, where ${Math.round(wanted)} were asked for`,
            why: 'a config asks for a sparsity, and a run that misses it fails',
            remedy:
              'Equal scores are common: draw { count } or give { below, ties } rather than a value alone (cutOff and selectLowest of core do)',
          });
        }
      }
    },
  },

  rises: {
    says: 'takes no less at a higher sparsity',
    async holds(subject) {
      for (const one of subject.cases) {
        let before = 0;
        for (const sparsity of SPARSITIES) {
          const { fallen } = elementsOf(await subject.lines(one, sparsity), one);
          if (fallen < before) {
            broken({
              where: subject.where(one, sparsity),
              what: `${fallen} elements fall, and at a lower sparsity there were ${before}`,
              why: 'a schedule goes up, and a cut never revives what an earlier one pruned',
            });
          }
          before = fallen;
        }
      }
    },
  },

  partly: {
    says: 'takes nothing yet at the beginning of the way, where it decides alone how far that goes',
    async holds(subject) {
      if (!subject.threshold.decidesSparsity) return;
      for (const one of subject.cases) {
        const { fallen, pruned, slack } = elementsOf(await subject.lines(one, 0), one);
        if (fallen <= pruned + slack) continue;
        broken({
          where: subject.where(one, 0),
          what: `${fallen} elements fall, and ${pruned} were pruned before`,
          why: 'a strategy that cuts step by step would take all with its first cut',
          remedy: 'Its second argument says how far to go: partOfTheWay of core draws a line by value so far',
        });
      }
    },
  },

  order: {
    says: 'goes by the order of scores alone, unless it says that it reads their sizes',
    async holds(subject) {
      if (subject.threshold.readsSizes) return;
      for (const one of subject.cases) {
        const stretched: Case = {
          ...one,
          parameters: one.parameters.map((each) => ({ ...each, values: each.values.map((x) => 1024 * x) })),
        };
        for (const sparsity of [0.25, 0.9]) {
          const [plain, other] = [await subject.lines(one, sparsity), await subject.lines(stretched, sparsity)];
          const p = one.parameters.findIndex((each, i) => {
            const those = fallenUnder(other[i] as Line, stretched.parameters[i] as CaseParameter);
            return fallenUnder(plain[i] as Line, each).some((has, at) => has !== those[at]);
          });
          if (p < 0) continue;
          broken({
            where: `${subject.where(one, sparsity)} on ${one.parameters[p]?.parameter.name}`,
            what: 'others fall when all scores are 1024 times as large',
            why: 'random scores, the control of a strategy, say nothing where sizes count',
            remedy: 'Declare "readonly readsSizes = true", or go by order alone',
          });
        }
      }
    },
  },

  pure: {
    says: 'leaves the scores as they are, and draws the same lines again',
    async holds(subject) {
      const other = subject.tried.bed.make('threshold', subject.tried.config);
      for (const one of subject.cases) {
        const lines = await subject.lines(one, 0.5);
        if (subject.written !== undefined) {
          broken({
            where: subject.written,
            what: 'has written to the scores',
            why: 'they may be the memory of the weights themselves',
            remedy: 'Sort and change a copy: (await scores.read()).slice()',
          });
        }
        const again = [await subject.lines(one, 0.5), await subject.lines(one, 0.5, { threshold: other })];
        if (again.every((each) => JSON.stringify(each) === JSON.stringify(lines))) continue;
        broken({
          where: subject.where(one, 0.5),
          what: 'draws other lines when it is asked again, or of another instance',
          why: 'a run that is repeated, or goes on after a kill, would end with another net',
          remedy: 'Keep nothing in fields, draw no random numbers',
        });
      }
    },
  },

  pieces: {
    says: 'draws the same lines whether scores come whole or in pieces',
    async holds(subject) {
      for (const one of subject.cases) {
        for (const sparsity of [0.5, 0.9]) {
          const [whole, pieced] = [await subject.lines(one, sparsity), await subject.lines(one, sparsity, { isPieced: true })];
          const p = one.parameters.findIndex((each, i) => {
            const those = fallenUnder(pieced[i] as Line, each);
            return fallenUnder(whole[i] as Line, each).some((has, at) => has !== those[at]);
          });
          if (p < 0) continue;
          broken({
            where: `${subject.where(one, sparsity)} on ${one.parameters[p]?.parameter.name}`,
            what: 'others fall when the scores come in pieces',
            why: 'the scores of large nets do',
            remedy: 'Read with scores.read(), or go through all pieces before the line is drawn',
          });
        }
      }
    },
  },

  leaks: {
    says: 'leaves no tensors behind',
    async holds(subject) {
      const before = tf.memory().numTensors;
      for (const one of subject.cases) await subject.lines(one, 0.5);
      const left = tf.memory().numTensors - before;
      if (left === 0) return;
      broken({
        where: subject.tried.words,
        what: `left ${left} tensors behind in ${subject.cases.length} cuts`,
        why: 'memory grows with each cut until the process ends',
        remedy: 'Compute inside tf.tidy',
      });
    },
  },
} satisfies Promises<ThresholdSubject, string>;

export type ThresholdPromise = keyof typeof THRESHOLD_PROMISES;
