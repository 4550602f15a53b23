import type { Network, NetworkLayer, NetworkNode, NetworkTensor } from './network.ts';
import './rules/index.ts';
import { type Constants, type ConstantsCall, shapeRuleOf } from './shape-rule.ts';

/**
 * What is the same whatever goes into the model: channels whose weights are all zero, and what becomes of them further on.
 * They need not be zero themselves: a unit without inputs gives f(b).
 */
export interface NetworkConstants {
  /** Per tensor and axis: the number that everything at a position is; NaN where it varies. */
  readonly tensors: ReadonlyMap<string, readonly Constants[]>;
  /** Per call and weight: what is constant of that which the weight's `reads` axis sums over. */
  readonly reads: ReadonlyMap<NetworkNode, Readonly<Record<string, Constants>>>;
  /** Per call that sums products of its inputs: 0 where one of them is always zero. */
  readonly products: ReadonlyMap<NetworkNode, Constants>;
}

export function networkConstants(network: Network): NetworkConstants {
  const tensors = new Map<string, readonly Constants[]>();
  const reads = new Map<NetworkNode, Readonly<Record<string, Constants>>>();
  const products = new Map<NetworkNode, Constants>();
  const shapeOf = (id: string) => (network.tensors.get(id) as NetworkTensor).shape;
  for (const node of network.nodes) {
    const layer = network.layers.get(node.layer) as NetworkLayer;
    const call: ConstantsCall = {
      config: layer.config,
      inputs: node.inputs.map((id) => ({ shape: shapeOf(id), constants: tensors.get(id) as readonly Constants[] })),
      outputs: node.outputs.map((id) => ({ shape: shapeOf(id) })),
      weights: Object.fromEntries(layer.weights.map((weight) => [weight.name, weight])),
    };
    const flow = node.inputs.length === 0 ? undefined : shapeRuleOf(layer.type)?.constants?.(call);
    node.outputs.forEach((id, i) => {
      tensors.set(id, flow?.outputs[i] ?? shapeOf(id).map(() => null));
    });
    if (flow?.reads !== undefined) reads.set(node, flow.reads);
    if (flow?.products !== undefined) products.set(node, flow.products);
  }
  return { tensors, reads, products };
}
