import { type Calibration, EspalierError, MaskSet } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { balance } from './balance.ts';
import { buildModel } from './build-model.ts';
import { bypass, bypassSilent } from './bypass.ts';
import { type ChoiceOptions, checkWidths, chooseUnits, keptLayers, roundWidths } from './choose-units.ts';
import { cutNetwork } from './cut-network.ts';
import { type DependencyGraph, dependencyGraph } from './dependency-graph.ts';
import { ConstantFolding } from './fold/constants.ts';
import { type KeptParameter, keptParameters } from './kept-parameters.ts';
import { liveUnits } from './live-units.ts';
import { maskedNetwork } from './masked-network.ts';
import type { Network } from './network.ts';
import { networkConstants } from './network-constants.ts';
import { type Cost, networkCost } from './network-cost.ts';
import { readNetwork } from './read-network.ts';
import { recalibrate } from './recalibrate.ts';
import { goneBy, type Removal, removalOf } from './removal.ts';
import { type ScoreOptions, scoreUnits } from './score-units.ts';
import { type Stayed, silencedUnits, stayedUnits } from './stayed.ts';

/** What holds for every removal. */
export interface RemovalOptions extends Pick<ChoiceOptions, 'keep' | 'roundTo' | 'minimum'> {
  /**
   * What to do where masks empty a layer: refuse, keep one of its units (`keepOne`), or leave the layer out where an Add or
   * a Concatenate can do without it (`bypass`).
   */
  readonly emptied?: 'refuse' | 'keepOne' | 'bypass';
  /** Outputs of the model whose units may go, by the name of their layer. */
  readonly cutOutputs?: readonly string[];
  /** Whether units that give a constant go, too, into the biases of those that read them; true by default. */
  readonly constants?: boolean;
}

/** How much to remove, by which scores, and what must stay. */
export interface ShrinkOptions extends ChoiceOptions, ScoreOptions {
  readonly cutOutputs?: readonly string[];
  readonly constants?: boolean;
  /** Samples to estimate the statistics of batch norms on again. */
  readonly calibration?: Calibration;
}

/** What came of it. */
export interface Shrunk {
  /** A new model of plain layers; the caller disposes it. */
  readonly model: tf.LayersModel;
  /** The same as a value. */
  readonly network: Network;
  /** What went, by name. */
  readonly removal: Removal;
  /** Units that the masks zeroed and that are there all the same, and why. */
  readonly stayed: readonly Stayed[];
  /** What became of each parameter that is still there, by the name that it had. */
  readonly parameters: ReadonlyMap<string, KeptParameter>;
  readonly before: Cost;
  readonly after: Cost;
}

/**
 * Removes the units that masks left without a purpose: those that nothing comes out of, and those that nobody reads. What
 * the model gives stays the same.
 *
 * @throws EspalierError naming the masks that are another model's, and the layers of which nothing would be left.
 */
export async function shrink(model: tf.LayersModel, masks: MaskSet, options?: RemovalOptions): Promise<Shrunk>;

/**
 * Removes the units that score lowest. Units that go together (over a residual sum, say) are scored together.
 *
 * @throws EspalierError for a layer, share or limit that cannot be.
 */
export async function shrink(model: tf.LayersModel, options: ShrinkOptions): Promise<Shrunk>;

export async function shrink(model: tf.LayersModel, by: MaskSet | ShrinkOptions, options: RemovalOptions = {}): Promise<Shrunk> {
  const read = await readNetwork(model);
  return by instanceof MaskSet ? shrinkByMasks(read, by, options) : shrinkByScores(read, model, by);
}

/**
 * Removes the same again from the model that a removal was recorded on, or one that is built like it.
 *
 * @returns a new model; the caller disposes it.
 * @throws EspalierError where the removal is that of another model.
 */
export async function replay(model: tf.LayersModel, removal: Removal): Promise<tf.LayersModel> {
  const network = bypass(await readNetwork(model), removal.bypassed);
  const graph = dependencyGraph(network, { cutOutputs: [...network.layers.keys()] });
  const gone = goneBy(removal, graph);
  return buildModel(cutNetwork(new ConstantFolding(graph, networkConstants(network)).absorb(gone), gone));
}

function shrinkByMasks(
  read: Network,
  masks: MaskSet,
  { emptied = 'refuse', cutOutputs, keep = [], constants: foldsConstants = true, ...widths }: RemovalOptions,
): Shrunk {
  checkWidths(widths);
  const zeroed = maskedNetwork(read, masks);
  const { network, bypassed } = emptied === 'bypass' ? bypassSilent(zeroed) : { network: zeroed, bypassed: [] };
  const graph = dependencyGraph(network, { cutOutputs });
  const constants = networkConstants(network);
  const folding = foldsConstants ? new ConstantFolding(graph, constants) : undefined;
  const live = liveUnits(graph, constants, folding?.isNothing);
  const gone = live.map((isLive) => 1 - isLive);
  for (const unit of keptLayers(graph, keep)) gone[unit] = 0;
  roundWidths(graph, gone, widths);
  balance(graph, gone);
  if (emptied === 'refuse') refuseEmptied(graph, gone, true);
  if (emptied === 'keepOne') for (const name of emptiedMakers(graph, gone)) gone[graph.makers.get(name)?.[0] as number] = 0;
  const absorbed = folding?.absorb(gone) ?? graph;
  const stayed = stayedUnits(graph, constants, gone, folding);
  try {
    return built(read, absorbed, gone, bypassed, stayed);
  } catch (error) {
    refuseEmptied(graph, gone, false);
    throw error;
  }
}

async function shrinkByScores(read: Network, model: tf.LayersModel, options: ShrinkOptions): Promise<Shrunk> {
  const graph = dependencyGraph(read, options);
  const gone = chooseUnits(graph, await scoreUnits(graph, model, options), options);
  const folding = options.constants === false ? undefined : new ConstantFolding(graph, networkConstants(read));
  const shrunk = built(read, folding?.absorb(gone) ?? graph, gone, [], []);
  if (options.calibration !== undefined) await recalibrate(shrunk.model, options.calibration);
  return shrunk;
}

function built(read: Network, graph: DependencyGraph, gone: Uint8Array, bypassed: Removal['bypassed'], stayed: readonly Stayed[]): Shrunk {
  const network = cutNetwork(graph, gone);
  const removal = { units: removalOf(graph, gone), bypassed };
  const parameters = keptParameters(graph, gone, network);
  return { model: buildModel(network), network, removal, stayed, parameters, before: networkCost(read), after: networkCost(network) };
}

/** Of layers that are empty those come first that masks emptied; the others are there for them alone. */
function refuseEmptied(graph: DependencyGraph, gone: Uint8Array, canDoWithout: boolean): void {
  const emptied = emptiedMakers(graph, gone);
  if (emptied.length === 0) return;
  const masked = emptied.filter((name) => {
    const silent = silencedUnits(graph, name);
    return graph.makers.get(name)?.every((unit) => silent.has(unit));
  });
  throw new EspalierError({
    where: (masked.length > 0 ? masked : emptied).join(', '),
    what: 'the masks leave no unit alive',
    remedy: canDoWithout
      ? "Keep a unit (emptied: 'keepOne'), or leave the layer out where the model can do without it (emptied: 'bypass')"
      : "Keep a unit (emptied: 'keepOne'): the model cannot do without the layer",
  });
}

function emptiedMakers({ makers }: DependencyGraph, gone: Uint8Array): string[] {
  return [...makers].filter(([, units]) => units.every((unit) => gone[unit] === 1)).map(([name]) => name);
}
