import { type PrunableParameter, sameUnits, unitsOf } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** The parameters that make the same units: one kernel, or a recurrent layer's two. */
export interface Units {
  readonly members: readonly PrunableParameter[];
  readonly count: number;
}

/**
 * Scores of whole units as a run takes them: each weight has the score of its unit, in all tensors that make it.
 *
 * @param score one number per unit.
 * @returns one tensor per parameter, shaped like it. The caller disposes them.
 */
export async function scoreUnits(
  parameters: readonly PrunableParameter[],
  score: (units: Units) => Promise<ArrayLike<number>> | ArrayLike<number>,
): Promise<tf.Tensor[]> {
  const scores = new Map<PrunableParameter, tf.Tensor>();
  for (const members of sameUnits(parameters)) {
    const ofUnit = await score({ members, count: unitsOf(members[0] as PrunableParameter).units });
    for (const member of members) {
      const { of } = unitsOf(member);
      scores.set(
        member,
        tf.tensor(
          Float32Array.from(of, (unit) => ofUnit[unit] as number),
          [...member.shape],
        ),
      );
    }
  }
  return parameters.map((parameter) => scores.get(parameter) as tf.Tensor);
}

/** Sums over the elements of each unit, over all tensors that make it. */
export function sumOverUnits({ members, count }: Units, values: readonly Float32Array[], term: (value: number) => number): Float64Array {
  const sums = new Float64Array(count);
  for (const [m, member] of members.entries()) {
    const { of } = unitsOf(member);
    const own = values[m] as Float32Array;
    for (let i = 0; i < own.length; i++) {
      const unit = of[i] as number;
      sums[unit] = (sums[unit] as number) + term(own[i] as number);
    }
  }
  return sums;
}

/** The weights of each member, as they stand. */
export function weightsOf({ members }: Units): Promise<Float32Array[]> {
  return Promise.all(members.map(({ variable }) => variable.data<'float32'>()));
}
