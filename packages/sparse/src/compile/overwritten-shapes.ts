import type { Network, NetworkNode } from '@espalier/surgery';
import { isOurs, refuse, sparseRuleOf } from './sparse-rule.ts';

/** The layers of tfjs that give, as the shape of what comes out, the very list that they were given. */
export const KEEPERS: ReadonlySet<string> = new Set([
  'Activation',
  'AlphaDropout',
  'BatchNormalization',
  'CenterCrop',
  'Dropout',
  'ELU',
  'GaussianDropout',
  'GaussianNoise',
  'LayerNormalization',
  'LeakyReLU',
  'Masking',
  'PReLU',
  'ReLU',
  'Rescaling',
  'Softmax',
  'SpatialDropout1D',
  'ThresholdedReLU',
]);

/**
 * The tensors whose height and width are, in tfjs, no longer those that they have: a CenterCrop writes what it crops to into the list that is
 * the shape of its input, which layers before it may have handed on. Each with a crop that does so.
 */
export function overwrittenShapes(network: Network): ReadonlyMap<string, NetworkNode> {
  const crops = new Map<string, NetworkNode>();
  const makers = new Map(network.nodes.flatMap((node) => node.outputs.map((id) => [id, node] as const)));
  for (const node of network.nodes) {
    const layer = network.layers.get(node.layer);
    if (layer?.type !== 'CenterCrop') continue;
    const size = [layer.config['height'], layer.config['width']].join();
    for (
      let id = node.inputs[0];
      id !== undefined && !crops.has(id) && sizeIn(network, id) === size;
      id = keptFrom(network, makers.get(id))
    )
      crops.set(id, node);
  }
  return crops;
}

/** @throws EspalierError where nobody knows any more how large an input of the model is. */
export function checkCrops(network: Network): void {
  const crops = overwrittenShapes(network);
  for (const id of network.inputs) {
    const layer = network.layers.get(crops.get(id)?.layer ?? '');
    if (layer === undefined) continue;
    refuse(
      { where: `${layer.path} (${layer.type})` },
      'crops what the model is given, whose height and width tfjs then overwrites with those that are cropped to',
      'Crop before predict, or put a ZeroPadding2D of 0 before it',
    );
  }
}

/** What a call was given whose output has the same list of sizes; of a class of one's own, the same sizes. */
function keptFrom({ layers, tensors }: Network, node: NetworkNode | undefined): string | undefined {
  const [input] = node?.inputs ?? [];
  const type = layers.get(node?.layer ?? '')?.type;
  if (node === undefined || input === undefined || type === undefined) return undefined;
  if (isOurs(sparseRuleOf(type))) return KEEPERS.has(type) ? input : undefined;
  const shapeOf = (id: string | undefined) => tensors.get(id ?? '')?.shape.join();
  return shapeOf(input) === shapeOf(node.outputs[0]) ? input : undefined;
}

function sizeIn({ tensors }: Network, id: string): string | undefined {
  return tensors.get(id)?.shape.slice(-3, -1).join();
}
