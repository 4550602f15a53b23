import { EspalierError } from '@espalier/core/errors';
import type { Port } from '../plan/plan.ts';
import { sizeOf } from '../plan/storage.ts';

/** What a model takes as one input: numbers in the model's order, sample after sample, or a tensor of tfjs. */
export type SparseInput = NumberArray | TensorLike;

export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | readonly number[];

/** A `tf.Tensor`, so far as it is needed. */
export interface TensorLike {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<unknown>;
}

/** An input's numbers, and how many samples they are. */
export interface Samples {
  readonly values: ArrayLike<number>;
  readonly count: number;
}

/** @throws EspalierError saying what was expected and what was given. */
export function samplesOf(input: unknown, port: Port): Samples {
  if (isTensor(input)) return tensorSamples(input, port);
  if (!isNumbers(input)) return refuse(port, `a ${kindOf(input)}`);
  const size = sizeOf(port.shape);
  if (input.length === 0 || input.length % size !== 0) refuse(port, `${input.length} numbers`);
  return { values: input, count: input.length / size };
}

function tensorSamples(tensor: TensorLike, port: Port): Samples {
  const [count, ...shape] = tensor.shape;
  if (count === undefined || count === 0 || shape.join() !== port.shape.join()) refuse(port, `a tensor of [${tensor.shape.join(', ')}]`);
  const values = tensor.dataSync();
  return isNumbers(values) ? { values, count: count as number } : refuse(port, 'a tensor of something else than numbers');
}

function isTensor(input: unknown): input is TensorLike {
  return typeof input === 'object' && input !== null && 'dataSync' in input && 'shape' in input && Array.isArray(input.shape);
}

function isNumbers(input: unknown): input is Exclude<NumberArray, readonly number[]> | number[] {
  if (Array.isArray(input)) return input.every((each) => typeof each === 'number');
  return (
    ArrayBuffer.isView(input) && !(input instanceof DataView) && !(input instanceof BigInt64Array) && !(input instanceof BigUint64Array)
  );
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'nested array';
  if (typeof input === 'object' && input !== null) return input.constructor?.name ?? 'thing';
  return input === null || input === undefined ? String(input) : typeof input;
}

function refuse({ name, shape }: Port, given: string): never {
  const size = sizeOf(shape);
  throw new EspalierError({
    where: `input "${name}"`,
    what: `expected samples of [${shape.join(', ')}], and was given ${given}`,
    remedy: `Give a Float32Array of ${size} numbers for each sample, or a tensor of [batch, ${shape.join(', ')}]`,
  });
}
