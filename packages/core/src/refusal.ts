import type * as tf from '@tensorflow/tfjs';
import { EspalierError } from './errors.ts';
import type { Granularity } from './granularity.ts';
import { partInWords } from './made-part.ts';
import type { PrunableParameter } from './parameter.ts';
import type { Scorer } from './scorer.ts';

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
