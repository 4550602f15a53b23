/**
 * The activations that kernels know, by number. `clipped` is relu up to alpha (relu6: 6), `leakyRelu` has the slope alpha, `elu` the scale
 * alpha, `swish` is x·sigmoid(alpha·x), `geluNew` the one by tanh, `thresholded` is x where x > alpha, else 0; alpha is 1 for the others.
 */
export const ACTIVATIONS = {
  linear: 0,
  relu: 1,
  clipped: 2,
  leakyRelu: 3,
  elu: 4,
  selu: 5,
  sigmoid: 6,
  hardSigmoid: 7,
  tanh: 8,
  softplus: 9,
  softsign: 10,
  swish: 11,
  gelu: 12,
  geluNew: 13,
  mish: 14,
  exp: 15,
  thresholded: 16,
  abs: 17,
} as const;

/** What `binary` and `binaryByRow` know; `prelu` is a where a ≥ 0, else a·b. */
export const BINARY = { add: 0, subtract: 1, multiply: 2, maximum: 3, minimum: 4, prelu: 5, divide: 6 } as const;
