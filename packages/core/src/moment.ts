import { z } from 'zod';
import type { Step } from './step.ts';

/** A moment of a training: a share of it from 0 to 1, a number of steps, or of epochs. */
export const moment = z.union([
  z.number().min(0).max(1),
  z.object({ steps: z.int().min(0) }).strict(),
  z.object({ epochs: z.number().min(0) }).strict(),
]);
export type Moment = z.infer<typeof moment>;

/** How many steps lead to a moment; a fraction where it lies between two. In rounds, an epoch is a round. */
export function stepsTo(when: Moment, { total, stepsPerEpoch }: Pick<Step, 'total' | 'stepsPerEpoch'>): number {
  // 0.55 of 20 is 11, and not the 11.000000000000002 of its product.
  if (typeof when === 'number') return Number((when * total).toFixed(6));
  return 'steps' in when ? when.steps : when.epochs * stepsPerEpoch;
}
