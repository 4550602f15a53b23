import * as tf from '@tensorflow/tfjs';

/** A small net with the layers it is named after, and a batch of its kind of data. */
export interface Specimen {
  name: string;
  build(): tf.LayersModel;
  inputs(): tf.Tensor;
  classes: number;
  /** Where plain JavaScript's own gradient is wrong, so that the others cannot be measured by it. */
  wrongOnPlainJavaScript?: true;
}

const BATCH = 6;
const init = (seed: number) => tf.initializers.glorotUniform({ seed });

function image(name: string, layers: () => tf.layers.Layer[], shape: [number, number, number] = [12, 12, 2]): Specimen {
  return specimen(name, layers, shape, () => tf.randomNormal([BATCH, ...shape], 0, 1, 'float32', 7));
}

function sequence(name: string, layers: () => tf.layers.Layer[], shape: [number, number] = [9, 4]): Specimen {
  return specimen(name, layers, shape, () => tf.randomNormal([BATCH, ...shape], 0, 1, 'float32', 7));
}

function specimen(name: string, layers: () => tf.layers.Layer[], shape: number[], inputs: () => tf.Tensor): Specimen {
  const classes = 3;
  return {
    name,
    classes,
    inputs,
    build() {
      const input = tf.input({ shape });
      let output: tf.SymbolicTensor = input;
      for (const layer of layers()) output = layer.apply(output) as tf.SymbolicTensor;
      if (output.shape.length > 2) output = tf.layers.flatten().apply(output) as tf.SymbolicTensor;
      output = tf.layers.dense({ units: classes, activation: 'softmax', kernelInitializer: init(99) }).apply(output) as tf.SymbolicTensor;
      return tf.model({ inputs: input, outputs: output });
    },
  };
}

const conv = (args: Partial<Parameters<typeof tf.layers.conv2d>[0]> = {}) =>
  tf.layers.conv2d({ filters: 4, kernelSize: 3, kernelInitializer: init(1), ...args });
const depthwise = (args: Partial<Parameters<typeof tf.layers.depthwiseConv2d>[0]> = {}) =>
  tf.layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: init(2), ...args });

