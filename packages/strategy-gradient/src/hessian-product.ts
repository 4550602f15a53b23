import { type Batch, breathe, type Calibration, Forward, type Loss, type PrunableParameter } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { FrozenPieces } from './frozen-pieces.ts';

export interface HessianProduct {
  readonly model: tf.LayersModel;
  readonly loss: Loss;
  readonly calibration: Calibration;
  readonly parameters: readonly PrunableParameter[];
  /** One tensor per parameter, shaped like it. */
  readonly direction: readonly tf.Tensor[];
  /** How far weights move along the direction, to either side. */
  readonly epsilon: number;
  /** What logits are divided by. */
  readonly temperature: number;
}

/**
 * The Hessian of the mean loss over all calibration samples times a direction: (g(w + εd) − g(w − εd)) / 2ε, with
 * ReLUs and max pooling held on the piece that they are on at w. Weights are put back, to the bit, also when it throws.
 *
 * @returns one tensor per parameter. The caller disposes them.
 */
export async function hessianProduct(asked: HessianProduct): Promise<tf.Tensor[]> {
  const { calibration, parameters, direction, epsilon } = asked;
  const kept = parameters.map(({ variable }) => tf.clone(variable as tf.Tensor));
  const moveBy = (distance: number) => {
    tf.tidy(() => {
      parameters.forEach(({ variable }, i) => {
        variable.assign(tf.add(kept[i] as tf.Tensor, tf.mul(direction[i] as tf.Tensor, distance)));
      });
    });
  };
  const putBack = () => {
    parameters.forEach(({ variable }, i) => {
      variable.assign(kept[i] as tf.Tensor);
    });
  };
  const pieces = new FrozenPieces(asked.model);
  const lossOf = lossAt(asked);
  let sums: tf.Tensor[] = [];
  try {
    for (const batch of calibration.batches()) {
      const before = sums;
      try {
        pieces.record(() => void lossOf(batch));
        sums = tf.tidy(() => {
          const gradientsAt = (distance: number) => {
            moveBy(distance);
            return pieces.replay(
              () =>
                tf.variableGrads(
                  () => lossOf(batch),
                  parameters.map(({ variable }) => variable),
                ).grads,
            );
          };
          const [ahead, behind] = [gradientsAt(epsilon), gradientsAt(-epsilon)];
          return parameters.map(({ variable }, i) => {
            const [one, other] = [ahead[variable.name], behind[variable.name]];
            if (one === undefined || other === undefined) return before[i]?.clone() ?? tf.zerosLike(variable);
            const product = tf.mul(tf.sub(one, other), batch.size / (2 * epsilon * calibration.samples.size));
            return before[i] === undefined ? product : tf.add(before[i], product);
          });
        });
        tf.dispose(before);
      } finally {
        putBack();
        tf.dispose([batch.inputs, batch.targets]);
      }
      // Weights are the caller's again whenever others have their turn.
      await breathe();
    }
    return sums;
  } catch (error) {
    tf.dispose(sums);
    throw error;
  } finally {
    pieces.forget();
    tf.dispose(kept);
  }
}

function lossAt({ model, loss, temperature }: HessianProduct): (batch: Batch) => tf.Scalar {
  const forward = new Forward(model, loss);
  return ({ inputs, targets }) => {
    const outputs = forward.outputs(inputs, false);
    return forward.lossOf(
      outputs.map((output, i) => (forward.hasLogits(i) ? tf.div(output, temperature) : output)),
      targets,
    );
  };
}
