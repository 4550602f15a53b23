export { buildModel } from './build-model.ts';
export { carryMasks, carryOptimizer, carryTraining } from './carry-state.ts';
export type { Channels } from './channels.ts';
export { type ChoiceOptions, keptLayers } from './choose-units.ts';
export { type DependencyGraph, dependencyGraph, describeGraph, type GraphOptions } from './dependency-graph.ts';
export { type FoldedModel, type FoldOptions, fold, foldNetwork } from './fold/fold.ts';
export type { Folded, Unfolded } from './fold/record.ts';
export type { KeptParameter } from './kept-parameters.ts';
export type { LayerClass, LayerConfig, Network, NetworkLayer, NetworkNode, NetworkTensor, NetworkWeight, WeightValues } from './network.ts';
export { type NetworkConstants, networkConstants } from './network-constants.ts';
export { type Cost, networkCost } from './network-cost.ts';
export { type ReadOptions, readNetwork } from './read-network.ts';
export { recalibrate } from './recalibrate.ts';
export type { Removal } from './removal.ts';
export { savedModel } from './saved-model/saved-model.ts';
export type { ScoreOptions } from './score-units.ts';
export {
  type CallTensor,
  type ChannelFlow,
  type Constants,
  type ConstantsCall,
  type ConstantsFlow,
  defineShapeRule,
  type LayerCall,
  type LayerSizes,
  makes,
  reads,
  type ShapeRule,
  scales,
  type WeightAxis,
} from './shape-rule.ts';
export { type RemovalOptions, replay, type ShrinkOptions, type Shrunk, shrink } from './shrink.ts';
export type { Stayed } from './stayed.ts';
export type { GroupMember, UnitGroup } from './unit-group.ts';
