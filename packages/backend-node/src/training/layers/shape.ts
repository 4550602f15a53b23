import type { Value } from '../graph.ts';
import { add, concat, pad, reshape } from '../ops/linear.ts';
import { type LayerRule, settingsOf } from './rule.ts';

/** Reshape and Flatten: the shape that tfjs worked out for the output. */
export const reshaping: LayerRule = {
  refuses: (layer) => {
    const sizes = (layer.outputShape as (number | null)[]).slice(1);
    return sizes.some((size) => size === null) ? 'its output has an open dimension' : undefined;
  },
  build: (layer, { graph, inputs: [x] }) => reshape(graph, x as Value, [-1, ...((layer.outputShape as number[]).slice(1) as number[])]),
};

export const adding: LayerRule = {
  build: (_layer, { graph, inputs }) => add(graph, inputs),
  refuses: (layer) => {
    const shapes = (layer.input as { shape: readonly unknown[] }[]).map(({ shape }) => shape.join());
    return new Set(shapes).size > 1 ? 'it adds inputs of different shapes' : undefined;
  },
};

export const concatenating: LayerRule = {
  build(layer, { graph, inputs }) {
    const axis = settingsOf(layer).axis ?? -1;
    return concat(graph, inputs, axis < 0 ? axis + (inputs[0] as Value).shape.length : axis);
  },
};

/** ZeroPadding2D, channels last. */
export const zeroPadding: LayerRule = {
  refuses: (layer) => (settingsOf(layer).dataFormat === 'channelsFirst' ? 'channels come first' : undefined),
  build(layer, { graph, inputs: [x] }) {
    const [rows, columns] = settingsOf(layer).padding as readonly [readonly [number, number], readonly [number, number]];
    return pad(graph, x as Value, [[0, 0], rows, columns, [0, 0]]);
  },
};
