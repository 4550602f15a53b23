import { callsOf, type Network, type NetworkLayer, type NetworkNode } from '../network.ts';
import { padsNothing } from '../rules/borders.ts';
import { channelAxis, positiveAxis } from '../rules/common.ts';
import { foldEach } from './fold-each.ts';
import { hasActivation, isLinearLayer, scaleInputs, scaleUnits } from './linear-layer.ts';
import type { Attempt, Folding } from './record.ts';
import { cannotStand, layerOf, makerOf, onlyReader, replaceLayer, replaceTensor, where } from './rewire.ts';

/**
 * Batch norms y = γ·(x − μ)/√(σ² + ε) + β, folded into the weights of the layer before them, or of the one behind them,
 * which gets a bias where it has none.
 */
export function foldBatchNorms(network: Network): Folding {
  return foldEach(network, (current, node, layer) => {
    if (layer.type !== 'BatchNormalization') return undefined;
    if (node.args['training'] === true) return 'normalises by the batch (training: true)';
    const before = intoLayerBefore(current, node, layer);
    if (typeof before === 'object') return before;
    const behind = intoLayerBehind(current, node, layer);
    return typeof behind === 'object' ? behind : `${before}; ${behind}`;
  });
}

interface Affine {
  readonly factor: Float64Array;
  readonly shift: Float64Array;
}

/** Asked for again and again, while others fold. */
const affines = new WeakMap<NetworkLayer, Affine>();

/** As x · factor + shift. */
export function affineOf(norm: NetworkLayer): Affine {
  const known = affines.get(norm) ?? computed(norm);
  affines.set(norm, known);
  return known;
}

function computed({ config, weights }: NetworkLayer): Affine {
  const values = (name: string) => weights.find((weight) => weight.name === name)?.values;
  const [gamma, beta, mean, variance] = [values('gamma'), values('beta'), values('moving_mean'), values('moving_variance')];
  const epsilon = (config['epsilon'] as number | undefined) ?? 1e-3;
  const size = mean?.length ?? 0;
  const [factor, shift] = [new Float64Array(size), new Float64Array(size)];
  for (let i = 0; i < size; i++) {
    const each = (gamma?.[i] ?? 1) / Math.sqrt((variance?.[i] as number) + epsilon);
    factor[i] = each;
    shift[i] = (beta?.[i] ?? 0) - (mean?.[i] as number) * each;
  }
  return { factor, shift };
}

type Attempted = Exclude<Attempt, undefined>;

function intoLayerBefore(network: Network, node: NetworkNode, norm: NetworkLayer): Attempted {
  const [input] = node.inputs as [string];
  const maker = makerOf(network, input) as NetworkNode;
  const layer = layerOf(network, maker);
  if (!isLinearLayer(layer) || maker.inputs.length === 0) return `${where(layer)} before it has no weights for it`;
  if (hasActivation(layer)) return `${where(layer)} before it has the activation ${String(layer.config['activation'])}`;
  if (!isOnChannels(network, input, layer, norm)) return `it is on another axis than the units of ${where(layer)} before it`;
  // A shared layer's weights can take it up where all its calls are normalised by it.
  const calls = callsOf(network, layer.name);
  const readers = calls.map(({ outputs }) => onlyReader(network, outputs[0] as string));
  if (readers.some((reader) => reader?.layer !== norm.name)) return `${where(layer)} before it is read elsewhere, too`;
  let folded = replaceLayer(network, scaled(layer, norm));
  for (const reader of readers as NetworkNode[]) {
    const [from, to] = [reader.outputs[0] as string, reader.inputs[0] as string];
    const why = cannotStand(folded, to, from);
    if (why !== undefined) return why;
    folded = replaceTensor(folded, from, to);
  }
  return { network: folded, into: layer.path };
}

function scaled(layer: NetworkLayer, norm: NetworkLayer): NetworkLayer {
  const { factor, shift } = affineOf(norm);
  return scaleUnits(layer, factor, shift);
}

function intoLayerBehind(network: Network, node: NetworkNode, norm: NetworkLayer): Attempted {
  const [input] = node.inputs as [string];
  const [output] = node.outputs as [string];
  const reader = onlyReader(network, output);
  if (reader === undefined) return 'it has several readers, or none';
  const layer = layerOf(network, reader);
  if (!isLinearLayer(layer)) return `${where(layer)} behind it has no weights for it`;
  if (callsOf(network, layer.name).length > 1) return `${where(layer)} behind it is shared`;
  if (!isOnChannels(network, output, layer, norm)) return `it is on another axis than what ${where(layer)} behind it sums over`;
  const { factor, shift } = affineOf(norm);
  const isUniform = seesInputsAlone(layer, network.tensors.get(output)?.shape ?? []);
  if (!isUniform && shift.some((value) => value !== 0)) return `${where(layer)} behind it pads with zeros, which it does not shift`;
  return { network: replaceTensor(replaceLayer(network, scaleInputs(layer, factor, shift)), output, input), into: layer.path };
}

function isOnChannels(network: Network, tensor: string, layer: NetworkLayer, norm: NetworkLayer): boolean {
  const rank = network.tensors.get(tensor)?.shape.length ?? 0;
  return positiveAxis((norm.config['axis'] as number | undefined) ?? -1, rank) === channelAxis(layer.config, rank);
}

/** Whether each output is a sum over all the kernel, with no zeros among the inputs. */
function seesInputsAlone({ type, config }: NetworkLayer, shape: readonly (number | null)[]): boolean {
  if (type === 'Dense') return true;
  const isSingle = (value: unknown) => [value ?? 1].flat().every((each) => each === 1);
  if (type === 'Conv2DTranspose' || type === 'Conv3DTranspose') return isSingle(config['kernelSize']) && isSingle(config['strides']);
  // A depthwise layer of tfjs leaves its dilation aside.
  return padsNothing(type === 'DepthwiseConv2D' ? { ...config, dilationRate: 1 } : config, shape);
}
