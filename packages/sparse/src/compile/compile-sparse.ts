import { EspalierError } from '@espalier/core/errors';
import {
  buildModel,
  type FoldOptions,
  foldNetwork,
  type Network,
  type NetworkLayer,
  type NetworkNode,
  readNetwork,
} from '@espalier/surgery';
import type * as tf from '@tensorflow/tfjs';
import { PLAN_LIMITS } from '../format/check-plan.ts';
import type { CompiledModel, Plan } from '../plan/plan.ts';
import { SparseModel, type SparseOptions } from '../run/sparse-model.ts';
import { Builder, type Value } from './builder.ts';
import { checkFolded, checkWeights } from './check-weights.ts';
import { compileCall, sampleShape } from './compile-call.ts';
import { fuse } from './fuse.ts';
import { settled } from './operations/layout.ts';
import { checkCrops, overwrittenShapes } from './overwritten-shapes.ts';
import './rules/index.ts';
import { sparseRuleOf } from './sparse-rule.ts';

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
  const network = await readNetwork(model, { isCopied: false });
  checkCrops(network);
  const closed = await closedNetwork(network, options.inputShapes);
  return SparseModel.create(compileNetwork(closed, { ...options, outputNames: model.outputNames }), options);
}

/**
 * A network with zeros in it as a plan and its sections, which `SparseModel.create` runs: folded, each layer with the
 * kernel that is the fastest for its zeros.
 *
 * @throws EspalierError naming every layer that has no kernel, a weight that is no number, or a plan that is too long.
 */
export function compileNetwork(network: Network, { kernel, fold, outputNames = network.outputs }: NetworkOptions = {}): CompiledModel {
  if (kernel !== undefined && kernel !== 'sparse' && kernel !== 'dense') {
    throw new EspalierError({
      where: 'the option kernel',
      what: `is "${String(kernel)}"`,
      remedy: 'Take "sparse" or "dense" for all layers, or leave it out: each layer gets the one that is the faster for its zeros',
    });
  }
  checkTypes(network);
  checkCrops(network);
  const build = new Builder(kernel);
  checkWeights(network, build.packer);
  const { network: folded } = foldNetwork(network, { constants: false, ...fold });
  checkTypes(folded);
  checkFolded(network, folded, build.packer);
  const values = new Map<string, Value>();
  const inputs = folded.inputs.map((id) => {
    const value = build.value(sampleShape(folded, id));
    values.set(id, value);
    return { name: id, shape: value.shape, buffer: value.buffer };
  });
  const compilation = { build, network: folded, values, overwritten: overwrittenShapes(folded) };
  for (const node of folded.nodes) if (node.inputs.length > 0) compileCall(compilation, node);
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

/** All layers without a kernel at once, before anything is done. */
function checkTypes({ layers, nodes }: Network): void {
  const called = new Set(nodes.filter(({ inputs }) => inputs.length > 0).map(({ layer }) => layer));
  const unknown = [...layers.values()].filter(({ name, type }) => called.has(name) && sparseRuleOf(type) === undefined);
  if (unknown.length === 0) return;
  throw new EspalierError({
    where: unknown.map(({ path, type }) => `${path} (${type})`).join(', '),
    what: unknown.length === 1 ? 'this layer has no sparse kernel' : 'these layers have no sparse kernel',
    remedy: 'Say how it is run with defineSparseRule, or run the model on tfjs',
  });
}

/** With sizes in place of those that the model leaves open. */
async function closedNetwork(network: Network, inputShapes: CompileOptions['inputShapes']): Promise<Network> {
  const open = network.inputs.filter((id) => sampleShape(network, id).some((size) => size === null));
  if (open.length === 0 && inputShapes === undefined) return network;
  const given = network.inputs.map((id, i) => inputShapes?.[i] ?? sampleShape(network, id));
  network.inputs.forEach((id, i) => {
    const [shape, wanted] = [sampleShape(network, id) as (number | null)[], given[i] as readonly (number | null)[]];
    const fits = shape.length === wanted.length && shape.every((size, axis) => (size ?? wanted[axis]) === wanted[axis]);
    if (fits && wanted.every((size) => size !== null && Number.isInteger(size) && size > 0)) return;
    const text = (sizes: readonly (number | null)[]) => `[${sizes.map((size) => size ?? 'null').join(', ')}]`;
    throw new EspalierError({
      where: `input "${id}"`,
      what: fits ? `has the open shape ${text(shape)}` : `has the shape ${text(shape)}, and inputShapes says ${text(wanted)}`,
      why: 'a sparse model is planned for one size',
      remedy: `Say it: compileSparse(model, { inputShapes: [[${shape.map((size) => size ?? 32).join(', ')}]] })`,
    });
  });
  const layers = new Map(network.layers);
  network.inputs.forEach((id, i) => {
    const { layer } = network.nodes.find(({ outputs }) => outputs.includes(id)) as NetworkNode;
    const read = layers.get(layer) as NetworkLayer;
    layers.set(layer, { ...read, config: { ...read.config, batchInputShape: [null, ...(given[i] as number[])] } });
  });
  const closed = buildModel({ ...network, layers });
  try {
    return await readNetwork(closed);
  } finally {
    closed.dispose();
  }
}