/** Every layer of tfjs-layers that people train, each in the variants that take another way through the kernels. */
export const ZOO: readonly Specimen[] = [
  specimen(
    'dense',
    () => [tf.layers.dense({ units: 8, activation: 'relu', kernelInitializer: init(1) })],
    [5],
    () => tf.randomNormal([BATCH, 5], 0, 1, 'float32', 7),
  ),
  image('conv2d', () => [conv({ activation: 'relu' })]),
  image('conv2d, same', () => [conv({ padding: 'same' })]),
  image('conv2d, stride 2', () => [conv({ strides: 2 })]),
  image('conv2d, stride 2, same', () => [conv({ strides: 2, padding: 'same' })]),
  image('conv2d, even kernel and uneven strides', () => [conv({ kernelSize: [2, 4], strides: [2, 3], padding: 'same' })]),
  image('conv2d, 1x1', () => [conv({ kernelSize: 1 }), conv({ kernelSize: 1, strides: 2 })]),
  image('conv2d, two in a row', () => [conv({ activation: 'tanh' }), conv({ filters: 3, activation: 'elu', useBias: false })]),
  image('conv2d, leftover rows', () => [conv({ strides: 3 })], [11, 13, 2]),
  image(
    'LeNet-5',
    () => [
      conv({ filters: 6, kernelSize: 5, activation: 'relu' }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      conv({ filters: 16, kernelSize: 5, activation: 'relu', kernelInitializer: init(3) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 20, activation: 'relu', kernelInitializer: init(4) }),
    ],
    [28, 28, 1],
  ),
  image('batch normalisation', () => [conv(), tf.layers.batchNormalization(), tf.layers.activation({ activation: 'relu' })]),
  image('layer normalisation', () => [conv(), tf.layers.layerNormalization()]),
  image('depthwiseConv2d', () => [depthwise()]),
  image('depthwiseConv2d, same, multiplier 2', () => [depthwise({ padding: 'same', depthMultiplier: 2 }), depthwise()]),
  image('depthwiseConv2d, stride 2', () => [conv(), depthwise({ strides: 2, padding: 'same' })]),
  image(
    'depthwiseConv2d, stride 2, multiplier 2, leftover rows',
    () => [conv(), depthwise({ strides: 2, depthMultiplier: 2 })],
    [11, 10, 2],
  ),
  image('depthwiseConv2d, dilated', () => [conv(), depthwise({ dilationRate: 2 })]),
  image('separableConv2d', () => [
    conv(),
    tf.layers.separableConv2d({
      filters: 5,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      depthwiseInitializer: init(5),
      pointwiseInitializer: init(6),
    }),
  ]),
  image('conv2dTranspose', () => [
    tf.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', kernelInitializer: init(1) }),
    conv(),
  ]),
  image('average pooling', () => [conv(), tf.layers.averagePooling2d({ poolSize: 2 }), tf.layers.globalAveragePooling2d({})]),
  image('max pooling, overlapping', () => [
    conv(),
    tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    tf.layers.globalMaxPooling2d({}),
  ]),
  // tfjs 4.22, cpu: ResizeNearestNeighborGrad is off by up to the values themselves from 10 to 20 rows on.
  {
    wrongOnPlainJavaScript: true,
    ...image('upsampling, padding, cropping', () => [
      conv(),
      tf.layers.upSampling2d({ size: [2, 2] }),
      tf.layers.zeroPadding2d({ padding: 1 }),
      tf.layers.cropping2D({
        cropping: [
          [1, 2],
          [2, 1],
        ],
      }),
    ]),
  },
  image('upsampling, bilinear', () => [conv(), tf.layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' })]),
  image('activations', () => [
    conv(),
    tf.layers.prelu(),
    conv(),
    tf.layers.leakyReLU(),
    tf.layers.elu(),
    tf.layers.activation({ activation: 'selu' }),
    tf.layers.activation({ activation: 'softplus' }),
  ]),
  image('more activations', () => [
    conv({ activation: 'swish' }),
    tf.layers.activation({ activation: 'relu6' }),
    tf.layers.activation({ activation: 'hardSigmoid' }),
    tf.layers.activation({ activation: 'softsign' }),
    tf.layers.activation({ activation: 'mish' }),
  ]),
  image('dropout', () => [conv(), tf.layers.dropout({ rate: 0.3, seed: 1 })]),
  image('reshape', () => [
    conv(),
    tf.layers.reshape({ targetShape: [400] }),
    tf.layers.dense({ units: 5, kernelInitializer: init(2), activation: 'sigmoid' }),
  ]),
  image('permute', () => [conv(), tf.layers.permute({ dims: [3, 1, 2] })]),
  specimen(
    'conv3d',
    () => [tf.layers.conv3d({ filters: 3, kernelSize: 2, kernelInitializer: init(1) }), tf.layers.maxPooling3d({ poolSize: [2, 2, 2] })],
    [5, 6, 7, 2],
    () => tf.randomNormal([BATCH, 5, 6, 7, 2], 0, 1, 'float32', 7),
  ),
  sequence('conv1d', () => [
    tf.layers.conv1d({ filters: 5, kernelSize: 3, activation: 'relu', kernelInitializer: init(1) }),
    tf.layers.maxPooling1d({ poolSize: 2 }),
    tf.layers.conv1d({ filters: 3, kernelSize: 2, padding: 'same', kernelInitializer: init(2) }),
    tf.layers.globalAveragePooling1d({}),
  ]),
  sequence('average pooling in one dimension', () => [tf.layers.averagePooling1d({ poolSize: 2 }), tf.layers.globalMaxPooling1d({})]),
  sequence('simpleRNN', () => [tf.layers.simpleRNN({ units: 5, kernelInitializer: init(1), recurrentInitializer: init(2) })]),
  sequence('LSTM', () => [
    tf.layers.lstm({ units: 5, returnSequences: true, kernelInitializer: init(1), recurrentInitializer: init(2) }),
    tf.layers.lstm({ units: 4, kernelInitializer: init(3), recurrentInitializer: init(4) }),
  ]),
  sequence('GRU', () => [tf.layers.gru({ units: 5, kernelInitializer: init(1), recurrentInitializer: init(2) })]),
  sequence('bidirectional LSTM', () => [
    tf.layers.bidirectional({
      layer: tf.layers.lstm({ units: 3, kernelInitializer: init(1), recurrentInitializer: init(2) }) as never,
      mergeMode: 'concat',
    }),
  ]),
  sequence('time distributed', () => [tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3, kernelInitializer: init(1) }) })]),
  specimen(
    'embedding',
    () => [tf.layers.embedding({ inputDim: 12, outputDim: 4, embeddingsInitializer: init(1) }), tf.layers.globalAveragePooling1d({})],
    [7],
    () => tf.randomUniform([BATCH, 7], 0, 12, 'int32', 7),
  ),
  specimen(
    'embedding, LSTM',
    () => [
      tf.layers.embedding({ inputDim: 12, outputDim: 4, embeddingsInitializer: init(1), maskZero: false }),
      tf.layers.lstm({ units: 5, kernelInitializer: init(2), recurrentInitializer: init(3) }),
    ],
    [7],
    () => tf.randomUniform([BATCH, 7], 0, 12, 'int32', 7),
  ),
  specimen(
    'convLstm2d',
    () => [tf.layers.convLstm2d({ filters: 2, kernelSize: 2, kernelInitializer: init(1), recurrentInitializer: init(2) })],
    [3, 6, 6, 2],
    () => tf.randomNormal([BATCH, 3, 6, 6, 2], 0, 1, 'float32', 7),
  ),
];

