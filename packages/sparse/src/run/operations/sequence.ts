import { EspalierError } from '@espalier/core/errors';
import type { Operation } from '../binding.ts';

/** Embedding: for each index its row of the table, channels first.  */
export const gather: Operation = (bind) => {
  const [rows, columns, places, plane] = bind.sizes('sizes', 4) as [number, number, number, number];
  const indices = bind.read(0, places);
  const target = bind.write(0, (columns - 1) * plane + places);
  const table = bind.floatSection(0, rows * columns).values;
  const { floats } = bind;
  return () => {
    for (let i = 0; i < places; i++) {
      const row = Math.trunc(floats[indices.at + i] as number);
      if (!(row >= 0 && row < rows)) refuseIndex(bind.step.layer, row, rows);
      for (let c = 0; c < columns; c++) floats[target.at + c * plane + i] = table[row * columns + c] as number;
    }
  };
};

function refuseIndex(where: string, row: number, rows: number): never {
  throw new EspalierError({
    where,
    what: `there is no row ${row} in its table of ${rows}`,
    remedy: `Give it whole numbers from 0 to ${rows - 1}`,
  });
}

/** 1 for each place where some channel is not `value`. */
export const anyIsNot: Operation = (bind) => {
  const [channels, places, plane] = bind.sizes('sizes', 3) as [number, number, number];
  const source = bind.read(0, (channels - 1) * plane + places);
  const target = bind.write(0, places);
  const value = bind.number('value');
  const { floats } = bind;
  return () => {
    for (let i = 0; i < places; i++) {
      let isSet = 0;
      for (let c = 0; c < channels; c++) if (floats[source.at + c * plane + i] !== value) isSet = 1;
      floats[target.at + i] = isSet;
    }
  };
};

/** Σ x·y: out[i, j] = Σ x[i, k] · y[k, j], each with its strides. */
export const product: Operation = (bind) => {
  const [rows, columns, depth] = bind.sizes('sizes', 3) as [number, number, number];
  const [xRow, xDepth] = bind.list('first', 2) as [number, number];
  const [yDepth, yColumn] = bind.list('second', 2) as [number, number];
  const [outRow, outColumn] = bind.list('out', 2) as [number, number];
  const [x, y, out] = [bind.read(0), bind.read(1), bind.write(0)];
  for (const [span, a, m, b, n] of [
    [x, xRow, rows, xDepth, depth],
    [y, yDepth, depth, yColumn, columns],
    [out, outRow, rows, outColumn, columns],
  ] as const)
    bind.expect(a >= 0 && b >= 0 && a * (m - 1) + b * (n - 1) < span.size, 'it reads what is not there');
  bind.expect(rows * columns <= out.size && depth <= Math.min(x.size, y.size), 'it makes more numbers than there is room for');
  const { floats } = bind;
  return () => {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0, p = x.at + i * xRow, q = y.at + j * yColumn; k < depth; k++, p += xDepth, q += yDepth)
          sum += (floats[p] as number) * (floats[q] as number);
        floats[out.at + i * outRow + j * outColumn] = sum;
      }
    }
  };
};
