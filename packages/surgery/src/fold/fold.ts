import * as tf from '@tensorflow/tfjs';
import { buildModel } from '../build-model.ts';
import type { Network } from '../network.ts';
import { readNetwork, withOutputNames } from '../read-network.ts';
import { foldActivations, foldRelu6 } from './activations.ts';
import { foldBatchNorms } from './batch-norms.ts';
import { foldConstantUnits } from './constant-units.ts';
import { foldDropouts, foldIdentities } from './identities.ts';
import type { Folded, Folding, Unfolded } from './record.ts';
import { makerOf } from './rewire.ts';
import { foldZeroPadding } from './zero-padding.ts';

/** What to fold; all of it by default. The function stays the same either way, to the rounding of float32. */
export interface FoldOptions {
  /** Batch norms into the weights beside them. */
  readonly batchNorms?: boolean;
  /** Activation layers into the layers before them. */
  readonly activations?: boolean;
  /**
   * Those of them that are `relu6`, which tfjs computes as min(6, relu(x)). Its WASM backend takes many times as long for
   * that minimum as for the clipping of a ReLU layer: by default not where that is the backend.
   */
  readonly relu6?: boolean;
  /** Units that give the same whatever goes in, into the biases of those that read them. */
  readonly constants?: boolean;
  /** Zero padding into convolutions that pad the same by themselves. */
  readonly padding?: boolean;
  /** Layers that give what they are given vanish. */
  readonly identities?: boolean;
  /** Dropout and noise, which do nothing once training is over, vanish. */
  readonly dropouts?: boolean;
}

/** Folds in the order in which one makes room for the next. */
const FOLDS: Readonly<Record<keyof FoldOptions, (network: Network) => Folding>> = {
  dropouts: foldDropouts,
  identities: foldIdentities,
  padding: foldZeroPadding,
  batchNorms: foldBatchNorms,
  activations: foldActivations,
  relu6: foldRelu6,
  constants: foldConstantUnits,
};

/** What came of it. */
export interface FoldedModel {
  /** A new model of plain layers; the caller disposes it. */
  readonly model: tf.LayersModel;
  /** The same as a value. */
  readonly network: Network;
  /** What vanished, and into what. */
  readonly folded: Readonly<Record<keyof FoldOptions, readonly Folded[]>>;
  /** What is still there, and why. */
  readonly unfolded: Readonly<Record<keyof FoldOptions, readonly Unfolded[]>>;
}

/**
 * A model of fewer layers that gives the same, for when training is over: batch norms are gone into weights, activation
 * layers into activations, and what does nothing is left out. The given model is left as it is.
 */
export async function fold(model: tf.LayersModel, options: FoldOptions = {}): Promise<FoldedModel> {
  const folding = foldNetwork(await readNetwork(model), { relu6: tf.getBackend() !== 'wasm', ...options });
  return { ...folding, model: buildModel(folding.network) };
}

/** The same on a network. */
export function foldNetwork(network: Network, options: FoldOptions = {}): Omit<FoldedModel, 'model'> {
  const names = network.outputs.map((output) => makerOf(network, output)?.layer ?? output);
  let folded = network;
  const done = Object.entries(FOLDS).map(([name, foldBy]) => {
    const folding = options[name as keyof FoldOptions] === false ? { network: folded, folded: [], unfolded: [] } : foldBy(folded);
    folded = folding.network;
    return [name, folding] as const;
  });
  const record = <T>(of: (folding: Folding) => readonly T[]) =>
    Object.fromEntries(done.map(([name, folding]) => [name, of(folding)])) as Record<keyof FoldOptions, readonly T[]>;
  return {
    network: withOutputNames(folded, names),
    folded: record((folding) => folding.folded),
    unfolded: record((folding) => folding.unfolded),
  };
}