/** What a step of training computes, as plain numbers: the loss, and its gradient by each trainable weight. */
export interface Gradients {
  loss: number;
  byWeight: Record<string, Float32Array>;
}

/** The gradients of a specimen on the current backend. Its weights are the same on each, for its initialisers are seeded. */
export async function gradientsOf({ build, inputs, classes }: Specimen): Promise<Gradients> {
  const model = build();
  const x = inputs();
  const y = tf.tidy(() =>
    tf
      .oneHot(
        tf.tensor1d(
          [...Array(BATCH).keys()].map((at) => at % classes),
          'int32',
        ),
        classes,
      )
      .toFloat(),
  );
  const weights = model.trainableWeights.map(({ val }) => val as tf.Variable);
  const { value, grads } = tf.variableGrads(
    () => tf.tidy(() => tf.metrics.categoricalCrossentropy(y, model.apply(x, { training: true }) as tf.Tensor).mean() as tf.Scalar),
    weights,
  );
  const byWeight: Record<string, Float32Array> = {};
  for (const [at, weight] of weights.entries()) {
    // Layers are numbered through the process, so their names differ from one build to the next.
    byWeight[`${at} ${weight.name.replace(/^.*\//, '')}`] = (await grads[weight.name]?.data()) as Float32Array;
  }
  const [loss = Number.NaN] = await value.data();
  tf.dispose([x, y, value, grads]);
  model.dispose();
  return { loss, byWeight };
}

/** Losses of a few steps of Adam on the same batch. */
export async function trainFor(steps: number, { build, inputs, classes }: Specimen): Promise<number[]> {
  const model = build();
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'sparseCategoricalCrossentropy' });
  const x = inputs();
  const y = tf.tensor1d(
    [...Array(BATCH).keys()].map((at) => at % classes),
    'float32',
  );
  const losses: number[] = [];
  for (let step = 0; step < steps; step += 1) losses.push((await model.trainOnBatch(x, y)) as number);
  tf.dispose([x, y]);
  model.dispose();
  return losses;
}

/** The largest difference between two sets of gradients, and where it is. */
export function furthestApart(a: Gradients, b: Gradients): { weight: string; difference: number } {
  let furthest = { weight: 'loss', difference: Math.abs(a.loss - b.loss) };
  for (const [weight, values] of Object.entries(a.byWeight)) {
    const others = b.byWeight[weight];
    for (const [at, value] of values.entries()) {
      const difference = Math.abs(value - (others?.[at] ?? Number.NaN));
      if (!(difference <= furthest.difference)) furthest = { weight, difference };
    }
  }
  return furthest;
}
