import { readNetwork } from '@espalier/surgery';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web';
import { onnxModel } from './onnx-model.ts';
import { shapeInGraph } from './order.ts';

/** A model on ONNX Runtime Web, given what it is to run on. */
export interface OnnxRun {
  run(): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * A model of one input and one output on ONNX Runtime Web's WebAssembly, on one thread, with all that it does to a graph
 * beforehand. The input is put into its order once, so that no run pays for that.
 */
export async function openOnnx(model: tf.LayersModel, input: tf.Tensor): Promise<OnnxRun> {
  ort.env.wasm.numThreads = 1;
  const bytes = onnxModel(await readNetwork(model), input.shape[0] as number);
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  const values = await valuesInOrder(input);
  const feeds = { [session.inputNames[0] as string]: new ort.Tensor('float32', values, shapeInGraph(input.shape)) };
  const output = session.outputNames[0] as string;
  return {
    run: async () => (await session.run(feeds))[output]?.data as Float32Array,
    dispose: () => session.release(),
  };
}

async function valuesInOrder(input: tf.Tensor): Promise<Float32Array> {
  const ordered = input.rank === 4 ? tf.transpose(input, [0, 3, 1, 2]) : input.clone();
  const values = (await ordered.data()).slice() as Float32Array;
  ordered.dispose();
  return values;
}
