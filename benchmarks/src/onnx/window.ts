import type { LayerConfig } from '@espalier/surgery';
import type { Call } from './call.ts';

/** Of [rows, columns]. */
export type Pair = readonly [number, number];

/** How an operator's window goes over an image, in ONNX's words. */
export interface Window {
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Before the first row and column, then behind the last. */
  readonly pads: readonly number[];
}

/**
 * That of a layer whose window has so many [rows, columns]. Padding that is `same` makes ⌈size / stride⌉ places, with the
 * odd zero behind; ONNX is told it in numbers.
 */
export function windowOf({ layer: { config }, inputShape }: Call, size: Pair): Window {
  const strides = pair(config['strides'] ?? size);
  const dilations = pair(config['dilationRate'] ?? 1);
  const zeros = ([0, 1] as const).map((axis) => {
    const length = inputShape[axis + 1] as number;
    const places = Math.ceil(length / strides[axis]);
    return isSame(config) ? Math.max(0, (places - 1) * strides[axis] + (size[axis] - 1) * dilations[axis] + 1 - length) : 0;
  });
  return { strides, dilations, pads: [...zeros.map((sum) => Math.floor(sum / 2)), ...zeros.map((sum) => Math.ceil(sum / 2))] };
}

/** A number or a list of a configuration as [rows, columns]. */
export function pair(given: unknown): Pair {
  const [rows, columns] = [given].flat() as number[];
  return [rows as number, columns ?? (rows as number)];
}

function isSame(config: LayerConfig): boolean {
  return config['padding'] === 'same';
}
