import { type Column, type Dataset, EspalierError, elementsOf, type Samples } from '@espalier/core';

/**
 * Checks that a dataset is one that a model can learn from: sizes that fit together, finite numbers, labels within
 * the classes.
 *
 * @param where the file or module that it comes from, for the message.
 * @returns the same dataset.
 */
export function checkDataset(dataset: Dataset, where: string): Dataset {
  checkClasses(dataset, where);
  for (const part of ['train', 'test'] as const) checkSamples(dataset[part], `${where}, ${part}`);
  for (const side of ['inputs', 'targets'] as const) checkSameShapes(dataset, side, where);
  if (dataset.task === 'classification') checkLabels(dataset, where);
  return dataset;
}

function checkClasses({ task, classes, classNames }: Dataset, where: string): void {
  if (task !== 'classification') return;
  if (classes === undefined || !Number.isInteger(classes) || classes < 2) {
    throw new EspalierError({ where, what: `classification needs two classes or more, but "classes" is ${classes}` });
  }
  if (classNames !== undefined && classNames.length !== classes) {
    throw new EspalierError({ where, what: `there are ${classes} classes, but ${classNames.length} class names` });
  }
}

function checkSamples({ size, inputs, targets }: Samples, where: string): void {
  if (!Number.isInteger(size) || size < 1) throw new EspalierError({ where, what: `has ${size === 0 ? 'no' : size} samples` });
  if (inputs.length === 0 || targets.length === 0) throw new EspalierError({ where, what: 'needs at least one input and one target' });
  for (const [index, column] of inputs.entries()) checkColumn(column, size, `${where} ${ordinal('input', index, inputs)}`);
  for (const [index, column] of targets.entries()) checkColumn(column, size, `${where} ${ordinal('target', index, targets)}`);
}

function checkColumn({ shape, data, scale, offset }: Column, size: number, where: string): void {
  const isShape = shape.every((length) => Number.isInteger(length) && length > 0);
  if (!isShape) throw new EspalierError({ where, what: `[${shape.join(', ')}] is no shape: lengths are whole numbers from 1` });
  const width = elementsOf(shape);
  if (data.length !== size * width) {
    throw new EspalierError({
      where,
      what: `holds ${data.length} values`,
      why: `${size} samples of [${shape.join(', ')}] are ${size * width}`,
    });
  }
  if (scale !== undefined && !Number.isFinite(scale)) throw new EspalierError({ where, what: `its scale is ${scale}` });
  if (offset !== undefined && !Number.isFinite(offset)) throw new EspalierError({ where, what: `its offset is ${offset}` });
  if (!(data instanceof Float32Array)) return;
  const index = data.findIndex((value) => value - value !== 0);
  if (index < 0) return;
  throw new EspalierError({
    where: `${where}, sample ${Math.floor(index / width)}`,
    what: `value ${index % width} is ${data[index]}`,
    why: 'training takes finite numbers only',
    remedy: 'Remove or fill the missing values first',
  });
}

function checkSameShapes({ train, test }: Dataset, side: 'inputs' | 'targets', where: string): void {
  const kind = side === 'inputs' ? 'input' : 'target';
  if (train[side].length !== test[side].length) {
    throw new EspalierError({ where, what: `train has ${train[side].length} ${side}, test ${test[side].length}` });
  }
  train[side].forEach((column, index) => {
    const other = (test[side][index] as Column).shape;
    const isSame = column.shape.length === other.length && column.shape.every((length, i) => length === other[i]);
    if (isSame) return;
    const what = `is [${column.shape.join(', ')}] for training and [${other.join(', ')}] for testing`;
    throw new EspalierError({ where: `${where}, ${ordinal(kind, index, train[side])}`, what });
  });
}

function checkLabels({ train, test, classes = 0 }: Dataset, where: string): void {
  for (const [part, { targets }] of [
    ['train', train],
    ['test', test],
  ] as const) {
    targets.forEach((column, index) => {
      const at = `${where}, ${part} ${ordinal('target', index, targets)}`;
      if (column.shape.length > 0) {
        const remedy = 'Give one whole number per sample, the index of its class';
        throw new EspalierError({ where: at, what: `labels have the shape [], not [${column.shape.join(', ')}]`, remedy });
      }
      const wrong = column.data.findIndex((label) => !(label >= 0 && label < classes && Number.isInteger(label)));
      if (wrong >= 0) {
        const what = `the label of sample ${wrong} is ${column.data[wrong]}, outside of the ${classes} classes 0 to ${classes - 1}`;
        throw new EspalierError({ where: at, what, remedy: 'Labels are whole numbers from 0; correct them, or the number of classes' });
      }
      if (part === 'train' && column.data.every((label) => label === column.data[0])) {
        throw new EspalierError({
          where: at,
          what: `every sample is of class ${column.data[0]}`,
          why: 'with only one class there is nothing to learn',
        });
      }
    });
  }
}

function ordinal(kind: string, index: number, all: readonly unknown[]): string {
  return all.length === 1 ? kind : `${kind} ${index}`;
}
