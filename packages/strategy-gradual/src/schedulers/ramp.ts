import { EspalierError, type Moment, moment, type Step, stepsTo, z } from '@espalier/core';

/** What moments of a schedule are counted in, for the descriptions. */
export const WHEN = 'a share of the training, { steps } or { epochs }; in iterative and lottery of the rounds, each a step and an epoch';

/** The options that every schedule along a curve has. */
export const rampOptions = {
  start: z.number().min(0).lt(1).default(0).describe('The sparsity to begin with, at most that to end on.'),
  begin: moment.default(0).describe(`When the schedule begins: ${WHEN}. Nothing is pruned before.`),
  end: moment.default(1).describe(`When the target is reached: ${WHEN}.`),
};

export interface Ramp {
  readonly start: number;
  readonly begin: Moment;
  readonly end: Moment;
}

/** For the schemas: two moments of the same kind must be in order. Those of different kinds are held against each other in steps (`along`). */
export function endsAfterBegin({ begin, end }: Ramp): boolean {
  if (typeof begin === 'number' && typeof end === 'number') return begin < end;
  if (typeof begin === 'number' || typeof end === 'number') return true;
  if ('steps' in begin && 'steps' in end) return begin.steps < end.steps;
  return 'epochs' in begin && 'epochs' in end ? begin.epochs < end.epochs : true;
}

export const ORDER = { message: 'end must be after begin', path: ['end'] };

/**
 * The sparsity along a curve: nothing before `begin`, exactly the target from `end` on.
 *
 * @throws EspalierError where it ends before it begins, which only the steps of a training tell where the two are of different kinds.
 * @param curve the sparsity at a share of the way, from 0 to 1, that goes from `from` to `to`.
 */
export function along(ramp: Ramp, step: Step, target: number, curve: (share: number, from: number, to: number) => number): number {
  const begin = stepsTo(ramp.begin, step);
  const end = stepsTo(ramp.end, step);
  if (end < begin) {
    throw new EspalierError({
      what: `the schedule ends at step ${+end.toFixed(2)} of ${step.total}, before it begins, at step ${+begin.toFixed(2)}`,
      remedy: 'Let it begin earlier, or end later',
    });
  }
  if (step.number < begin) return 0;
  if (step.number >= end) return target;
  const from = Math.min(ramp.start, target);
  // Rounding must not lead past either end.
  return Math.min(target, Math.max(from, curve((step.number - begin) / (end - begin), from, target)));
}
