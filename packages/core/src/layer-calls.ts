import type * as tf from '@tensorflow/tfjs';
import { isModel } from './layer-fields.ts';

type Shape = readonly (number | null)[];

/** One call of a layer, in fields that tfjs's types do not show. */
export interface LayerNode {
  readonly inputTensors: readonly tf.SymbolicTensor[];
  readonly outputTensors: readonly tf.SymbolicTensor[];
  readonly callArgs?: Readonly<Record<string, unknown>> | null;
}

/** What is made of a call: of each of its outputs something. `isOuter` is false within a nested model. */
export type OnCall<T> = (layer: tf.layers.Layer, node: LayerNode, inputs: readonly T[], isOuter: boolean) => readonly T[];

/**
 * Goes through the calls that lead from a model's inputs to its outputs, in the order in which a sample takes them: through
 * a nested model once for each time that it is called, and through none that belong to another model of the same layers.
 *
 * @returns what was made of the model's inputs and outputs.
 */
export function throughCalls<T>(model: tf.LayersModel, onCall: OnCall<T>): { readonly inputs: T[]; readonly outputs: T[] } {
  const walk = new Walk(onCall);
  // A Sequential without layers has neither.
  return { inputs: (model.inputs ?? []).map((each) => walk.reach(each)), outputs: (model.outputs ?? []).map((each) => walk.reach(each)) };
}

/** A model as it is called once: what is known of its tensors, and its calls of models nested in it. */
class Walk<T> {
  private readonly nested = new Map<LayerNode, Walk<T>>();

  constructor(
    private readonly onCall: OnCall<T>,
    private readonly known: Map<number, T> = new Map(),
    private readonly isOuter = true,
  ) {}

  /** What is made of a tensor, after all that is needed before it. */
  reach(tensor: tf.SymbolicTensor): T {
    // Not by recursion: a net may be deeper than the stack.
    const open = [tensor];
    for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
      const missing = this.known.has(next.id) ? [] : inputsOf(next).filter(({ id }) => !this.known.has(id));
      if (missing.length > 0) open.push(...missing.reverse());
      else {
        if (!this.known.has(next.id)) this.add(next);
        open.pop();
      }
    }
    return this.known.get(tensor.id) as T;
  }

  /** A tensor whose inputs are known. */
  private add(tensor: tf.SymbolicTensor): void {
    const { sourceLayer: layer } = tensor;
    const node = nodeOf(tensor);
    if (isModel(layer)) {
      this.known.set(tensor.id, this.within(layer, node).reach(layer.outputs[tensor.tensorIndex] as tf.SymbolicTensor));
      return;
    }
    const outputs = this.onCall(
      layer,
      node,
      inputsOf(tensor).map(({ id }) => this.known.get(id) as T),
      this.isOuter,
    );
    node.outputTensors.forEach(({ id }, i) => {
      this.known.set(id, outputs[i] as T);
    });
  }

  private within(model: tf.LayersModel, node: LayerNode): Walk<T> {
    let inner = this.nested.get(node);
    if (inner === undefined) {
      const given = model.inputs.map(({ id }, i) => [id, this.known.get((node.inputTensors[i] as tf.SymbolicTensor).id) as T] as const);
      inner = new Walk(this.onCall, new Map(given), false);
      this.nested.set(node, inner);
    }
    return inner;
  }
}

function nodeOf({ sourceLayer, nodeIndex }: tf.SymbolicTensor): LayerNode {
  return (sourceLayer as unknown as { inboundNodes: readonly LayerNode[] }).inboundNodes[nodeIndex] as LayerNode;
}

/** What a tensor was made of; an InputLayer is written down as reading what it gives. */
function inputsOf(tensor: tf.SymbolicTensor): tf.SymbolicTensor[] {
  return nodeOf(tensor).inputTensors.filter(({ id }) => id !== tensor.id);
}

/** The shapes of a call of a layer, batch first: of its first input, and of its first output. */
export interface CallShapes {
  readonly input: Shape;
  readonly output: Shape;
}

/** The calls of each layer while one batch goes through a model. */
export function layerCalls(model: tf.LayersModel): ReadonlyMap<tf.layers.Layer, readonly CallShapes[]> {
  const calls = new Map<tf.layers.Layer, CallShapes[]>();
  throughCalls<Shape>(model, (layer, node, inputs, isOuter) => {
    const outputs = isOuter ? node.outputTensors.map(({ shape }) => shape) : nestedShapes(layer, node, inputs);
    const [input] = inputs;
    const [output] = outputs;
    if (input !== undefined && output !== undefined) calls.set(layer, [...(calls.get(layer) ?? []), { input, output }]);
    return outputs;
  });
  return calls;
}

/** What a layer within a nested model gives: that was built on shapes of its own, and may be called on others. */
export function nestedShapes(layer: tf.layers.Layer, { outputTensors }: LayerNode, inputs: readonly Shape[]): Shape[] {
  if (inputs.length === 0) return outputTensors.map(({ shape }) => shape);
  const shapes = inputs.map((shape) => [...shape]);
  const given = layer.computeOutputShape(shapes.length === 1 ? (shapes[0] as (number | null)[]) : shapes);
  return (Array.isArray(given[0]) ? given : [given]) as Shape[];
}
