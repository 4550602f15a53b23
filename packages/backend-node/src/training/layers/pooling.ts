import type * as tf from '@tensorflow/tfjs';
import { averagePool, globalAveragePool, maxPool, type PoolingOptions } from '../ops/pooling.ts';
import { paddingOf, pair, refusesChannelsFirst } from './common.ts';
import { type LayerRule, settingsOf } from './rule.ts';

export const maxPooling: LayerRule = {
  refuses: refusesChannelsFirst,
  build: (layer, { graph, inputs: [x] }) => maxPool(graph, x as never, optionsOf(layer)),
};

export const averagePooling: LayerRule = {
  refuses: refusesChannelsFirst,
  build: (layer, { graph, inputs: [x] }) => averagePool(graph, x as never, optionsOf(layer)),
};

export const globalAveragePooling: LayerRule = {
  refuses: refusesChannelsFirst,
  build: (_layer, { graph, inputs: [x] }) => globalAveragePool(graph, x as never),
};

function optionsOf(layer: tf.layers.Layer): PoolingOptions {
  const settings = settingsOf(layer);
  return { size: pair(settings.poolSize), strides: pair(settings.strides ?? settings.poolSize), padding: paddingOf(settings) };
}
