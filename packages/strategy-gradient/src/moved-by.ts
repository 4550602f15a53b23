import type { PrunableParameter } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** Does something while the weights are moved by so much along a direction; they are put back, to the bit, also when it throws. */
export async function movedBy<T>(
  parameters: readonly PrunableParameter[],
  direction: readonly tf.Tensor[],
  epsilon: number,
  work: () => Promise<T>,
): Promise<T> {
  const kept = parameters.map(({ variable }) => tf.clone(variable as tf.Tensor));
  try {
    tf.tidy(() => {
      parameters.forEach(({ variable }, i) => {
        variable.assign(tf.add(variable, tf.mul(direction[i] as tf.Tensor, epsilon)));
      });
    });
    return await work();
  } finally {
    parameters.forEach(({ variable }, i) => {
      variable.assign(kept[i] as tf.Tensor);
    });
    tf.dispose(kept);
  }
}
