import { compileSparse, type LayerReport, type SparseModel } from '@espalier/sparse';
import type * as tf from '@tensorflow/tfjs';

/** A model as sparse kernels see it. */
export interface InspectedSparse {
  /** Layers with weights, in order. `gain`: how many times faster than with the dense kernel it is expected to be. */
  readonly layers: readonly LayerReport[];
  readonly weights: number;
  readonly zeros: number;
  /** Of the file. */
  readonly bytes: number;
  /** In memory while it runs: weights and activations. */
  readonly memory: number;
  /** Which of the kernels run here: those that fuse, those of vectors, or plain WebAssembly. */
  readonly variant: string;
  /** Of one sample, per input. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** Where a model leaves a size open, one that pooling layers do not bring to nothing. */
const OPEN = 32;

/** Shapes of one sample, for models that leave some of it open; undefined for the others. */
export function closedShapes({ inputs }: Pick<tf.LayersModel, 'inputs'>): number[][] | undefined {
  const shapes = inputs.map(({ shape }) => shape.slice(1));
  return shapes.some((shape) => shape.includes(null)) ? shapes.map((shape) => shape.map((size) => size ?? OPEN)) : undefined;
}

/** Compiles a model and says what was chosen for it. @throws EspalierError naming layers without a kernel. */
export async function inspectSparse(model: tf.LayersModel): Promise<InspectedSparse> {
  const inputShapes = closedShapes(model);
  const sparse = await compileSparse(model, inputShapes === undefined ? {} : { inputShapes });
  try {
    return describeSparse(sparse);
  } finally {
    sparse.dispose();
  }
}

export function describeSparse(sparse: SparseModel): InspectedSparse {
  const layers = sparse.describe();
  return {
    layers,
    weights: layers.reduce((sum, { weights }) => sum + weights, 0),
    zeros: layers.reduce((sum, { zeros }) => sum + zeros, 0),
    bytes: sparse.toBytes().length,
    memory: sparse.memory.total,
    variant: sparse.kernels,
    inputs: sparse.inputPorts,
  };
}
