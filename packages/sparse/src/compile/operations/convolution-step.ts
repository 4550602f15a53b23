import { convScratch } from '../../kernels/layout.ts';
import { tapsInBlock } from '../../kernels/pack.ts';
import type { Section } from '../../plan/plan.ts';
import { planeOf, storedSize } from '../../plan/storage.ts';
import { activationOf, isMixing, LINEAR } from '../activation.ts';
import type { Builder, Value } from '../builder.ts';
import { type Kernel, nonzerosOf } from '../choose.ts';
import { type Filters, keyOf } from '../filters.ts';
import { packedFilters, sparseSections, tapsOf } from '../matrix.ts';
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
  const { sections, blocks } = build.once(filters.values, `${kernel} planes ${keyOf(filters)}`, () =>
    isSparse ? blocked(build, filters, storedSize(from.shape) * 4) : { sections: [packedFilters(build.packer, filters)], blocks: 1 },
  );
  const inBytes = offsets.map((offset) => offset * 4);
  build.step({
    operation: isSparse ? 'sparseConvolution' : 'convolution',
    reads: [from],
    writes: isSparse ? [to] : [to, build.value([convScratch(taps) / 4])],
    weights: [build.once(filters.values, `offsets ${inBytes.join()}`, () => inBytes), ...sections, ...(bias === undefined ? [] : [bias])],
    options: {
      taps,
      outputs: filters.outputs,
      ...(isSparse ? { blocks } : {}),
      plane: planeOf(to.shape),
      rows,
      columns,
      inputPitch,
      activation: name,
      alpha,
    },
  });
}

/** In blocks of taps where that keeps what is read in the processor's cache. */
function blocked(build: Builder, filters: Filters, inputBytes: number): { sections: readonly Section[]; blocks: number } {
  const [taps, nonzeros] = [tapsOf(filters), nonzerosOf(build, filters)];
  const block = tapsInBlock(taps, filters.outputs, nonzeros, inputBytes);
  return { sections: sparseSections(build.packer, filters, nonzeros, { block }), blocks: Math.ceil(taps / block) };
}
