import type { Network, NetworkLayer, NetworkTensor } from '../network.ts';
import { GraphDef } from './graph-def.ts';
import { OPERATIONS, refuse } from './operations.ts';

/**
 * The network as a TensorFlow SavedModel: the bytes of its one file, `saved_model.pb`. tfjs-node loads it with
 * `tf.node.loadSavedModel` and runs it as one graph, in which TensorFlow fuses convolutions, biases and activations.
 * Inputs and outputs have the names that they have in the model. The numbers are those of inference.
 *
 * @throws EspalierError naming a layer that is not written as operations here.
 */
export function savedModel(network: Network): Uint8Array {
  const graph = new GraphDef();
  const tensors = new Map<string, string>();
  const constants = new Map<string, string>();
  const shapeOf = (id: string) => (network.tensors.get(id) as NetworkTensor).shape;
  for (const { layer: name, inputs, outputs, args } of network.nodes) {
    const layer = network.layers.get(name) as NetworkLayer;
    const output = outputs[0] as string;
    if (inputs.length === 0) {
      tensors.set(output, graph.input(name, shapeOf(output)));
      continue;
    }
    const operation = OPERATIONS[layer.type];
    if (operation === undefined || outputs.length > 1) return refuse({ layer }, 'is of a type that no graph is made of');
    if (layer.config['dataFormat'] === 'channelsFirst') return refuse({ layer }, 'has its channels first');
    if (args['training'] === true) return refuse({ layer }, 'is called as in training');
    const weight = (each: string): string | undefined => {
      const found = layer.weights.find((own) => own.name === each);
      if (found === undefined) return undefined;
      const key = `${name}/${each}`;
      const constant = constants.get(key) ?? graph.floats(found.values as Float32Array, found.shape);
      constants.set(key, constant);
      return constant;
    };
    const given = inputs.map((id) => tensors.get(id) as string);
    const call = { graph, layer, inputs: given, inputShapes: inputs.map(shapeOf), outputShape: shapeOf(output), weight };
    tensors.set(output, operation(call, given[0] as string));
  }
  network.outputs.forEach((id, i) => {
    const name = network.nodes.find(({ outputs }) => outputs.includes(id))?.layer ?? `output_${i}`;
    graph.outputs.push({ name, tensor: tensors.get(id) as string, shape: shapeOf(id) });
  });
  return graph.finish();
}
