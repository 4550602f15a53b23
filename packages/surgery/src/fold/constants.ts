import { STAYS } from '../channels.ts';
import type { DependencyGraph } from '../dependency-graph.ts';
import type { Read } from '../live-units.ts';
import { callsOf, type NetworkLayer, type NetworkNode, type NetworkWeight } from '../network.ts';
import type { NetworkConstants } from '../network-constants.ts';
import { padsNothing } from '../rules/borders.ts';
import { makes, type WeightAxis } from '../shape-rule.ts';
import { isLinearLayer, shiftUnits } from './linear-layer.ts';
import { layerOf, replaceLayer, where } from './rewire.ts';

/**
 * Units that give a constant go too: what their readers make of it, Σ w · constant, goes into the readers' biases. For
 * `liveUnits` and `stayedUnits`, which ask what may go, and for the cut, which is of the network that this gives.
 */
export class ConstantFolding {
  private readonly graph: DependencyGraph;
  private readonly constants: NetworkConstants;

  constructor(graph: DependencyGraph, constants: NetworkConstants) {
    this.graph = graph;
    this.constants = constants;
  }

  /** Whether what is read makes no difference once it is gone: it is zero, or the reader's bias can stand for it. */
  isNothing = (read: Read): boolean => read.constant === 0 || this.whyNot(read) === undefined;

  /** Why a bias cannot stand for what is read there. */
  whyNot({ node, weight, position, constant }: Read): string | undefined {
    const layer = layerOf(this.graph.network, node);
    if (Number.isNaN(constant)) return `it is not constant where ${where(layer)} reads it`;
    const others = callsOf(this.graph.network, node.layer).map((call) => this.constants.reads.get(call)?.[weight]?.[position]);
    if (others.some((other) => other !== constant)) return `${where(layer)} is shared, and reads other numbers there elsewhere`;
    return this.cannotTake(layer, weight, this.graph.network.tensors.get(node.inputs[0] as string)?.shape ?? []);
  }

  /** The graph of the network with the constants of these units in its biases, for the units to be cut from. */
  absorb(gone: Uint8Array): DependencyGraph {
    let graph = this.graph;
    for (const layer of this.graph.network.layers.values()) {
      for (const weight of layer.weights) graph = this.absorbInto(graph, layer.name, weight, gone);
    }
    return graph;
  }

  private absorbInto(graph: DependencyGraph, name: string, weight: NetworkWeight, gone: Uint8Array): DependencyGraph {
    const axes = graph.weights.get(name)?.get(weight.name) ?? [];
    const from = axes.findIndex((axis) => axis?.role === 'reads');
    if (from < 0) return graph;
    const calls = callsOf(graph.network, name);
    const constants = this.constants.reads.get(calls[0] as NetworkNode)?.[weight.name] ?? null;
    const taken = (axes[from] as NonNullable<WeightAxis>).channels.map((unit, position) => {
      const constant = constants?.[position] ?? Number.NaN;
      if (unit === STAYS || gone[unit] === 0 || Number.isNaN(constant) || constant === 0) return 0;
      return calls.every((node) => this.whyNot({ node, weight: weight.name, position, constant }) === undefined) ? 1 : 0;
    });
    if (!taken.includes(1)) return graph;
    const bias = biasOf(weight.name);
    const shift = contribution(weight, (position) => (taken[position] === 1 ? (constants?.[position] as number) : 0));
    const network = replaceLayer(graph.network, withShiftedBias(graph.network.layers.get(name) as NetworkLayer, bias, shift));
    const weights = new Map(graph.weights.get(name)).set(bias, [makes(axes.at(-1)?.channels ?? null)]);
    return { ...graph, network, weights: new Map(graph.weights).set(name, weights) };
  }

  private cannotTake(layer: NetworkLayer, weight: string, shape: readonly (number | null)[]): string | undefined {
    const hasBias = layer.weights.some(({ name }) => name === biasOf(weight));
    const [type, config, inner] =
      layer.type === 'TimeDistributed' ? [...wrapped(layer), [shape[0] ?? null, ...shape.slice(2)]] : [layer.type, layer.config, shape];
    if (!hasBias && !isLinearLayer(layer)) return `${where(layer)} reads it, and has no bias for it`;
    if (RECURRENT.has(type)) return weight.endsWith('recurrent_kernel') ? `${where(layer)} hands it on from step to step` : undefined;
    if (type === 'Dense' || type === 'SeparableConv2D') return undefined;
    if (!CONVOLUTIONS.has(type)) return `${where(layer)} reads it, and its biases cannot stand for it`;
    return padsNothing(config, inner)
      ? undefined
      : `${where(layer)} reads it with zeros beside it (padding: '${String(config['padding'])}')`;
  }
}

const RECURRENT = new Set(['SimpleRNN', 'LSTM', 'GRU', 'Bidirectional']);
const CONVOLUTIONS = new Set(['Conv1D', 'Conv2D', 'Conv3D']);

/** `forward/bias` for `forward/kernel`. */
function biasOf(weight: string): string {
  return [...weight.split('/').slice(0, -1), 'bias'].join('/');
}

function wrapped({ config }: NetworkLayer): [string, NetworkLayer['config']] {
  const { className, config: inner } = config['layer'] as { className: string; config: NetworkLayer['config'] };
  return [className, inner];
}

/** Σ w · constant per unit, for kernels [..., inputs, units]. */
function contribution({ values, shape }: NetworkWeight, constantOf: (position: number) => number): Float64Array {
  const [inputs, units] = shape.slice(-2) as [number, number];
  const sums = new Float64Array(units);
  for (let i = 0; i < values.length; i++)
    sums[i % units] = (sums[i % units] as number) + (values[i] as number) * constantOf(Math.floor(i / units) % inputs);
  return sums;
}

function withShiftedBias(layer: NetworkLayer, name: string, shift: Float64Array): NetworkLayer {
  if (isLinearLayer(layer)) return shiftUnits(layer, shift);
  const shifted = (weight: NetworkWeight) => ({
    ...weight,
    values: Float32Array.from(shift, (value, i) => value + (weight.values[i] as number)),
  });
  return { ...layer, weights: layer.weights.map((weight) => (weight.name === name ? shifted(weight) : weight)) };
}
