import * as tf from '@tensorflow/tfjs';

type Flow = tf.SymbolicTensor;
const L = tf.layers;

/** Small nets of the families that people prune, as their papers wire them. Inputs are 16x16x3 images, or 8 words. */
export const ARCHITECTURES: Readonly<Record<string, () => tf.LayersModel>> = {
  VGG: vgg,
  ResNet: resnet,
  DenseNet: densenet,
  Inception: inception,
  'U-Net': unet,
  'squeeze and excitation': squeezeAndExcitation,
  'stacked LSTM': stackedLstm,
  'bidirectional LSTM encoder and decoder': encoderDecoder,
};

const image = () => tf.input({ shape: [16, 16, 3], name: 'image' });

function apply(layer: tf.layers.Layer, ...inputs: Flow[]): Flow {
  return layer.apply(inputs.length === 1 ? (inputs[0] as Flow) : inputs) as Flow;
}

function convolution(flow: Flow, filters: number, kernelSize = 3, strides = 1): Flow {
  return apply(L.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }), flow);
}

function normRelu(flow: Flow): Flow {
  return apply(L.activation({ activation: 'relu' }), apply(L.batchNormalization(), flow));
}

function vgg(): tf.LayersModel {
  const layers: tf.layers.Layer[] = [];
  for (const [block, filters] of [8, 16].entries()) {
    for (let i = 0; i < 2; i++) {
      layers.push(
        L.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', ...(block + i === 0 ? { inputShape: [16, 16, 3] } : {}) }),
      );
    }
    layers.push(L.maxPooling2d({ poolSize: 2 }));
  }
  layers.push(
    L.flatten(),
    L.dense({ units: 20, activation: 'relu' }),
    L.dropout({ rate: 0.5 }),
    L.dense({ units: 5, activation: 'softmax' }),
  );
  return tf.sequential({ layers });
}

function resnet(): tf.LayersModel {
  const input = image();
  let flow = normRelu(convolution(input, 8));
  for (const [filters, strides] of [
    [8, 1],
    [8, 1],
    [16, 2],
    [16, 1],
  ] as const) {
    const inner = apply(L.batchNormalization(), convolution(normRelu(convolution(flow, filters, 3, strides)), filters));
    const shortcut = strides === 1 ? flow : apply(L.batchNormalization(), convolution(flow, filters, 1, strides));
    flow = apply(L.activation({ activation: 'relu' }), apply(L.add(), inner, shortcut));
  }
  return classifier(input, flow);
}

function densenet(): tf.LayersModel {
  const input = image();
  let flow = convolution(input, 8);
  for (let block = 0; block < 2; block++) {
    for (let i = 0; i < 3; i++) flow = apply(L.concatenate(), flow, convolution(normRelu(convolution(normRelu(flow), 12, 1)), 6));
    flow = apply(L.averagePooling2d({ poolSize: 2 }), convolution(normRelu(flow), 10, 1));
  }
  return classifier(input, normRelu(flow));
}

function inception(): tf.LayersModel {
  const input = image();
  let flow = normRelu(convolution(input, 8));
  for (let i = 0; i < 2; i++) {
    flow = apply(
      L.concatenate(),
      normRelu(convolution(flow, 6, 1)),
      normRelu(convolution(normRelu(convolution(flow, 5, 1)), 7)),
      normRelu(convolution(normRelu(convolution(flow, 4, 1)), 5, 5)),
      normRelu(convolution(apply(L.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }), flow), 4, 1)),
    );
  }
  return classifier(input, flow);
}

function unet(): tf.LayersModel {
  const input = image();
  const top = normRelu(convolution(input, 6));
  const middle = normRelu(convolution(apply(L.maxPooling2d({ poolSize: 2 }), top), 10));
  const bottom = normRelu(convolution(apply(L.maxPooling2d({ poolSize: 2 }), middle), 14));
  const up = apply(L.concatenate(), apply(L.conv2dTranspose({ filters: 10, kernelSize: 2, strides: 2, padding: 'same' }), bottom), middle);
  const upper = apply(L.concatenate(), apply(L.upSampling2d({ size: [2, 2] }), normRelu(convolution(up, 8))), top);
  return tf.model({
    inputs: input,
    outputs: apply(L.conv2d({ filters: 2, kernelSize: 1, activation: 'sigmoid', name: 'mask' }), normRelu(convolution(upper, 6))),
  });
}

function squeezeAndExcitation(): tf.LayersModel {
  const input = image();
  let flow = normRelu(convolution(input, 8));
  for (let i = 0; i < 2; i++) {
    const inner = apply(
      L.batchNormalization(),
      convolution(
        normRelu(apply(L.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false }), normRelu(convolution(flow, 12, 1)))),
        8,
        1,
      ),
    );
    const squeezed = apply(L.dense({ units: 4, activation: 'relu' }), apply(L.globalAveragePooling2d({}), inner));
    const factors = apply(L.reshape({ targetShape: [1, 1, 8] }), apply(L.dense({ units: 8, activation: 'sigmoid' }), squeezed));
    flow = apply(L.add(), flow, apply(L.multiply(), inner, factors));
  }
  return classifier(input, flow);
}

function classifier(input: Flow, flow: Flow): tf.LayersModel {
  return tf.model({
    inputs: input,
    outputs: apply(L.dense({ units: 5, activation: 'softmax', name: 'classes' }), apply(L.globalAveragePooling2d({}), flow)),
  });
}

function stackedLstm(): tf.LayersModel {
  return tf.sequential({
    layers: [
      L.embedding({ inputDim: 20, outputDim: 8, inputLength: 8, name: 'words' }),
      L.lstm({ units: 10, returnSequences: true }),
      L.lstm({ units: 8, returnSequences: true }),
      L.lstm({ units: 6 }),
      L.dense({ units: 3, activation: 'softmax' }),
    ],
  });
}

function encoderDecoder(): tf.LayersModel {
  const input = tf.input({ shape: [8], name: 'words' });
  const embedded = apply(L.embedding({ inputDim: 20, outputDim: 6, maskZero: true }), input);
  const sequence = apply(L.bidirectional({ layer: L.lstm({ units: 6, returnSequences: true }) as never, mergeMode: 'concat' }), embedded);
  const [, h, c] = L.lstm({ units: 7, returnState: true }).apply(sequence) as Flow[];
  const decoded = L.lstm({ units: 7, returnSequences: true }).apply(embedded, { initialState: [h, c] as Flow[] }) as Flow;
  const tags = apply(L.timeDistributed({ layer: L.dense({ units: 4, activation: 'softmax' }) }), decoded);
  return tf.model({ inputs: input, outputs: tags });
}
