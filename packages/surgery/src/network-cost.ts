import { type CallShapes, usesPerSample } from '@espalier/core';
import type { Network, NetworkTensor } from './network.ts';

/** What a network costs: multiply-accumulates of one sample (an open dimension counts as one), and numbers to store. */
export interface Cost {
  readonly macs: number;
  readonly parameters: number;
}

type Shape = readonly (number | null)[];

/** @param kept how much is left of an axis of a weight or tensor; all of it by default. */
export function networkCost(network: Network, kept: Sizes = asItIs(network)): Cost {
  let [macs, parameters] = [0, 0];
  const calls = new Map<string, CallShapes[]>();
  for (const { layer, inputs, outputs } of network.nodes) {
    const [input, output] = [inputs[0], outputs[0]];
    if (input === undefined || output === undefined) continue;
    calls.set(layer, [...(calls.get(layer) ?? []), { input: kept.tensor(input), output: kept.tensor(output) }]);
  }
  for (const { name, type, config, weights } of network.layers.values()) {
    // As much of a layer as says how it uses its weights.
    const layer = { getClassName: () => type, dataFormat: config['dataFormat'] } as unknown as Parameters<typeof usesPerSample>[0]['layer'];
    for (const weight of weights) {
      const shape = kept.weight(name, weight.name, weight.shape);
      const size = shape.reduce((product, each) => product * each, 1);
      parameters += size;
      macs += size * usesPerSample({ layer, name: weight.name, shape, calls: calls.get(name) ?? [] });
    }
  }
  return { macs, parameters };
}

/** Shapes of what is left. */
export interface Sizes {
  tensor(id: string): Shape;
  weight(layer: string, name: string, shape: readonly number[]): readonly number[];
}

function asItIs({ tensors }: Network): Sizes {
  return { tensor: (id) => (tensors.get(id) as NetworkTensor).shape, weight: (_layer, _name, shape) => shape };
}
