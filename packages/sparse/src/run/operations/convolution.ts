import { ACTIVATIONS } from '../../kernels/activation.ts';
import { roundUp } from '../../kernels/layout.ts';
import { DENSE_BLOCK } from '../../kernels/pack.ts';
import type { Binding, Operation, PlacedSection } from '../binding.ts';

/** An activation as kernels take it. */
export function activationOf(bind: Binding): readonly [number, number] {
  const name = bind.word('activation');
  if (!Object.hasOwn(ACTIVATIONS, name)) bind.refuse(`there is no activation ${name}`);
  return [ACTIVATIONS[name as keyof typeof ACTIVATIONS], bind.number('alpha')];
}

/** The pointer of a bias for so many outputs, where there is one. */
export function biasOf(bind: Binding, index: number, outputs: number): number {
  return bind.hasWeights(index) ? bind.floatSection(index, outputs).pointer : 0;
}

export interface PlacedMatrix {
  readonly starts: number;
  readonly indices: number;
  readonly values: number;
  readonly isWide: boolean;
}

/** The sections of a sparse matrix from `index` on: nothing of it points out of its rows, or out of its `taps`. */
export function sparseMatrix(bind: Binding, index: number, outputs: number, taps: number): PlacedMatrix {
  const [starts, indices, values] = [bind.section(index), bind.section(index + 1), bind.section(index + 2)] as const;
  checkStarts(bind, starts, outputs, values);
  const isWide = indices.values instanceof Uint32Array;
  bind.expect(isWide || indices.values instanceof Uint16Array, 'its indices are no whole numbers');
  bind.expect(indices.values.length === values.values.length, 'it has not an index for each value');
  for (let i = 0; i < indices.values.length; i++) if ((indices.values[i] as number) >= taps) bind.refuse('an index is out of its inputs');
  return { starts: starts.pointer, indices: indices.pointer, values: values.pointer, isWide };
}

function checkStarts(bind: Binding, { values: starts }: PlacedSection, outputs: number, { values }: PlacedSection): void {
  bind.expect(starts instanceof Uint32Array && starts.length === outputs + 1 && starts[0] === 0, 'its rows do not begin');
  bind.expect(values instanceof Float32Array && starts[outputs] === values.length, 'its rows do not end with its values');
  for (let i = 0; i < outputs; i++) if ((starts[i] as number) > (starts[i + 1] as number)) bind.refuse('its rows are not in order');
}

/** How far apart what it makes is: room for whole vectors at the end of the last row. */
export function outputPlane(bind: Binding, [rows, columns]: readonly [number, number]): number {
  const plane = bind.count('plane');
  bind.expect(plane % 4 === 0 && plane >= (rows - 1) * columns + roundUp(columns, 4), 'its planes overlap');
  return plane;
}

/** Planes of both, and the numbers that a convolution of stride 1 reads for each tap. */
function planesOf(bind: Binding) {
  const [outputs, rows, columns] = [bind.count('outputs', 1), bind.count('rows', 1), bind.count('columns', 1)];
  const [plane, pitch, taps] = [outputPlane(bind, [rows, columns]), bind.count('inputPitch', 1), bind.count('taps', 1)];
  const source = bind.read(0);
  const target = bind.write(0, outputs * plane);
  const offsets = bind.section(0);
  const most = source.size - (rows - 1) * pitch - columns;
  bind.expect(offsets.values instanceof Uint32Array && offsets.values.length === taps, 'it has not an offset for each tap');
  for (const offset of offsets.values) if (offset % 4 !== 0 || offset / 4 > most) bind.refuse('a tap is out of the image');
  return { outputs, rows, columns, plane, pitch, taps, source, target, offsets: offsets.pointer };
}

/** A convolution of stride 1 by the weights that are not zero. */
export const sparseConvolution: Operation = (bind) => {
  const { outputs, rows, columns, plane, pitch, taps, source, target, offsets } = planesOf(bind);
  const blocks = bind.count('blocks', 1);
  const { starts, indices, values, isWide } = sparseMatrix(bind, 1, outputs * blocks, taps);
  bind.expect(blocks === 1 || !isWide, 'its wide indices come in blocks');
  const bias = biasOf(bind, 4, outputs);
  const [activation, alpha] = activationOf(bind);
  const { kernels } = bind;
  const [to, from] = [target.at * 4, source.at * 4];
  const [stride, pitchOut, pitchIn] = [plane * 4, columns * 4, pitch * 4];
  if (blocks > 1)
    return () =>
      kernels.sparseConvBlocks(
        to,
        stride,
        pitchOut,
        outputs,
        rows,
        columns,
        from,
        pitchIn,
        offsets,
        starts,
        indices,
        values,
        bias,
        activation,
        alpha,
        blocks,
      );
  const run = isWide ? kernels.sparseConvWide : kernels.sparseConv;
  return () => run(to, stride, pitchOut, outputs, rows, columns, from, pitchIn, offsets, starts, indices, values, bias, activation, alpha);
};

/** A convolution of stride 1 by all weights. */
export const convolution: Operation = (bind) => {
  const { outputs, rows, columns, plane, pitch, taps, source, target, offsets } = planesOf(bind);
  const weights = bind.floatSection(1, roundUp(outputs, 4) * taps).pointer;
  const scratch = bind.write(1, taps * 16).at * 4;
  const bias = biasOf(bind, 2, outputs);
  const [activation, alpha] = activationOf(bind);
  const { kernels } = bind;
  const [to, from] = [target.at * 4, source.at * 4];
  return () =>
    kernels.conv(
      to,
      plane * 4,
      columns * 4,
      outputs,
      rows,
      columns,
      from,
      pitch * 4,
      offsets,
      taps,
      weights,
      bias,
      activation,
      alpha,
      scratch,
    );
};

/** A matrix times one vector, by the weights that are not zero. */
export const sparseVector: Operation = (bind) => {
  const [taps, outputs] = [bind.count('taps', 1), bind.count('outputs', 1)];
  const [source, target] = [bind.read(0, taps), bind.write(0, outputs)];
  const { starts, indices, values, isWide } = sparseMatrix(bind, 0, outputs, taps);
  const bias = biasOf(bind, 3, outputs);
  const [activation, alpha] = activationOf(bind);
  const run = isWide ? bind.kernels.sparseDenseWide : bind.kernels.sparseDense;
  return () => run(target.at * 4, outputs, source.at * 4, starts, indices, values, bias, activation, alpha);
};

/** A matrix times one vector, by all weights. */
export const vector: Operation = (bind) => {
  const [inputs, outputs] = [bind.count('inputs', 1), bind.count('outputs', 1)];
  const [source, target] = [bind.read(0, inputs), bind.write(0, roundUp(outputs, 4))];
  const weights = denseMatrix(bind, 0, inputs, outputs);
  const bias = biasOf(bind, 1, outputs);
  const [activation, alpha] = activationOf(bind);
  const { kernels } = bind;
  return () => kernels.dense(target.at * 4, outputs, source.at * 4, inputs, weights, bias, activation, alpha);
};

/** The pointer of a packed matrix. */
export function denseMatrix(bind: Binding, index: number, inputs: number, outputs: number): number {
  return bind.floatSection(index, Math.ceil(outputs / DENSE_BLOCK) * DENSE_BLOCK * inputs).pointer;
}
