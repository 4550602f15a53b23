import * as tf from '@tensorflow/tfjs';
import { BrokenPromise } from './errors.ts';
import { type GroupSet, groupSizes, isByElement, type Reduction } from './granularity.ts';
import { RunKeeping } from './keeping.ts';
import { partInWords } from './made-part.ts';
import type { Mask } from './mask.ts';
import { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import { partFailed } from './part-failed.ts';
import { passes } from './passes/passes.ts';
import { LOWEST_FINITE } from './passes/plain.ts';
import { plural } from './plural.ts';
import { Random } from './random.ts';
import { readsInto } from './read-into.ts';
import { checkScorer } from './refusal.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import type { ParameterScores } from './threshold.ts';
import { WeightPieces } from './weight-pieces.ts';

export interface ScoreRequest {
  readonly masks: MaskSet;
  readonly scorer: Scorer;
  readonly sets: readonly GroupSet[];
  readonly reduce: Reduction;
  readonly context: ScoringContext;
  /** For the scores of all parameters, good until the cut is done. */
  readonly room?: Float32Array | undefined;
}

/** Scores that are made one parameter at a time are held up to this number (64 MB), and made again beyond it: a threshold reads them more than once. */
const HELD_AT_ONCE = 1 << 24;

/** One score per group of each set: all at once, or parameter by parameter where the scorer is independent. */
export async function scoreGroups(request: ScoreRequest): Promise<ParameterScores[]> {
  const { masks, scorer, sets, context } = request;
  const given = scorer.independent ? undefined : await elementScores(request, masks.parameters, context);
  const isHeld = masks.parameters.reduce((sum, { size }) => sum + size, 0) <= HELD_AT_ONCE;
  // A threshold reads more than once: a scorer that draws at random gives the same scores each time.
  const seed = scorer.independent ? context.random.uint32() : 0;

  const inTurn = oneAtATime();
  let { room } = request;

  return sets.map((set) => {
    const score = inTurn(async () => {
      const scores: Float32Array[] = [];
      for (const { parameter } of set.members) {
        const known = given?.[masks.parameters.indexOf(parameter)];
        const own = known ?? (await elementScores(request, [parameter], { ...context, random: Random.of(seed, parameter.name) }))[0];
        scores.push(own as Float32Array);
      }
      // The score of a unit is that of each of its weights: nothing is to be added up.
      return groupScores(set, scores, masks, scorer.ofUnits ? 'max' : (scorer.reduce ?? request.reduce));
    });
    const [only] = set.members;
    const common = { parameter: (only as GroupSet['members'][number]).parameter, size: set.count, groupSize: groupSizes(set) };
    const hold = (make: () => Promise<Float32Array>) => {
      let held: Promise<Float32Array> | undefined;
      return () => {
        if (!isHeld) return make();
        held ??= make();
        return held;
      };
    };
    if (
      scorer.scoreInPlace !== undefined &&
      only !== undefined &&
      isByElement(set) &&
      set.protect === undefined &&
      (readsInto() || !isHeld)
    ) {
      const pieces = new WeightPieces(scorer, only.parameter, masks.get(only.parameter));
      if (room === undefined) return { ...common, read: hold(score), ...pieces.scores() };
      // Where all have room, each is read but once.
      const own = room.subarray(0, set.count);
      room = room.subarray(set.count);
      return { ...common, read: hold(() => pieces.all(own)) };
    }
    return { ...common, read: hold(score) };
  });
}

/** A threshold may ask for the scores of all parameters at once; they are made one after the other, as a large net needs. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(make: () => Promise<T>): (() => Promise<T>) => {
    return () => {
      const next = last.then(make, make);
      last = next;
      return next;
    };
  };
}

/**
 * The scorer's answer, checked: one tensor per parameter, shaped like it, without NaN where something is kept.
 *
 * @throws EspalierError naming the scorer, where it throws or gives anything else.
 */
export async function elementScores(
  { scorer, masks }: Pick<ScoreRequest, 'scorer' | 'masks'>,
  parameters: readonly PrunableParameter[],
  context: ScoringContext,
): Promise<Float32Array[]> {
  const name = partInWords(scorer);
  checkScorer(scorer, parameters, context.model);
  if (parameters.length === 0) return [];
  const checkAfter = watchTensors(parameters, context, name);
  const tensors = await scored(scorer, parameters, context);
  try {
    checkShapes(tensors, parameters, name);
    checkAfter(tensors);
    const scores: Float32Array[] = [];
    for (const [i, parameter] of parameters.entries()) {
      const tensor = tensors[i] as tf.Tensor;
      const values = (await tensor.data()) as Float32Array;
      refuseNan(values, masks.get(parameter), `${name} on ${parameter.name}`);
      scores.push(values);
    }
    return scores;
  } finally {
    // A variable is somebody's state: the weights themselves, or sums in the run's keeping.
    for (const tensor of tensors) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  }
}

function checkShapes(tensors: readonly tf.Tensor[], parameters: readonly PrunableParameter[], name: string): void {
  if (tensors.length !== parameters.length) {
    throw new BrokenPromise({
      where: name,
      what: `gave ${plural(tensors.length, 'score tensor')} for ${plural(parameters.length, 'parameter')}`,
      remedy: 'A scorer gives one tensor per parameter, in their order',
    });
  }
  for (const [i, parameter] of parameters.entries()) {
    const { shape } = tensors[i] as tf.Tensor;
    if (shape.join() === parameter.shape.join()) continue;
    throw new BrokenPromise({
      where: `${name} on ${parameter.name}`,
      what: `the scores have the shape [${shape.join(', ')}], the weights [${parameter.shape.join(', ')}]`,
      remedy: 'A scorer gives one score per weight',
    });
  }
}

/** What the scorer gives, where it is tensors: a scorer is often the user's own, and not the strategy is to blame for it. */
async function scored(scorer: Scorer, parameters: readonly PrunableParameter[], context: ScoringContext): Promise<tf.Tensor[]> {
  const where = partInWords(scorer);
  let given: unknown;
  try {
    given = await scorer.score(parameters, context);
  } catch (error) {
    throw partFailed(where, error);
  }
  if (Array.isArray(given) && given.every((each) => each instanceof tf.Tensor)) return given;
  throw new BrokenPromise({
    where,
    what: 'gave no list of tensors',
    remedy: 'A scorer gives one tensor per parameter, shaped like its weights',
  });
}

/**
 * What must not be otherwise after a score than before: the weights, and the tensors that live, but for what is given
 * and for what is kept. Weights that were written to in place, past tfjs, are not seen.
 */
function watchTensors(parameters: readonly PrunableParameter[], { keep, masks }: ScoringContext, where: string) {
  const held = () => (keep instanceof RunKeeping ? keep.tensorCount : 0) + (masks instanceof MaskSet ? masks.tensorCount : 0);
  const weights = parameters.map(({ variable }) => variable.dataId);
  const before = tf.memory().numTensors - held();
  return (given: readonly tf.Tensor[]): void => {
    const changed = parameters.find(({ variable }, i) => variable.isDisposed || variable.dataId !== weights[i]);
    if (changed !== undefined) {
      throw new BrokenPromise({
        where: `${where} on ${changed.name}`,
        what: 'changed the weights that it was to score',
        remedy: 'Compute with the variable, and neither assign to it nor dispose it',
      });
    }
    const own = new Set(given.filter((tensor) => !(tensor instanceof tf.Variable) && !tensor.isDisposed));
    const left = tf.memory().numTensors - held() - own.size - before;
    if (left === 0) return;
    throw new BrokenPromise({
      where,
      what: left > 0 ? `left ${plural(left, 'tensor')} behind` : `disposed ${plural(-left, 'tensor')} not its own`,
      why: left > 0 ? 'memory would grow with each cut' : 'what it disposed is gone for everybody else',
      remedy: 'Compute inside tf.tidy; what has to live until the next cut goes into context.keep',
    });
  };
}

/**
 * NaN has no place in an order. What is pruned already may score whatever it likes.
 *
 * @param from the position of the first score.
 */
export function refuseNan(scores: Float32Array, mask: Mask, where: string, from = 0): void {
  if (passes(scores.length).isFinite(scores)) return;
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isNaN(scores[i]) || !mask.keeps(from + i)) continue;
    throw new BrokenPromise({
      where,
      what: `the score of element ${from + i} is NaN`,
      remedy: 'Look for NaN in the weights, and for 0/0, ∞−∞ or the logarithm of a negative number in the score',
    });
  }
}

