import { placesOf, planeOf, storageOrder, storedSize } from '../../plan/storage.ts';
import { activationOf, isMixing, LINEAR } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { choose, nonzerosOf } from '../choose.ts';
import { type Filters, keyOf } from '../filters.ts';
import { packedMatrix, sparseSections } from '../matrix.ts';
import { checkSums } from './checks.ts';
import { convolutionStep } from './convolution-step.ts';
import { softmax } from './elementwise.ts';
import { settled } from './layout.ts';

/** Sums of products, with what is added to them and what is made of them. */
export interface Sums {
  readonly filters: Filters;
  readonly bias: Float32Array | undefined;
  /** As a layer's configuration has it. */
  readonly activation: unknown;
}

/** Sums over the last axis, at every place. */
export function linear(build: Builder, given: Value, sums: Sums): Value {
  const { filters, activation } = sums;
  checkSums(build, 'linear', sums, given.shape.at(-1) ?? 1, [1, 1]);
  const places = placesOf(given.shape);
  const kernel = choose(build, filters, places);
  const to = build.value([...given.shape.slice(0, -1), filters.outputs]);
  if (places > 1) {
    const value = settled(build, given);
    const plane = planeOf(value.shape);
    const offsets = Uint32Array.from({ length: filters.inputs }, (_, i) => i * plane);
    convolutionStep(build, value, to, { sums, kernel, offsets, rows: 1, columns: places, inputPitch: places });
  } else if (kernel === 'dense') vectorStep(build, settled(build, given), to, sums, filters.inputs);
  else sparseVector(build, given, to, sums);
  return isMixing(activation) ? softmax(build, to, activation === 'logSoftmax') : to;
}

/** The weights find their numbers where they are stored: a Flatten before them costs nothing. */
function sparseVector(build: Builder, given: Value, to: Value, { filters, bias, activation }: Sums): void {
  const { flattened } = given;
  const taps = flattened === undefined ? filters.inputs : storedSize(flattened);
  const name = `sparse vector ${flattened?.join() ?? ''} ${keyOf(filters)}`;
  const weights = build.once(filters.values, name, () =>
    sparseSections(build.packer, filters, nonzerosOf(build, filters), {
      most: taps,
      tapAt: flattened === undefined ? undefined : storageOrder(flattened),
    }),
  );
  sparseVectorStep(build, given, to, { weights, bias, activation, taps, outputs: filters.outputs });
}

export interface SparseVector {
  readonly weights: readonly (Float32Array | Uint32Array | Uint16Array)[];
  readonly bias: Float32Array | undefined;
  readonly activation: unknown;
  readonly taps: number;
  readonly outputs: number;
}

export function sparseVectorStep(build: Builder, from: Value, to: Value, { weights, bias, activation, taps, outputs }: SparseVector): void {
  const { name, alpha } = isMixing(activation) ? LINEAR : activationOf(activation, build.layer);
  build.step({
    operation: 'sparseVector',
    reads: [from],
    writes: [to],
    weights: [...weights, ...(bias === undefined ? [] : [bias])],
    options: { taps, outputs, activation: name, alpha },
  });
}

export function vectorStep(build: Builder, from: Value, to: Value, { filters, bias, activation }: Sums, inputs: number): void {
  const { name, alpha } = isMixing(activation) ? LINEAR : activationOf(activation, build.layer);
  const packed = build.once(filters.values, `vector ${keyOf(filters)}`, () => packedMatrix(build.packer, filters));
  build.step({
    operation: 'vector',
    reads: [from],
    writes: [to],
    weights: [packed, ...(bias === undefined ? [] : [bias])],
    options: { inputs, outputs: filters.outputs, activation: name, alpha },
  });
}
