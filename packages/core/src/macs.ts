import { elementsOf } from './data.ts';
import { isChannelsFirst } from './layer-fields.ts';
import type { ModelParameter } from './parameter.ts';

type Shape = readonly (number | null)[];

/**
 * How often one sample multiplies each element of a parameter: the output positions of a convolution, the time steps
 * of a recurrent layer, once for a Dense; over all calls of its layer in the model. Multiply-accumulates are this times
 * the elements that are not zero. Biases, norms and embeddings multiply nothing. An open dimension (a sequence of any
 * length) counts as one.
 */
export function usesPerSample({ layer, name, shape, calls }: Pick<ModelParameter, 'layer' | 'name' | 'shape' | 'calls'>): number {
  if (shape.length < 2 || !/kernel$/.test(name)) return 0;
  return calls.reduce((uses, { input, output }) => uses + usesAt(layer, input.slice(1), output.slice(1)), 0);
}

function usesAt(layer: ModelParameter['layer'], input: Shape, output: Shape): number {
  const type = layer.getClassName();
  const channelsFirst = isChannelsFirst(layer);
  if (/ConvLSTM/.test(type)) return (input[0] ?? 1) * positionsOf(output.slice(output.length - 3), channelsFirst);
  if (/LSTM|GRU|RNN|Bidirectional/.test(type)) return input[0] ?? 1;
  // A transposed convolution spreads each input position over the kernel.
  return positionsOf(/Transpose/.test(type) ? input : output, channelsFirst);
}

/** All dimensions but that of units or channels. */
function positionsOf(shape: Shape, channelsFirst: boolean): number {
  const positions = channelsFirst ? shape.slice(1) : shape.slice(0, -1);
  return elementsOf(positions.map((size) => size ?? 1));
}

/** Multiply-accumulates of one sample through a whole model, from the elements of each parameter that are not zero. */
export function totalMacs(parameters: readonly (ModelParameter & { readonly nonzero: number })[]): number {
  return parameters.reduce((sum, parameter) => sum + parameter.nonzero * usesPerSample(parameter), 0);
}
