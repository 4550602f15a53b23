import { basename } from 'node:path';
import { type Column, type Dataset, EspalierError, elementsOf, type Samples, z } from '@espalier/core';
import { checkDataset } from '../check-dataset.ts';
import { splitSamples } from '../split.ts';
import { standardise, standardiseOption } from '../standardise.ts';
import type { NpyArray } from './parse-npy.ts';

/** What options of arrays have in common. */
export const arrayOptions = {
  testSplit: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('The share of the training samples that is set aside for testing, where there are none for it.'),
  task: z
    .enum(['classification', 'regression'])
    .optional()
    .describe('Without it, targets that are whole numbers by their type are classes, and others are values to predict.'),
  classes: z.int().min(2).optional().describe('Without it, one more than the largest training label.'),
  scale: z.number().optional().describe('What inputs are multiplied by. Without it, bytes by 1/255, and other numbers by 1.'),
  standardise: standardiseOption,
};

/** A named array, and where it comes from, for messages. */
export interface SourceArray extends NpyArray {
  readonly where: string;
}

export interface ArrayPair {
  readonly inputs: SourceArray;
  readonly targets: SourceArray;
}

export interface ArrayDataset {
  /** The file, for messages. */
  readonly where: string;
  readonly train: ArrayPair;
  /** Without it a share of the training samples is set aside. */
  readonly test?: ArrayPair;
  readonly options: {
    readonly testSplit?: number;
    readonly task?: Dataset['task'];
    readonly classes?: number;
    readonly scale?: number;
    readonly standardise?: boolean;
  };
  readonly seed: number;
  readonly fingerprint: string;
}

/** A dataset of arrays as NumPy users keep them: the first index counts the samples. */
export function arrayDataset({ where, train, test, options, seed, fingerprint }: ArrayDataset): Dataset {
  const isWhole = !train.targets.type.startsWith('f');
  const task = options.task ?? (isWhole ? 'classification' : 'regression');
  const trainSamples = samplesOf(train, task, options.scale);
  const labels = task === 'classification' ? (trainSamples.targets[0] as Column).data : undefined;
  const parts =
    test === undefined
      ? splitSamples(trainSamples, { share: options.testSplit ?? 0.2, seed, labels, where })
      : { train: trainSamples, test: samplesOf(test, task, options.scale) };
  const classes = labels === undefined ? undefined : (options.classes ?? Math.max(2, 1 + largest(labels)));
  const brought = options.standardise ? standardise(parts, where) : parts;
  return checkDataset({ name: basename(where), task, classes, ...brought, fingerprint }, where);
}

function samplesOf({ inputs, targets }: ArrayPair, task: Dataset['task'], scale: number | undefined): Samples {
  const size = sampleCount(inputs);
  if (sampleCount(targets) !== size) {
    throw new EspalierError({ where: targets.where, what: `holds ${sampleCount(targets)} samples, but ${inputs.where} ${size}` });
  }
  return { size, inputs: [inputColumn(inputs, scale)], targets: [task === 'classification' ? labelColumn(targets) : valueColumn(targets)] };
}

function sampleCount({ shape, where }: SourceArray): number {
  const [size] = shape;
  if (size === undefined)
    throw new EspalierError({ where, what: 'is a single number', why: 'the first index of an array counts the samples' });
  if (elementsOf(shape) === 0) throw new EspalierError({ where, what: `is empty: its shape is [${shape.join(', ')}]` });
  return size;
}

function inputColumn({ shape, type, data }: SourceArray, scale: number | undefined): Column {
  const isByte = data instanceof Uint8Array;
  const factor = scale ?? (isByte && type === 'u1' ? 1 / 255 : undefined);
  return { shape: shape.slice(1), data: isByte ? data : floats(data), ...(factor === undefined ? {} : { scale: factor }) };
}

function valueColumn({ shape, data }: SourceArray): Column {
  return { shape: shape.length === 1 ? [1] : shape.slice(1), data: floats(data) };
}

function floats(data: NpyArray['data']): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

function labelColumn({ shape, data, where }: SourceArray): Column {
  if (data.length !== shape[0]) {
    const remedy = 'Give the index of each class, as np.argmax(y, axis=1) does for one-hot targets';
    throw new EspalierError({ where, what: `labels have the shape [${shape.join(', ')}] instead of [${shape[0]}]`, remedy });
  }
  const wrong = data.findIndex((label) => !Number.isInteger(label) || label !== (label | 0));
  if (wrong >= 0)
    throw new EspalierError({ where, what: `the label of sample ${wrong} is ${data[wrong]}`, why: 'labels are whole numbers from 0' });
  return { shape: [], data: data instanceof Int32Array ? data : Int32Array.from(data) };
}

function largest(labels: Column['data']): number {
  let most = 0;
  for (const label of labels) most = Math.max(most, label);
  return most;
}