/**
 * From scores of elements to those of groups: −∞ where all of a group is pruned, and only there; +∞ where it must stay.
 *
 * @param scores per member of the set; not written to, as a backend may hand out the memory of a weight itself.
 */
function groupScores(set: GroupSet, scores: readonly Float32Array[], masks: MaskSet, reduce: Reduction | 'first'): Float32Array {
  const [only] = set.members;
  const groups = isByElement(set)
    ? byElement(scores[0] as Float32Array, masks.get((only as GroupSet['members'][number]).parameter), set.protect !== undefined)
    : byGroup(set, scores, masks, reduce);
  set.protect?.(groups);
  return groups;
}

function byElement(given: Float32Array, mask: Mask, isWritten: boolean): Float32Array {
  if (mask.pruned === 0 && !isWritten && passes(given.length).isFinite(given)) return given;
  const scores = given.slice();
  sinkPruned(scores, mask, 0, 1);
  return scores;
}

/** −∞ where an element is pruned, and only there. The scores are those of elements a stride apart, from a position on. */
export function sinkPruned(scores: Float32Array, mask: Mask, from: number, stride: number): void {
  if (stride === 1 && from % 8 === 0) {
    passes(scores.length).sink(scores, mask.bytes, from / 8);
    return;
  }
  for (let i = 0; i < scores.length; i++) {
    if (!mask.keeps(from + i * stride)) scores[i] = Number.NEGATIVE_INFINITY;
    else if (scores[i] === Number.NEGATIVE_INFINITY) scores[i] = LOWEST_FINITE;
  }
}

function byGroup({ count, members }: GroupSet, scores: readonly Float32Array[], masks: MaskSet, reduce: Reduction | 'first'): Float32Array {
  const totals = new Float64Array(count).fill(reduce === 'max' ? Number.NEGATIVE_INFINITY : 0);
  const alive = new Uint32Array(count);
  for (const [m, { parameter, groups }] of members.entries()) {
    const own = scores[m] as Float32Array;
    const mask = masks.get(parameter);
    for (let i = 0; i < own.length; i++) {
      if (!mask.keeps(i)) continue;
      const group = groups === null ? i : (groups[i] as number);
      const score = own[i] as number;
      alive[group] = (alive[group] as number) + 1;
      if (reduce === 'first' && (alive[group] as number) > 1) continue;
      const total = totals[group] as number;
      totals[group] = reduce === 'max' ? Math.max(total, score) : total + (reduce === 'l2' ? score * score : score);
    }
  }
  return Float32Array.from(totals, (total, group) => {
    const kept = alive[group] as number;
    if (kept === 0) return Number.NEGATIVE_INFINITY;
    const score = reduce === 'mean' ? total / kept : reduce === 'l2' ? Math.sqrt(total) : total;
    return Math.max(score, LOWEST_FINITE);
  });
}
