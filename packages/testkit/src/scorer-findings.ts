import * as tf from '@tensorflow/tfjs';
import type { Scored } from './scorer-look.ts';
import type { ScorerSubject, Seen } from './scorer-subject.ts';
import { broken, failure } from './suite.ts';

/** @throws BrokenPromise for the first score that is wrong. */
export function refuse(
  subject: ScorerSubject,
  look: Pick<Seen, 'net' | 'parameters' | 'scored'>,
  isWrong: (value: number) => boolean,
  circumstances = '',
  counts: (parameter: number, at: number) => boolean = () => true,
): void {
  for (const [i, { values }] of look.scored.given.entries()) {
    const at = values.findIndex((value, place) => isWrong(value) && counts(i, place));
    if (at < 0) continue;
    broken({
      where: `${subject.where(look, look.parameters[i])}${circumstances}`,
      what: `the score of element ${at} is ${values[at]}`,
      why: Number.isNaN(values[at]) ? 'NaN has no place in an order, and ends a run' : 'no order can tell it from other infinite ones',
      remedy: 'Look for 0/0, ∞−∞ and logarithms of zero; add a small number such as 1e-12 to what is divided by',
    });
  }
}

/** @throws BrokenPromise for the first score that is another one. */
export function differ(
  subject: ScorerSubject,
  look: Pick<Seen, 'net' | 'parameters' | 'scored'>,
  again: Scored,
  { what, why, remedy }: { what: string; why: string; remedy: string },
): void {
  if (again.error !== undefined) throw failure(subject.where(look), again.error);
  for (const [i, { values }] of look.scored.given.entries()) {
    const others = again.given[i]?.values ?? new Float32Array();
    const at = values.findIndex((value, place) => !Object.is(value, others[place]));
    if (at < 0) continue;
    const where = subject.where(look, look.parameters[i]);
    broken({ where, what: `${what}: element ${at} has ${values[at]} at first and ${others[at]} then`, why, remedy });
  }
}

export function inWords(value: unknown): string {
  if (value instanceof Promise) return 'a promise of a promise';
  if (Array.isArray(value)) return `a list of ${value.map((each) => (each instanceof tf.Tensor ? 'tensors' : typeof each)).join(', ')}`;
  return value instanceof tf.Tensor ? 'one tensor' : `${value}`;
}
