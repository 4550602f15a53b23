import { type Column, EspalierError, type Samples, z } from '@espalier/core';

export const standardiseOption = z
  .boolean()
  .optional()
  .describe('Brings inputs to mean 0 and standard deviation 1, taken over all values of the training inputs.');

/**
 * Inputs less their mean and over their standard deviation, one of each per input column, of the training samples: what
 * is tested with is brought to the same scale. The stored values stay as they are.
 *
 * @throws EspalierError where all values of an input are the same.
 */
export function standardise<S extends { readonly train: Samples; readonly test: Samples }>(parts: S, where: string): S {
  const moments = parts.train.inputs.map((column) => momentsOf(column, where));
  const bring = (samples: Samples): Samples => ({
    ...samples,
    inputs: samples.inputs.map((column, i) => {
      const { mean, deviation } = moments[i] as Moments;
      return { ...column, scale: (column.scale ?? 1) / deviation, offset: ((column.offset ?? 0) - mean) / deviation };
    }),
  });
  return { ...parts, train: bring(parts.train), test: bring(parts.test) };
}

interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** Of the values as they are read: stored × scale + offset. */
function momentsOf({ data, scale = 1, offset = 0 }: Column, where: string): Moments {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < data.length; i++) sum += data[i] as number;
  const mean = sum / data.length;
  for (let i = 0; i < data.length; i++) squares += ((data[i] as number) - mean) ** 2;
  const deviation = Math.sqrt(squares / data.length);
  if (deviation === 0) {
    throw new EspalierError({
      where,
      what: `cannot be standardised: all of its input values are ${mean}`,
      remedy: 'Leave "standardise" out',
    });
  }
  return { mean: mean * scale + offset, deviation: deviation * Math.abs(scale) };
}
