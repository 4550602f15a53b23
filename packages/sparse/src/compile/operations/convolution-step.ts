import { convScratch } from '../../kernels/layout.ts';
import { planeOf } from '../../plan/storage.ts';
import { activationOf, isMixing, LINEAR } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import type { Kernel } from '../choose.ts';
import { packedFilters, sparseSections, sparseWeights, tapsOf } from '../matrix.ts';
import type { Sums } from './linear.ts';

interface Taps {
  readonly sums: Sums;
  readonly kernel: Kernel;
  /** Where each tap's numbers begin in the input. */
  readonly offsets: Uint32Array;
  readonly rows: number;
  readonly columns: number;
  readonly inputPitch: number;
}

/** A convolution of stride 1 over planes that have their borders already. */
export function convolutionStep(build: Builder, from: Value, to: Value, { sums, kernel, offsets, rows, columns, inputPitch }: Taps): void {
  const { filters, bias, activation } = sums;
  const { name, alpha } = isMixing(activation) ? LINEAR : activationOf(activation, build.layer);
  const isSparse = kernel === 'sparse';
  const taps = tapsOf(filters);
  const weights = build.once(filters.values, `${kernel} planes`, () =>
    isSparse ? sparseSections(sparseWeights(filters)) : [packedFilters(filters)],
  );
  const inBytes = offsets.map((offset) => offset * 4);
  build.step({
    operation: isSparse ? 'sparseConvolution' : 'convolution',
    reads: [from],
    writes: isSparse ? [to] : [to, build.value([convScratch(taps) / 4])],
    weights: [build.once(filters.values, inBytes.join(), () => inBytes), ...weights, ...(bias === undefined ? [] : [bias])],
    options: { taps, outputs: filters.outputs, plane: planeOf(to.shape), rows, columns, inputPitch, activation: name, alpha },
  });
}
