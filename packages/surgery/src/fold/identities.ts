import type { Network, NetworkLayer, NetworkNode } from '../network.ts';
import { affineOf } from './batch-norms.ts';
import { foldEach } from './fold-each.ts';
import type { Attempt, Folding } from './record.ts';
import { cannotStand, replaceTensor } from './rewire.ts';

/** Layers that give what they are given. */
export function foldIdentities(network: Network): Folding {
  return foldEach(network, (current, node, layer) => (isIdentity(current, node, layer) ? leaveOut(current, node) : undefined));
}

/** Layers that give what they are given once training is over. */
export function foldDropouts(network: Network): Folding {
  return foldEach(network, (current, node, { type }) => {
    if (!NOISE.has(type)) return undefined;
    return node.args['training'] === true ? 'is on whenever it is called (training: true)' : leaveOut(current, node);
  });
}

const NOISE = new Set(['Dropout', 'SpatialDropout1D', 'AlphaDropout', 'GaussianDropout', 'GaussianNoise']);

function leaveOut(network: Network, { inputs, outputs }: NetworkNode): Attempt {
  const [input, output] = [inputs[0] as string, outputs[0] as string];
  return cannotStand(network, input, output) ?? { network: replaceTensor(network, output, input), into: null };
}

/** Sums and joins of one input. */
const MERGES = new Set(['Add', 'Average', 'Maximum', 'Minimum', 'Multiply', 'Concatenate']);

function isIdentity(network: Network, { inputs, outputs, args }: NetworkNode, layer: NetworkLayer): boolean {
  const { type, config } = layer;
  if (inputs.length !== 1) return false;
  const shapeOf = (id: string | undefined) => network.tensors.get(id ?? '')?.shape ?? [];
  const isAll = (value: unknown, number: number) => [value ?? []].flat(2).every((each) => each === number);
  switch (type) {
    case 'Activation':
      return (config['activation'] ?? 'linear') === 'linear';
    case 'BatchNormalization':
      return args['training'] !== true && changesNothing(layer);
    case 'UpSampling2D':
      return isAll(config['size'] ?? 2, 1);
    case 'ZeroPadding2D':
      return isAll(config['padding'] ?? 1, 0);
    case 'Cropping2D':
      return isAll(config['cropping'], 0);
    case 'Rescaling':
      return config['scale'] === 1 && (config['offset'] ?? 0) === 0;
    case 'Permute':
      return (config['dims'] as readonly number[]).every((axis, i) => axis === i + 1);
    case 'Reshape':
      return isSame(shapeOf(inputs[0]), shapeOf(outputs[0]));
  }
  if (/^(Max|Average)Pooling/.test(type)) return isAll(config['poolSize'], 1) && isAll(config['strides'], 1);
  return MERGES.has(type);
}

function changesNothing(norm: NetworkLayer): boolean {
  const { factor, shift } = affineOf(norm);
  return factor.every((value) => Math.fround(value) === 1) && shift.every((value) => Math.fround(value) === 0);
}

/** The same known sizes behind the batch; one open size is what the others leave. */
function isSame(one: readonly (number | null)[], other: readonly (number | null)[]): boolean {
  return one.slice(1).join() === other.slice(1).join() && one.slice(1).filter((size) => size === null).length < 2;
}
