import * as tf from '@tensorflow/tfjs';

type Flow = tf.SymbolicTensor;
const L = tf.layers;

/** Takes the next choice, from 0 to n − 1. */
type Choose = (n: number) => number;

const KEEPING_ZERO = ['relu', 'tanh', 'elu', 'selu', 'relu6', 'softsign', 'linear', 'swish'] as const;

/**
 * A model built by choices: images, sequences and vectors, with branches, sums, gates, joins, shared layers and nested
 * models. What comes after a layer whose units may go keeps zero at zero.
 */
export function randomModel(choices: readonly number[]): tf.LayersModel {
  let at = 0;
  const choose: Choose = (n) => (choices[at++ % choices.length] as number) % n;
  const kind = choose(3);
  const input = tf.input({ shape: kind === 0 ? [5, 5, 1 + choose(3)] : kind === 1 ? [4, 2 + choose(3)] : [3 + choose(4)], name: 'input' });
  let flow: Flow = widen(input, choose);
  const depth = 2 + choose(4);
  for (let i = 0; i < depth; i++) flow = step(flow, choose);
  const outputs = [finish(flow, choose)];
  if (choose(4) === 0) outputs.push(finish(step(flow, choose), choose));
  return tf.model({ inputs: input, outputs });
}

function rankOf(flow: Flow): number {
  return flow.shape.length;
}

function apply(layer: tf.layers.Layer, ...inputs: Flow[]): Flow {
  return layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;
}

const width = (choose: Choose) => 3 + choose(5);
const activation = (choose: Choose) => KEEPING_ZERO[choose(KEEPING_ZERO.length)] as 'relu';

/** A layer with units of its own, so that what is behind has something to follow. */
function widen(flow: Flow, choose: Choose, units = width(choose)): Flow {
  const useBias = choose(3) > 0;
  if (rankOf(flow) === 4)
    return apply(L.conv2d({ filters: units, kernelSize: 1 + choose(3), padding: 'same', activation: activation(choose), useBias }), flow);
  if (rankOf(flow) === 3 && choose(3) === 0) return apply(L.gru({ units, returnSequences: true, useBias }), flow);
  if (rankOf(flow) === 3 && choose(2) === 0)
    return apply(L.conv1d({ filters: units, kernelSize: 1 + choose(2), padding: 'same', useBias }), flow);
  return apply(L.dense({ units, activation: activation(choose), useBias }), flow);
}

const channelsOf = (flow: Flow) => flow.shape.at(-1) as number;

function step(flow: Flow, choose: Choose): Flow {
  const rank = rankOf(flow);
  const steps = [...ANYWHERE, ...(rank === 4 ? IMAGES : rank === 3 ? SEQUENCES : VECTORS)];
  return (steps[choose(steps.length)] as Step)(flow, choose);
}

type Step = (flow: Flow, choose: Choose) => Flow;

const ANYWHERE: readonly Step[] = [
  widen,
  (flow) => apply(L.batchNormalization(), flow),
  (flow, choose) => apply(L.activation({ activation: activation(choose) }), flow),
  (flow) => apply(L.prelu(), flow),
  (flow) => apply(L.leakyReLU(), apply(L.dropout({ rate: 0.3 }), flow)),
  (flow, choose) =>
    apply([L.add(), L.average(), L.maximum(), L.minimum()][choose(4)] as tf.layers.Layer, flow, widen(flow, choose, channelsOf(flow))),
  (flow, choose) => apply(L.concatenate(), flow, widen(flow, choose)),
  (flow, choose) => apply(L.multiply(), flow, apply(L.activation({ activation: 'sigmoid' }), widen(flow, choose, channelsOf(flow)))),
  (flow) => apply(L.layerNormalization(), flow),
  // A layer called on its own output.
  (flow) => {
    const shared = L.dense({ units: channelsOf(flow), activation: 'relu' });
    return apply(shared, apply(shared, flow));
  },
  // A nested model, called twice.
  (flow, choose) => {
    const inner = tf.input({ shape: flow.shape.slice(1) });
    const model = tf.model({ inputs: inner, outputs: widen(inner, choose) });
    return apply(L.add(), apply(model, flow), apply(model, apply(L.activation({ activation: 'tanh' }), flow)));
  },
];

