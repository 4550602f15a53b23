import type * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from './checkpoint.ts';
import { EspalierError } from './errors.ts';
import type { RunKeeping } from './keeping.ts';
import { Mask } from './mask.ts';
import type { MaskSet } from './mask-set.ts';
import type { Random } from './random.ts';
import type { RunSession } from './run-session.ts';
import { readWeights, writeWeights } from './weights.ts';

/** What of a checkpoint is numbers: all that there is besides where the strategy stood. */
export type StoredNumbers = Omit<Checkpoint, 'finished' | 'stepsWithin' | 'loop'>;

/** Every number that a run has. */
export interface RunState {
  readonly model: tf.LayersModel;
  readonly masks: MaskSet;
  readonly random: Random;
  readonly kept: RunKeeping;
  readonly session: RunSession;
}

/** @throws BrokenPromise where a pruned weight is not zero. */
export async function saveState({ model, masks, random, kept, session }: RunState): Promise<StoredNumbers> {
  await session.sync();
  await masks.verify('when they were to be saved');
  const bytes = Object.fromEntries(masks.all.map((parameter) => [parameter.name, masks.get(parameter).bytes.slice()]));
  return {
    weights: await readWeights(model),
    masks: bytes,
    training: await session.save(),
    random: random.state(),
    ...(await kept.save()),
  };
}

/** Every number as it was when it was saved. */
export async function restoreState({ model, masks, random, kept, session }: RunState, stored: StoredNumbers): Promise<void> {
  writeWeights(model, stored.weights);
  for (const parameter of masks.all) {
    const bytes = stored.masks[parameter.name];
    if (bytes === undefined)
      throw new EspalierError({ where: parameter.name, what: 'the checkpoint has no mask for it: it is that of another run' });
    masks.replace(parameter, Mask.fromBytes(parameter.size, bytes));
  }
  await masks.verify('in the checkpoint');
  random.restore(stored.random);
  kept.restore(stored);
  if (stored.training !== null) await session.restore(stored.training);
}
