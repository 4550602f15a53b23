export { buildModel } from './build-model.ts';
export { type DependencyGraph, dependencyGraph, describeGraph, type GraphOptions } from './dependency-graph.ts';
export type { LayerClass, LayerConfig, Network, NetworkLayer, NetworkNode, NetworkTensor, NetworkWeight, WeightValues } from './network.ts';
export { readNetwork } from './read-network.ts';
