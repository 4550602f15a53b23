import { type Step, z } from '@espalier/core';

/** How often something happens: after so many steps, or so many epochs. */
export const interval = z.union([z.int().min(1), z.object({ epochs: z.number().positive() }).strict()]);

/** Whether a whole number of intervals ends with this step, or has since the one before. */
export function isDue(every: z.infer<typeof interval>, { number, stepsPerEpoch }: Step): boolean {
  const steps = typeof every === 'number' ? every : every.epochs * stepsPerEpoch;
  const intervals = (at: number) => Math.floor(at / steps + 1e-9);
  return intervals(number) > intervals(number - 1);
}
