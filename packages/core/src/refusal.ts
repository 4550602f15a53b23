import type * as tf from '@tensorflow/tfjs';
import { EspalierError } from './errors.ts';
import type { PrunableParameter } from './parameter.ts';
import type { Scorer } from './scorer.ts';

/**
 * Asks a scorer whether it can score these parameters: in the rehearsal, so before anything is trained, and again
 * before it scores.
 *
 * @throws EspalierError naming every parameter that it refuses, with the reason.
 */
export function checkScorer(scorer: Scorer, parameters: readonly PrunableParameter[], model: tf.LayersModel): void {
  const refused = parameters.flatMap((parameter) => {
    const why = scorer.refuses?.(parameter, model);
    return why === undefined ? [] : [`${parameter.name} (${parameter.layer.getClassName()}): ${why}`];
  });
  if (refused.length === 0) return;
  throw new EspalierError({
    where: scorer.constructor.name,
    what: `cannot score ${refused.join('; ')}`,
    remedy: 'Exclude what it cannot score (prune.parameters), or choose another scorer',
  });
}
