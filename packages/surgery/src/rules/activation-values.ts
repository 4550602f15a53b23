const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** What the activations of tfjs make of one number. */
const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  sigmoid,
  hardSigmoid: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  tanh: Math.tanh,
  softplus: (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(0, x),
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

/** What an activation makes of a constant; NaN where it is not known: the result then counts as varying. */
export function activationValue(activation: unknown, x: number): number {
  const name = activation ?? 'linear';
  if (name === 'gelu') return x === 0 ? 0 : Number.NaN;
  return (typeof name === 'string' ? ACTIVATIONS[name] : undefined)?.(x) ?? Number.NaN;
}

/** Whether an activation looks at all the units of its last axis at once. */
export function mixesUnits(activation: unknown): boolean {
  return activation === 'softmax' || activation === 'logSoftmax';
}
