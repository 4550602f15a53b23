/**
 * Shifts and scales each feature, in place, to a mean of 0 and a standard deviation of 1 over the training rows. A feature
 * that never changes becomes 0.
 *
 * @param others further rows that are moved with them, by the same numbers.
 */
export function standardiseFeatures(train: Float32Array, others: readonly Float32Array[], width: number): void {
  for (let feature = 0; feature < width; feature++) {
    const { mean, deviation } = statistics(train, feature, width);
    for (const values of [train, ...others]) {
      for (let i = feature; i < values.length; i += width) values[i] = ((values[i] as number) - mean) / (deviation || 1);
    }
  }
}

function statistics(values: Float32Array, feature: number, width: number): { mean: number; deviation: number } {
  const size = values.length / width;
  let sum = 0;
  for (let i = feature; i < values.length; i += width) sum += values[i] as number;
  const mean = sum / size;
  let squares = 0;
  for (let i = feature; i < values.length; i += width) squares += ((values[i] as number) - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / size) };
}
