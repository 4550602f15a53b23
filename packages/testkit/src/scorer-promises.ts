import { LiveRun, Mask, MaskSet, type PrunableParameter, sameUnits, unitsOf } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { type ExampleNet, singleWeights } from './nets.ts';
import { isReached } from './reached.ts';
import { differ, inWords, refuse } from './scorer-findings.ts';
import { type Look, lookAt, type Scored, scoreOnce, watched } from './scorer-look.ts';
import type { ScorerSubject, Seen } from './scorer-subject.ts';
import { broken, failure, type Promises, type Tried } from './suite.ts';

export const SCORER_PROMISES = {
  answers: {
    says: 'scores each net, or says by name which weights it cannot score',
    async holds(subject) {
      for (const look of await subject.seen()) {
        for (const { name, why } of look.refusals) {
          if (typeof why === 'string' && why.length > 0) continue;
          broken({
            where: subject.where(look, { name }),
            what: `is refused with ${JSON.stringify(why)} in place of a reason`,
            why: 'the plan shows it to whoever has to choose another scorer',
            remedy: 'Return a sentence from refuses(parameter), or undefined where it can be scored',
          });
        }
        const { error, nonsense } = look.scored;
        if (error !== undefined) throw failure(subject.where(look), error);
        if (nonsense === undefined) continue;
        broken({
          where: subject.where(look),
          what: `score gave ${inWords(nonsense)} and no list of tensors`,
          why: 'a run takes one tensor per parameter',
          remedy: 'return parameters.map((parameter) => …)',
        });
      }
      if ((await subject.seen()).some(({ parameters }) => parameters.length > 0)) return;
      broken({
        where: subject.tried.words,
        what: 'refuses all weights of all nets',
        why: 'nothing can be said of how it scores',
        remedy: 'Give the suite a net that it takes: { nets: { mine: () => ({ model, samples }) } }',
      });
    },
  },

  shapes: {
    says: 'gives one tensor per parameter, shaped like its weights',
    async holds(subject) {
      for (const look of await subject.scored()) {
        const { given } = look.scored;
        if (given.length !== look.parameters.length) {
          broken({
            where: subject.where(look),
            what: `gave ${given.length} tensors for ${look.parameters.length} parameters`,
            why: 'scores belong to weights by their place in the list',
            remedy: 'return parameters.map((parameter) => …), also for those that need no care',
          });
        }
        for (const [i, { shape }] of given.entries()) {
          const parameter = look.parameters[i] as PrunableParameter;
          if (shape.join() === parameter.shape.join()) continue;
          broken({
            where: subject.where(look, parameter),
            what: `the scores have the shape [${shape.join(', ')}], the weights [${parameter.shape.join(', ')}]`,
            why: 'a score is that of the weight at its place',
            remedy: 'Sums over an axis are put back with tf.broadcastTo, flat scores with reshape(parameter.shape)',
          });
        }
      }
    },
  },

  finite: {
    says: 'gives finite numbers',
    async holds(subject) {
      for (const look of await subject.scored()) refuse(subject, look, (value) => !Number.isFinite(value));
    },
  },

  extremes: {
    says: 'gives numbers for weights that are all zero, all equal, very large, very small',
    async holds(subject) {
      const [first] = await subject.scored();
      for (const [what, change] of Object.entries(EXTREMES)) {
        const { net } = first as Seen;
        const example = subject.fresh(net);
        try {
          const look = await subject.lookAt(net, example, change);
          if (look.scored.error !== undefined) throw failure(`${subject.where(look)} with weights ${what}`, look.scored.error);
          refuse(subject, look, Number.isNaN, ` with weights ${what}`);
        } finally {
          example.model.dispose();
        }
      }
    },
  },

  pruned: {
    says: 'scores what is left of a net that is pruned already',
    async holds(subject) {
      for (const { net } of (await subject.scored()).slice(0, 3)) {
        const example = subject.fresh(net);
        const look = lookAt(subject.tried, net, example);
        const masks = new MaskSet(look.parameters);
        for (const parameter of look.parameters) masks.set(parameter, everySecond(look, parameter));
        const kept = look.parameters.map((parameter) => masks.get(parameter));
        const scored = await scoreOnce(subject.tried, look, await watched(look), masks);
        example.model.dispose();
        if (scored.error !== undefined) throw failure(`${subject.where(look)} with half of it pruned`, scored.error);
        refuse(subject, { ...look, scored }, Number.isNaN, ' with half of it pruned', (i, at) => kept[i]?.keeps(at) ?? true);
      }
    },
  },

  single: {
    says: 'scores a parameter of a single weight',
    async holds(subject) {
      const example = singleWeights();
      const look = await subject.lookAt('single weights', example);
      example.model.dispose();
      if (look.scored.error !== undefined) throw failure(subject.where(look), look.scored.error);
      refuse(subject, look, Number.isNaN);
    },
  },

  leaks: {
    says: 'leaves no tensors but its scores, and these are the run’s to dispose',
    async holds(subject) {
      for (const look of await subject.scored()) {
        const { left, given, isTwice } = look.scored;
        const at = given.findIndex(({ isDisposed }) => isDisposed);
        if (at >= 0) {
          broken({
            where: subject.where(look, look.parameters[at]),
            what: 'the scores are disposed already',
            why: 'the run reads them, and disposes them then',
            remedy: 'Return the scores from tf.tidy, and do not dispose them',
          });
        }
        if (isTwice) broken({ where: subject.where(look), what: 'the same tensor is given for two parameters', remedy: 'Clone it' });
        if (left === 0) continue;
        broken({
          where: subject.where(look),
          what: left > 0 ? `left ${left} tensors behind` : `disposed ${-left} tensors that are not its own`,
          why: left > 0 ? 'memory grows with each cut until the process ends' : 'they are gone for the model and for everybody else',
          remedy:
            left > 0
              ? 'Compute inside tf.tidy; what has to live until the next cut goes into context.keep'
              : 'Dispose only what you have made, best by tf.tidy',
        });
      }
    },
  },

  model: {
    says: 'leaves the model as it was',
    async holds(subject) {
      for (const look of await subject.scored()) {
        const { changed } = look.scored;
        if (changed.length === 0) continue;
        broken({
          where: subject.where(look),
          what: `changed ${changed.join(', ')}`,
          why: 'the run prunes and trains these weights, and knows nothing of it',
          remedy: 'Do not assign to variables, nor write to what dataSync gives (it may be the weights’ own memory): copy it first',
        });
      }
    },
  },

  same: {
    says: 'gives the same scores from the same seed and state, whichever instance is asked',
    async holds(subject) {
      for (const look of (await subject.scored()).slice(0, 3)) {
        const again = await scoreOnce(subject.tried, look, look.from);
        differ(subject, look, again, {
          what: 'asked again, it gives other scores',
          why: 'a run that is resumed, or repeated with its seed, would end with another net',
          remedy:
            'Draw from context.random and never from Math.random; keep what must live from score to score in context.keep, not in fields',
        });
        const other = { ...look, scorer: look.stage.make('scorer', subject.tried.config) };
        differ(subject, look, await scoreOnce(subject.tried, other, look.from), {
          what: 'a second instance gives other scores',
          why: 'a run that goes on after a kill has a new instance',
          remedy: 'Keep what must live from score to score in context.keep, not in fields or in the module',
        });
      }
    },
  },

  alone: {
    says: 'where it says that it is independent: scores a parameter alone as among the others',
    async holds(subject) {
      for (const look of await subject.scored()) {
        // Where it draws, the run gives each parameter a stream of its own.
        if (!look.scorer.independent || look.scored.hasDrawn) continue;
        for (const [i, parameter] of look.parameters.entries()) {
          const alone = await scoreOnce(subject.tried, { ...look, parameters: [parameter] }, look.from);
          const wanted = { ...look, parameters: [parameter], scored: { ...look.scored, given: look.scored.given.slice(i, i + 1) } };
          differ(subject, wanted, alone, {
            what: 'alone, it has other scores than among the others',
            why: 'the run scores parameters of an independent scorer one by one',
            remedy: 'Take away "independent", or score each parameter by itself',
          });
        }
      }
    },
  },

  units: {
    says: 'where it says that it scores units: each weight of a unit has the score of its unit',
    async holds(subject) {
      for (const look of await subject.scored()) {
        if (!look.scorer.ofUnits) continue;
        for (const members of sameUnits(look.parameters)) {
          const scores = new Map<number, number>();
          for (const member of members) {
            const { values } = look.scored.given[look.parameters.indexOf(member)] as Scored['given'][number];
            for (const [at, unit] of unitsOf(member).of.entries()) {
              const score = scores.get(unit) ?? (values[at] as number);
              scores.set(unit, score);
              if (Object.is(score, values[at])) continue;
              broken({
                where: subject.where(look, member),
                what: `unit ${unit} scores ${score} at one of its weights and ${values[at]} at another`,
                why: 'the run takes the score of a unit from any of its weights',
                remedy: 'Spread one number per unit over its weights (unitsOf says which are whose), or take away "ofUnits"',
              });
            }
          }
        }
      }
    },
  },

  inPlace: {
    says: 'where it has scoreInPlace: that gives the scores which score gives',
    async holds(subject) {
      for (const look of await subject.scored()) {
        for (const [i, parameter] of look.parameters.entries()) {
          if (look.scorer.scoreInPlace === undefined) continue;
          const values = Float32Array.from(parameter.variable.dataSync());
          look.scorer.scoreInPlace(values);
          const wanted = look.scored.given[i]?.values as Float32Array;
          const at = values.findIndex((value, place) => !Object.is(value, wanted[place]));
          if (at < 0) continue;
          broken({
            where: subject.where(look, parameter),
            what: `scoreInPlace gives ${values[at]} for element ${at}, and score ${wanted[at]}`,
            why: 'which of the two a run takes depends on how large the net is',
            remedy: 'Round as float32 does (Math.fround), or take away scoreInPlace',
          });
        }
      }
    },
  },

  watches: {
    says: 'where it watches trainings: what it gathers is kept through a kill',
    async holds(subject) {
      for (const look of (await subject.scored()).slice(0, 2)) {
        const { scorer, stage, net, parameters } = look;
        if (scorer.needsWatching && scorer.watch === undefined) {
          broken({
            where: subject.tried.words,
            what: 'needs to watch a training, and has no method "watch"',
            remedy: 'Give it one, or take away "needsWatching"',
          });
        }
        if (scorer.watch === undefined) continue;
        const other = { ...look, scorer: stage.make('scorer', subject.tried.config) };
        differ(subject, look, await scoreOnce(subject.tried, other, look.from), {
          what: 'an instance that has not watched itself scores otherwise from what the first has kept',
          why: 'after a kill, nothing is left but the run’s keeping',
          remedy: 'Put sums into context.keep.tensor(name, make) and counts into context.keep.value(name, 0)',
        });
        const example = subject.fresh(net);
        const before = tf.memory().numTensors;
        await watched({ ...lookAt(subject.tried, net, example), parameters: parametersLike(example, subject.tried, parameters) });
        const left = tf.memory().numTensors - before;
        example.model.dispose();
        if (left <= 0) continue;
        broken({
          where: subject.where(look),
          what: `left ${left} tensors behind while it watched`,
          why: 'memory grows with each step until the process ends',
          remedy: 'watch is called inside a tidy: use no tf.keep, put sums into context.keep',
        });
      }
    },
  },

  cuts: {
    says: 'a cut by it reaches the sparsity that is asked for',
    async holds(subject) {
      for (const { net, parameters: those } of await subject.scored()) {
        const example = subject.fresh(net);
        const look = lookAt(subject.tried, net, example);
        const parameters = parametersLike(example, subject.tried, those);
        const run = await LiveRun.open(look.stage.runParts({ parameters, mayEmpty: true }));
        try {
          if (look.scorer.watch !== undefined) await run.train(run.budget.split(2), { watch: look.scorer });
          const { sparsity } = await run.cut(look.scorer, 0.5);
          if (isReached(sparsity, 0.5, { ...look.stage, parameters })) continue;
          broken({
            where: subject.where(look),
            what: `asked for 0.5, a cut reached ${sparsity}`,
            why: 'a strategy asks for a sparsity and must get it',
            remedy: 'Look for scores that are infinite',
          });
        } finally {
          run.dispose();
          example.model.dispose();
        }
      }
    },
  },
} satisfies Promises<ScorerSubject, string>;

