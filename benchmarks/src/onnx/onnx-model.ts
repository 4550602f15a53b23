import type { Network, NetworkLayer, NetworkTensor } from '@espalier/surgery';
import { refuse } from './call.ts';
import { OnnxGraph } from './graph.ts';
import { OPERATIONS } from './operations.ts';
import { channelsLast, shapeInGraph } from './order.ts';

/**
 * The network as the bytes of an ONNX file, for batches of one size. Images go in with their channels before the rows, as
 * ONNX has them; everything comes out as tfjs gives it. Batch norms are operators of their own: ONNX Runtime folds them
 * itself, and is no faster where that was done before.
 *
 * @throws EspalierError naming a layer that is not written as operators here.
 */
export function onnxModel(network: Network, batch: number): Uint8Array {
  const graph = new OnnxGraph();
  const tensors = new Map<string, string>();
  const shapeOf = (id: string) =>
    (network.tensors.get(id) as NetworkTensor).shape.map((size, axis) => (axis === 0 ? batch : (size as number)));
  for (const { layer: name, inputs, outputs } of network.nodes) {
    const layer = network.layers.get(name) as NetworkLayer;
    const output = outputs[0] as string;
    const outputShape = shapeOf(output);
    if (inputs.length === 0) {
      tensors.set(output, graph.input(shapeInGraph(outputShape)));
      continue;
    }
    const operation = OPERATIONS[layer.type];
    if (operation === undefined) return refuse({ layer }, 'is of a type that is not known');
    if (layer.config['dataFormat'] === 'channelsFirst') return refuse({ layer }, 'has its channels first');
    const given = inputs.map((id) => tensors.get(id) as string);
    const inputShape = shapeOf(inputs[0] as string);
    tensors.set(output, operation({ graph, layer, inputs: given, inputShape, outputShape }, given[0] as string));
  }
  for (const id of network.outputs) graph.output(channelsLast(graph, tensors.get(id) as string, shapeOf(id)), shapeOf(id));
  return graph.finish();
}
