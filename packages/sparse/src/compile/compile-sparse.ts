import { EspalierError } from '@espalier/core/errors';
import { type FoldOptions, foldNetwork, type Network, readNetwork } from '@espalier/surgery';
import type * as tf from '@tensorflow/tfjs';
import { PLAN_LIMITS } from '../format/check-plan.ts';
import type { CompiledModel, Plan } from '../plan/plan.ts';
import { BROKEN } from '../run/binding.ts';
import { limitsOf } from '../run/limits.ts';
import { SparseModel, type SparseOptions } from '../run/sparse-model.ts';
import { Builder, type Value } from './builder.ts';
import { checkCompileOptions, checkModel, checkNetworkOptions } from './check-options.ts';
import { checkFolded, checkWeights } from './check-weights.ts';
import { closedNetwork } from './closed-network.ts';
import { checkSizes, sampleShape } from './compile-call.ts';
import { compileCalls } from './compile-calls.ts';
import { fuse } from './fuse.ts';
import { settled } from './operations/layout.ts';
import { checkCrops, overwrittenShapes } from './overwritten-shapes.ts';
import './rules/index.ts';

export interface CompileOptions extends SparseOptions, Omit<NetworkOptions, 'outputNames'> {
  /** Of one sample, for each input: for models whose inputs have open sizes. */
  readonly inputShapes?: readonly (readonly number[])[];
}

export interface NetworkOptions {
  /** The kernel for all layers, where it is not to be the one that is expected to be faster. */
  readonly kernel?: 'sparse' | 'dense';
  /**
   * What is folded first: all but units that are constant, which cost little where zeros cost nothing. For those, and to
   * remove what is dead for good, `shrink` the model before.
   */
  readonly fold?: FoldOptions;
  /** Where they are not to be named after their layers. */
  readonly outputNames?: readonly string[];
}

/**
 * A model with zeros in it as one that runs faster for them: it is folded, and each layer gets the kernel that is the
 * fastest for its zeros. The model is left as it is, and no longer needed.
 *
 * @throws EspalierError naming every layer that has no kernel, a weight that is no number, or a size that is open.
 */
export async function compileSparse(model: tf.LayersModel, options: CompileOptions = {}): Promise<SparseModel> {
  checkModel(model);
  checkCompileOptions(options);
  const { kernel, fold, inputShapes, ...running } = options;
  limitsOf(running);
  const network = await readNetwork(model, { isCopied: false });
  checkCrops(network);
  const closed = await closedNetwork(network, inputShapes);
  const compiled = compileNetwork(closed, { kernel, fold, outputNames: model.outputNames });
  try {
    return await SparseModel.create(compiled, running);
  } catch (error) {
    if (!(error instanceof EspalierError && error.parts.what === BROKEN)) throw error;
    const remedy =
      'Correct the rule of this layer that was given to defineSparseRule; if it has none of yours, please report it with the model';
    throw new EspalierError({ ...error.parts, remedy }, { cause: error });
  }
}

/**
 * A network with zeros in it as a plan and its sections, which `SparseModel.create` runs: folded, each layer with the
 * kernel that is the fastest for its zeros.
 *
 * @throws EspalierError naming every layer that has no kernel, a weight that is no number, or a plan that is too long.
 */
export function compileNetwork(network: Network, options: NetworkOptions = {}): CompiledModel {
  checkNetworkOptions(options);
  const { kernel, fold, outputNames = network.outputs } = options;
  checkCrops(network);
  const build = new Builder(kernel);
  checkWeights(network, build.packer);
  const { network: folded } = foldNetwork(network, { constants: false, ...fold });
  checkFolded(network, folded, build.packer);
  const values = new Map<string, Value>();
  const inputs = folded.inputs.map((id) => {
    const shape = sampleShape(folded, id);
    checkSizes(`input "${id}"`, 'has the shape', shape);
    const value = build.value(shape);
    values.set(id, value);
    return { name: id, shape: value.shape, buffer: value.buffer };
  });
  compileCalls({ build, network: folded, values, overwritten: overwrittenShapes(folded) });
  const outputs = folded.outputs.map((id, i) => {
    build.layer = id;
    const value = settled(build, values.get(id) as Value);
    return { name: outputNames[i] ?? id, shape: value.shape, buffer: value.buffer };
  });
  const plan: Plan = { name: network.name, inputs, outputs, buffers: build.buffers, steps: build.steps, layers: build.reports };
  const fused = fuse(plan);
  checkSize(fused);
  return { plan: fused, sections: build.sections };
}

/** What is made here is to be read again. */
function checkSize(plan: Plan): void {
  for (const kind of ['buffers', 'steps'] as const) {
    const { length } = plan[kind];
    if (length <= PLAN_LIMITS[kind]) continue;
    throw new EspalierError({
      where: `sparse model "${plan.name}"`,
      what: `its plan has ${length} ${kind}, and the file of a sparse model may have ${PLAN_LIMITS[kind]}`,
      remedy: 'Compile parts of the model, each as a model of its own, or run it on tfjs',
    });
  }
}
