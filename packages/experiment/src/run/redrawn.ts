import { Random, readWeights, type StoredWeights } from '@espalier/core';
import type { PreparedExperiment } from './prepare.ts';

/** The weights that the untrained net would have, had another seed drawn them; the same each time for the same seed. */
export async function redrawnWeights({ source, task }: Pick<PreparedExperiment, 'source' | 'task'>): Promise<StoredWeights> {
  const model = await source.build({ ...task, seed: Random.of(task.seed, 'redrawn').uint32() });
  try {
    return await readWeights(model);
  } finally {
    model.dispose();
  }
}
