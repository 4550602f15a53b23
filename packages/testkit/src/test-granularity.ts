import {
  EspalierError,
  type Granularity,
  type GroupSet,
  LiveRun,
  modelParameters,
  type Plugin,
  type PrunableParameter,
  Random,
  readWeights,
  type Scorer,
  unitsOf,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { NETS } from './nets.ts';
import { isReached } from './reached.ts';
import type { Stage } from './stage.ts';
import { broken, type Promises, type SuiteOptions, suite, type Tried, tried } from './suite.ts';

/**
 * Tests that a granularity keeps what every granularity promises: `testGranularity(plugin, 'unit')`, or with options
 * `testGranularity(plugin, { block: { rows: 2 } })`.
 */
export function testGranularity(plugin: Plugin, config: unknown, options: SuiteOptions<GranularityPromise> = {}): void {
  const one = tried('granularity', plugin, config, options);
  suite(one, GRANULARITY_PROMISES, () => new GranularitySubject(one), options.except);
}

interface Arranged {
  readonly net: string;
  readonly stage: Stage;
  readonly granularity: Granularity;
  /** Without those that it refuses. */
  readonly parameters: readonly PrunableParameter[];
  readonly sets: readonly GroupSet[];
  readonly left: number;
}

/** A granularity, and how it arranges each net. */
export class GranularitySubject {
  readonly tried: Tried;
  private known: readonly Arranged[] | undefined;

  constructor(one: Tried) {
    this.tried = one;
  }

  nets(): readonly Arranged[] {
    this.known ??= Object.entries(NETS).map(([net, make]) => {
      const example = make();
      const stage = this.tried.bed.on(example, { granularity: this.tried.config });
      const { granularity, model, parameters } = stage;
      const before = tf.memory().numTensors;
      const sets = this.arrange(net, granularity, parameters, model);
      return { net, stage, granularity, parameters, sets, left: tf.memory().numTensors - before };
    });
    return this.known;
  }

  dispose(): void {
    for (const { stage } of this.known ?? []) stage.model.dispose();
  }

  arrange(net: string, granularity: Granularity, parameters: readonly PrunableParameter[], model: tf.LayersModel): readonly GroupSet[] {
    try {
      return granularity.arrange(parameters, model);
    } catch (error) {
      if (error instanceof EspalierError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new EspalierError({ where: this.where({ net }), what: 'failed', why }, { cause: error });
    }
  }

  where({ net }: Pick<Arranged, 'net'>, parameter?: { readonly name: string }): string {
    const of = parameter === undefined ? 'on' : `on ${parameter.name} of`;
    return `${this.tried.words} ${of} the net "${net}"`;
  }
}

/** Scores that are drawn, so that no two groups are alike. */
const drawn: Scorer = {
  score: (parameters, { random }) =>
    parameters.map(({ size, shape }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => random.next()),
        [...shape],
      ),
    ),
};

export const GRANULARITY_PROMISES = {
  covers: {
    says: 'puts each parameter into exactly one set',
    holds(subject) {
      for (const one of subject.nets()) {
        const members = one.sets.flatMap((set) => set.members.map(({ parameter }) => parameter.name));
        for (const parameter of one.parameters) {
          const times = members.filter((name) => name === parameter.name).length;
          if (times === 1) continue;
          broken({
            where: subject.where(one, parameter),
            what: `is a member of ${times} sets`,
            why: 'a parameter in no set is never pruned, one in two is cut twice',
            remedy: 'Arrange every parameter that is given once; what cannot be cut is for refuses(parameter) to say',
          });
        }
        const strange = members.find((name) => !one.parameters.some((parameter) => parameter.name === name));
        if (strange === undefined) continue;
        broken({
          where: subject.where(one, { name: strange }),
          what: 'is a member of a set, and was not given',
          remedy: 'Weights that go with a group and have no say in it are companions',
        });
      }
    },
  },

  groups: {
    says: 'gives each element a group, from 0 to count − 1, and each group an element',
    holds(subject) {
      for (const one of subject.nets()) {
        for (const { count, members, companions } of one.sets) {
          const seen = new Set<number>();
          for (const { parameter, groups } of [...members, ...companions]) {
            const wrong = (what: string) =>
              broken({
                where: subject.where(one, parameter),
                what,
                why: 'masks are made from these numbers, element by element',
                remedy: 'Give an Int32Array with one number per element, or null where each element is a group of its own',
              });
            if ((groups?.length ?? count) !== parameter.size)
              wrong(`has ${parameter.size} elements and ${groups?.length ?? count} groups’ numbers`);
            const at = groups?.findIndex((group) => group < 0 || group >= count) ?? -1;
            if (at >= 0) wrong(`element ${at} is in group ${groups?.[at]} of ${count}`);
          }
          for (const { parameter, groups } of members)
            for (let i = 0; i < parameter.size; i++) seen.add(groups === null ? i : (groups[i] as number));
          if (seen.size === count) continue;
          broken({
            where: subject.where(one, members[0]?.parameter),
            what: `has ${count} groups, of which ${count - seen.size} have no element`,
            why: 'an empty group has no score, and falls in place of one that matters',
          });
        }
      }
    },
  },

  companions: {
    says: 'takes along only weights of the model that are not pruned themselves',
    holds(subject) {
      for (const one of subject.nets()) {
        const known = new Map(modelParameters(one.stage.model).map(({ name, variable }) => [name, variable]));
        for (const { parameter } of one.sets.flatMap(({ companions }) => companions)) {
          const isOther = known.get(parameter.name) !== parameter.variable;
          if (!isOther && !one.parameters.some(({ name }) => name === parameter.name)) continue;
          broken({
            where: subject.where(one, parameter),
            what: isOther ? 'is no weight of the model' : 'is a companion, and pruned as well',
            remedy: 'Companions are biases, and the scale and shift of a batch norm: find them with modelParameters(model)',
          });
        }
      }
    },
  },

  refuses: {
    says: 'says why, where it cannot cut a parameter',
    holds(subject) {
      for (const { net, granularity, stage } of subject.nets()) {
        for (const parameter of subject.tried.bed.on({ model: stage.model, samples: stage.samples }).parameters) {
          const why: unknown = granularity.refuses?.(parameter, stage.model);
          if (why === undefined || (typeof why === 'string' && why.length > 0)) continue;
          broken({
            where: subject.where({ net }, parameter),
            what: `is refused with ${JSON.stringify(why)} in place of a reason`,
            why: 'the plan shows it to whoever wonders why this is left alone',
          });
        }
      }
    },
  },

  protects: {
    says: 'protects groups by raising their scores to +∞, and nothing else',
    holds(subject) {
      for (const one of subject.nets()) {
        for (const { count, members, protect } of one.sets) {
          if (protect === undefined) continue;
          const random = Random.of(5, one.net);
          const scores = Float32Array.from({ length: count }, () => (random.next() < 0.2 ? Number.NEGATIVE_INFINITY : random.next()));
          const before = scores.slice();
          protect(scores);
          const at = scores.findIndex(
            (score, i) => score !== before[i] && (score !== Number.POSITIVE_INFINITY || before[i] === Number.NEGATIVE_INFINITY),
          );
          if (at < 0) continue;
          broken({
            where: subject.where(one, members[0]?.parameter),
            what: `group ${at} had the score ${before[at]} and has ${scores[at]}`,
            why: 'what is pruned (−∞) stays so, and all others keep their order',
          });
        }
      }
    },
  },

  units: {
    says: 'where it says that groups are units: they are',
    holds(subject) {
      for (const one of subject.nets()) {
        if (!one.granularity.ofUnits) continue;
        for (const { parameter, groups } of one.sets.flatMap(({ members }) => members)) {
          const { of } = unitsOf(parameter);
          const at = of.findIndex((unit, i) => (groups === null ? i : groups[i]) !== unit);
          if (at < 0) continue;
          broken({
            where: subject.where(one, parameter),
            what: `element ${at} belongs to unit ${of[at]} and is in group ${groups === null ? at : groups[at]}`,
            why: 'scorers of units give scores by unit',
            remedy: 'Take the numbers from unitsOf(parameter), or take away "ofUnits"',
          });
        }
      }
    },
  },

  pure: {
    says: 'leaves the model as it is, and arranges it the same way again',
    async holds(subject) {
      for (const one of subject.nets()) {
        const { net, stage, parameters, sets } = one;
        const before = await readWeights(stage.model);
        const again = subject.arrange(net, stage.make('granularity', subject.tried.config), parameters, stage.model);
        const after = await readWeights(stage.model);
        const changed = Object.keys(before).find((name) =>
          before[name]?.data.some((weight, i) => !Object.is(weight, after[name]?.data[i])),
        );
        if (changed !== undefined) broken({ where: subject.where(one, { name: changed }), what: 'was changed while groups were arranged' });
        if (inWords(again) === inWords(sets)) continue;
        broken({
          where: subject.where(one),
          what: 'arranges other groups when it is asked again',
          why: 'the run asks before each cut, and masks would not fit',
          remedy: 'Keep nothing in fields, draw no random numbers',
        });
      }
    },
  },

  leaks: {
    says: 'leaves no tensors behind',
    holds(subject) {
      for (const one of subject.nets()) {
        if (one.left !== 0)
          broken({ where: subject.where(one), what: `left ${one.left} tensors behind`, remedy: 'Compute inside tf.tidy' });
      }
    },
  },

  cuts: {
    says: 'a cut comes as near to the sparsity asked for as its groups allow, and takes whole groups',
    async holds(subject) {
      for (const one of subject.nets()) {
        const { granularity, parameters, stage, net } = one;
        if (parameters.length === 0) continue;
        const example = (NETS as Readonly<Record<string, (typeof NETS)['dense']>>)[net]?.() as ReturnType<(typeof NETS)['dense']>;
        const asked = (granularity.maxSparsity ?? 1) / 2;
        const fresh = subject.tried.bed.on(example, { granularity: subject.tried.config });
        const run = await LiveRun.open(fresh.runParts({ mayEmpty: true }));
        try {
          const { sparsity } = await run.cut(drawn, asked);
          // Of a small axis all may be protected.
          const isLess = one.sets.some(({ protect }) => protect !== undefined) && sparsity <= asked;
          if (!isLess && !isReached(sparsity, asked, { granularity, parameters, model: stage.model })) {
            broken({
              where: subject.where(one),
              what: `asked for ${asked}, a cut reached ${sparsity}`,
              why: 'a config asks for a sparsity, and a run that misses it fails',
              remedy: 'Say with maxSparsity how much can go; look for groups that are empty',
            });
          }
          for (const { members, companions } of fresh.granularity.arrange(fresh.parameters, fresh.model)) {
            const states = new Map<number, boolean>();
            for (const { parameter, groups } of [...members, ...companions]) {
              const mask = run.masks.get(parameter);
              for (let i = 0; i < parameter.size; i++) {
                const group = groups === null ? i : (groups[i] as number);
                if ((states.get(group) ?? mask.keeps(i)) === mask.keeps(i)) {
                  states.set(group, mask.keeps(i));
                  continue;
                }
                broken({ where: subject.where(one, parameter), what: `element ${i} is cut otherwise than the rest of group ${group}` });
              }
            }
          }
        } finally {
          run.dispose();
          example.model.dispose();
        }
      }
    },
  },
} satisfies Promises<GranularitySubject, string>;

export type GranularityPromise = keyof typeof GRANULARITY_PROMISES;

function inWords(sets: readonly GroupSet[]): string {
  const member = ({ parameter, groups }: { parameter: { name: string }; groups: Int32Array | null }) =>
    `${parameter.name} ${groups === null ? 'each' : groups.join()}`;
  return sets.map(({ count, members, companions }) => `${count}: ${[...members, ...companions].map(member).join('; ')}`).join('\n');
}
