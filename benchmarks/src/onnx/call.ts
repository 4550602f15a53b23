import { EspalierError } from '@espalier/core';
import type { NetworkLayer } from '@espalier/surgery';
import type { OnnxGraph } from './graph.ts';

/** A call of a layer, as it is put into a graph. */
export interface Call {
  readonly graph: OnnxGraph;
  readonly layer: NetworkLayer;
  readonly inputs: readonly string[];
  /** As tfjs has them, the batch and, of images, the channels last; the graph's images have their channels before the rows. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
}

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A layer's weight; undefined where it has none of the name. */
export function weightOf({ layer }: Pick<Call, 'layer'>, name: string): Weight | undefined {
  const weight = layer.weights.find((each) => each.name === name);
  return weight === undefined ? undefined : { shape: weight.shape, values: weight.values as Float32Array };
}

/** One that the layer cannot be without. */
export function kernelOf(call: Pick<Call, 'layer'>, name = 'kernel'): Weight {
  return weightOf(call, name) ?? refuse(call, `has no ${name}`);
}

/** @throws EspalierError always: the layer is not known as operators. */
export function refuse({ layer }: Pick<Call, 'layer'>, what: string): never {
  throw new EspalierError({
    where: `${layer.path} (${layer.type})`,
    what,
    why: 'there is no way to write that as operators of ONNX here',
    remedy: 'Add it to benchmarks/src/onnx, or measure the model without ONNX Runtime Web',
  });
}
