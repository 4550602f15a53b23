import type * as tf from '@tensorflow/tfjs';
import { EspalierError } from './errors.ts';
import { type Granularity, isByElement } from './granularity.ts';
import { partInWords } from './made-part.ts';
import type { PrunableParameter } from './parameter.ts';
import type { Scorer } from './scorer.ts';
import type { Threshold } from './threshold.ts';

/**
 * Asks a scorer whether it can score these parameters: in the rehearsal, so before anything is trained, and again
 * before it scores.
 *
 * @throws EspalierError naming every parameter that it refuses, with the reason, or where it is no scorer at all.
 */
export function checkScorer(scorer: Scorer, parameters: readonly PrunableParameter[], model: tf.LayersModel): void {
  if (typeof scorer?.score !== 'function') {
    throw new EspalierError({
      what: 'a cut was asked for without a scorer',
      remedy: 'Call run.cut(scorer) with the one that the strategy injects (SCORER)',
    });
  }
  const refused = parameters.flatMap((parameter) => {
    const why = scorer.refuses?.(parameter, model);
    return why === undefined ? [] : [`${parameter.name} (${parameter.layer.getClassName()}): ${why}`];
  });
  if (refused.length === 0) return;
  throw new EspalierError({
    where: partInWords(scorer),
    what: `cannot score ${refused.join('; ')}`,
    remedy: 'Exclude what it cannot score (prune.parameters), or choose another scorer',
  });
}

/** @throws EspalierError where a scorer of whole units is asked for scores of anything else. */
export function checkUnits(scorer: Scorer, granularity: Granularity | undefined): void {
  if (!scorer.ofUnits || granularity?.ofUnits) return;
  throw new EspalierError({
    where: partInWords(scorer),
    what: 'scores whole units, and this run does not cut units',
    remedy: 'Write "granularity: unit" under prune, or choose a scorer of single weights',
  });
}

/** A share of something that a strategy asks for: `what` is "sparsity asked for", say. @throws EspalierError outside 0 to 1. */
export function checkShare(share: number, where: 'cut' | 'regrow', what: string): void {
  if (share >= 0 && share <= 1) return;
  throw new EspalierError({
    where,
    what: `the ${what} is ${share}, not a number from 0 to 1`,
    remedy: 'Correct what the strategy makes of its options, or of the scheduler’s answer',
  });
}

/**
 * What a cut is asked for: a sparsity, or where the threshold decides alone the share of the way to what that decides,
 * all of it where it is NaN. @throws EspalierError outside 0 to 1.
 */
export function checkAsked(sparsity: number, decidesAlone: boolean): void {
  if (decidesAlone && Number.isNaN(sparsity)) return;
  checkShare(sparsity, 'cut', decidesAlone ? 'share of the way asked for' : 'sparsity asked for');
}

/** @throws EspalierError where single elements are to move, and the run cuts anything else. */
export function checkRegrowing(
  granularity: Granularity | undefined,
  parameters: readonly PrunableParameter[],
  model: tf.LayersModel,
): void {
  if (granularity === undefined || cutsElements(granularity, parameters, model)) return;
  throw new EspalierError({
    where: partInWords(granularity),
    what: 'regrowing moves single weights, which would break the groups that this run cuts',
    remedy: 'Write "granularity: element" under prune, or choose a strategy that only prunes',
  });
}

/** @throws EspalierError where a threshold reads the weights themselves, and scores are those of groups. */
export function checkThreshold(
  threshold: Threshold,
  granularity: Granularity | undefined,
  parameters: readonly PrunableParameter[],
  model: tf.LayersModel,
): void {
  if (!threshold.ofElements || granularity === undefined || cutsElements(granularity, parameters, model)) return;
  throw new EspalierError({
    where: partInWords(threshold),
    what: 'draws its line among single weights, and this run cuts groups of them',
    remedy: 'Write "granularity: element" under prune, or choose another threshold',
  });
}

/** Whether each weight goes or stays by itself. */
function cutsElements(granularity: Granularity, parameters: readonly PrunableParameter[], model: tf.LayersModel): boolean {
  return granularity
    .arrange(parameters, model)
    .every((set) => isByElement(set) && set.protect === undefined && set.companions.length === 0);
}

/** @throws EspalierError naming every parameter that a granularity cannot cut, with the reason. */
export function checkGranularity(
  granularity: Granularity | undefined,
  parameters: readonly PrunableParameter[],
  model: tf.LayersModel,
): void {
  const refused = parameters.flatMap((parameter) => {
    const why = granularity?.refuses?.(parameter, model);
    return why === undefined ? [] : [`${parameter.name} (${parameter.layer.getClassName()}): ${why}`];
  });
  if (refused.length === 0) return;
  throw new EspalierError({
    where: granularity === undefined ? 'granularity' : partInWords(granularity),
    what: `cannot cut ${refused.join('; ')}`,
    remedy: 'Exclude what it cannot cut (prune.parameters; selectParameters does where it is given the granularity)',
  });
}
