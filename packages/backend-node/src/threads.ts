import { availableParallelism } from 'node:os';

/**
 * Multiply-accumulates of a training step's forward pass under which one thread is faster than two. Measured with
 * `npm run bench -- threads`: 784-300-100-10 in batches of 128 (34 million) trains faster with one, 784-512-512-10
 * (86 million) with two.
 */
const FEW_MACS = 48e6;

/**
 * How many threads a net trains fastest with: one for a small net, all for a large one. Undefined where the
 * environment says it already (TF_NUM_INTRAOP_THREADS).
 */
export function threadsFor(macsPerStep: number): number | undefined {
  if (process.env['TF_NUM_INTRAOP_THREADS'] !== undefined) return undefined;
  return macsPerStep < FEW_MACS ? 1 : availableParallelism();
}