export type ScorerPromise = keyof typeof SCORER_PROMISES;

/** What is done to each weight of a net. */
const EXTREMES: Readonly<Record<string, (model: tf.LayersModel) => void>> = {
  'all zero': (model) => rewrite(model, (weight) => tf.zerosLike(weight)),
  'all equal': (model) => rewrite(model, (weight) => tf.onesLike(weight)),
  'a thousand times as large': (model) => rewrite(model, (weight) => tf.mul(weight, 1000)),
  'a millionth as large': (model) => rewrite(model, (weight) => tf.mul(weight, 1e-6)),
};

function rewrite(model: tf.LayersModel, change: (weight: tf.Tensor) => tf.Tensor): void {
  for (const weight of model.trainableWeights) {
    tf.tidy(() => {
      const variable = weight.read() as tf.Variable;
      variable.assign(change(variable));
    });
  }
}

/** Every second weight, or unit, is pruned. */
function everySecond({ scorer }: Look, parameter: PrunableParameter): Mask {
  const { of } = unitsOf(parameter);
  return Mask.of(Array.from({ length: parameter.size }, (_, i) => (scorer.ofUnits ? (of[i] as number) : i) % 2));
}

/** The parameters of these names in another making of the net. */
function parametersLike(example: ExampleNet, { bed }: Tried, those: readonly PrunableParameter[]): PrunableParameter[] {
  return bed.on(example).parameters.filter(({ name }) => those.some((parameter) => parameter.name === name));
}