const IMAGES: readonly Step[] = [
  (flow) => apply(L.depthwiseConv2d({ kernelSize: 3, padding: 'same' }), flow),
  (flow, choose) => apply(L.depthwiseConv2d({ kernelSize: 2, padding: 'same', depthMultiplier: 2, activation: activation(choose) }), flow),
  (flow, choose) => apply(L.separableConv2d({ filters: width(choose), kernelSize: 2, padding: 'same' }), flow),
  (flow, choose) =>
    apply(L.conv2dTranspose({ filters: width(choose), kernelSize: 2, padding: 'same', activation: activation(choose) }), flow),
  (flow, choose) =>
    apply(
      [L.maxPooling2d({ poolSize: 2, padding: 'same' }), L.averagePooling2d({ poolSize: 2, strides: 1 })][
        flow.shape[1] === 1 ? 0 : choose(2)
      ] as tf.layers.Layer,
      flow,
    ),
  (flow) =>
    apply(
      L.cropping2D({
        cropping: [
          [1, 0],
          [0, 1],
        ],
      }),
      apply(L.zeroPadding2d({ padding: 1 }), flow),
    ),
  (flow) => apply(L.multiply(), flow, gate(flow)),
  (flow) => apply(L.reshape({ targetShape: [(flow.shape[1] as number) * (flow.shape[2] as number), channelsOf(flow)] }), flow),
  (flow) => apply(L.globalAveragePooling2d({}), flow),
  (flow) => apply(L.flatten(), flow),
];

/** Squeeze and excitation: one factor per channel, from the means of all. */
function gate(flow: Flow): Flow {
  const squeezed = apply(L.dense({ units: 3, activation: 'relu' }), apply(L.globalAveragePooling2d({}), flow));
  return apply(
    L.reshape({ targetShape: [1, 1, channelsOf(flow)] }),
    apply(L.dense({ units: channelsOf(flow), activation: 'sigmoid' }), squeezed),
  );
}

const SEQUENCES: readonly Step[] = [
  (flow, choose) => apply(L.lstm({ units: width(choose), returnSequences: choose(2) === 0 }), flow),
  (flow, choose) => apply(L.simpleRNN({ units: width(choose), returnSequences: choose(2) === 0 }), flow),
  (flow, choose) =>
    apply(
      L.bidirectional({
        layer: L.gru({ units: width(choose), returnSequences: true }) as never,
        mergeMode: (['concat', 'sum', 'ave', 'mul'] as const)[choose(4)] as 'concat',
      }),
      flow,
    ),
  (flow, choose) => apply(L.timeDistributed({ layer: L.dense({ units: width(choose), activation: 'relu' }) }), flow),
  (flow, choose) =>
    apply(L.conv1d({ filters: width(choose), kernelSize: 2, activation: activation(choose) }), apply(L.permute({ dims: [2, 1] }), flow)),
  // Places are mixed for each channel; with biases a silent channel would not be silent behind.
  (flow, choose) => {
    const turned = apply(L.permute({ dims: [2, 1] }), flow);
    const hidden = apply(L.dense({ units: width(choose), activation: activation(choose), useBias: false }), turned);
    return apply(
      L.add(),
      flow,
      apply(L.permute({ dims: [2, 1] }), apply(L.dense({ units: flow.shape[1] as number, useBias: false }), hidden)),
    );
  },
  (flow, choose) => apply(L.dot({ axes: [2, 2] }), flow, widen(flow, choose, channelsOf(flow))),
  (flow) => apply(L.globalMaxPooling1d({}), flow),
  (flow) => apply(L.flatten(), flow),
];

const VECTORS: readonly Step[] = [
  (flow) => apply(L.repeatVector({ n: 3 }), flow),
  (flow, choose) => {
    const channels = 1 + choose(4);
    return apply(L.reshape({ targetShape: [2, 2, channels] }), apply(L.dense({ units: 4 * channels }), flow));
  },
  (flow, choose) => apply(L.dense({ units: width(choose), activation: activation(choose) }), flow),
];

function finish(flow: Flow, choose: Choose): Flow {
  const flat = rankOf(flow) === 2 || choose(3) === 0 ? flow : apply(L.flatten(), flow);
  return apply(L.dense({ units: 1 + choose(3), activation: (['linear', 'softmax', 'sigmoid'] as const)[choose(3)] }), flat);
}
