import { availableParallelism } from 'node:os';

/**
 * Multiply-accumulates of a training step's forward pass under which one thread is faster than two. Measured with
 * `npm run bench -- threads`: below it, handing work between threads costs more than it saves.
 */
const FEW_MACS = 24e6;

/**
 * How many threads a net trains fastest with: one for a small net, all for a large one. Undefined where the
 * environment says it already (TF_NUM_INTRAOP_THREADS).
 */
export function threadsFor(macsPerStep: number): number | undefined {
  if (process.env['TF_NUM_INTRAOP_THREADS'] !== undefined) return undefined;
  return macsPerStep < FEW_MACS ? 1 : availableParallelism();
}
