import { gatherBatch } from '@espalier/core';
import type * as tf from '@tensorflow/tfjs';
import { serve, timed, workOf } from './frame.ts';
import { prepareTraining, type TrainingWork } from './training.ts';

const { model, samples, batch } = await prepareTraining(workOf<TrainingWork>());
const everything = Int32Array.from({ length: samples.size }, (_, i) => i);
const { inputs, targets } = gatherBatch(samples, everything);
const [x, y] = [inputs[0] as tf.Tensor, (targets[0] as tf.Tensor).toFloat()];
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });

await serve(async () => ({ seconds: await timed(() => model.fit(x, y, { batchSize: batch, epochs: 1, shuffle: true, verbose: 0 })) }));
