import type { MaskImage } from './report-data.ts';
import type { Weights } from './weights.ts';

/**
 * The first layer's mask as a picture, where its input is a square one of one or three channels in a row: of the weights
 * that leave each pixel, the share that is kept.
 *
 * @param parameters names of the pruned parameters, in the order of the net.
 */
export function maskImage(weights: Weights, parameters: readonly string[]): MaskImage | undefined {
  const [parameter] = parameters;
  const found = parameter === undefined ? undefined : weights.get(parameter);
  if (parameter === undefined || found === undefined || found.shape.length !== 2) return undefined;
  const [inputs = 0, units = 0] = found.shape;
  const channels = [1, 3].find((each) => inputs >= 64 && Number.isInteger(Math.sqrt(inputs / each)));
  if (channels === undefined || units === 0) return undefined;
  const side = Math.sqrt(inputs / channels);
  const fed = channels * units;
  const kept = Array.from({ length: side * side }, (_, pixel) => {
    let count = 0;
    for (let i = pixel * fed; i < (pixel + 1) * fed; i++) if (found.values[i] !== 0) count += 1;
    return Number((count / fed).toFixed(4));
  });
  return { parameter, width: side, height: side, kept };
}
