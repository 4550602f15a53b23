import { type Call, refuse } from './call.ts';

/** What a layer's activation makes of its sums. */
export function activated(call: Call, activation: unknown, sums: string): string {
  const { graph, outputShape } = call;
  const scalar = (value: number) => graph.floats(Float32Array.of(value), []);
  switch (activation ?? 'linear') {
    case 'linear':
      return sums;
    case 'relu':
      return graph.add('Relu', [sums]);
    case 'relu6':
      return graph.add('Clip', [sums, scalar(0), scalar(6)]);
    case 'softmax':
      // Over the last axis where nothing is said, and an image's channels are another.
      return outputShape.length === 4 ? graph.add('Softmax', [sums], { axis: { int: 1 } }) : graph.add('Softmax', [sums]);
    default:
      return refuse(call, `has the activation ${String(activation)}`);
  }
}
