import { availableParallelism } from 'node:os';

/**
 * Multiply-accumulates of a training step's forward pass under which one thread is as fast as two or faster. Measured with
 * `npm run bench -- threads`: 784-128-64-10 in batches of 128 (14 million) trains as fast with one, and leaves a core to
 * others; 784-300-100-10 (34 million) trains faster with two.
 */
const FEW_MACS = 24e6;

/**
 * The same where runs go side by side. Two threads make no net of up to so many (784-300-100-10) twice as fast, so that two
 * runs with one thread each are done sooner than one after the other with two.
 */
const FEW_MACS_OF_MANY = 48e6;

/**
 * How many threads a net trains fastest with: one for a small net, all for a large one. Undefined where the
 * environment says it already (TF_NUM_INTRAOP_THREADS).
 */
export function threadsFor(macsPerStep: number, { isAlone = true }: { isAlone?: boolean } = {}): number | undefined {
  if (process.env['TF_NUM_INTRAOP_THREADS'] !== undefined) return undefined;
  return macsPerStep < (isAlone ? FEW_MACS : FEW_MACS_OF_MANY) ? 1 : availableParallelism();
}
