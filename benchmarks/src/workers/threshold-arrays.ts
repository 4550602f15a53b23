import { Weights } from '../weights.ts';
import { median, serve, warmUp, workOf } from './frame.ts';
import { peakBeyond } from './memory.ts';
import { pruneArrays } from './prune-arrays.ts';

/** A turn is one cut, or as many as take so many seconds; the figures are then those of the middle one. */
const { size, sparsity, seconds = 0 } = workOf<{ size: number; sparsity: number; seconds?: number }>();
const weights = new Weights(size);

const cut = () => {
  weights.restore();
  return peakBeyond(() => pruneArrays(weights.tensors, sparsity));
};
await warmUp(cut);
await serve(async () => {
  const taken: number[] = [];
  for (let left = seconds; left > 0; left -= taken.at(-1) as number) taken.push((await cut())['seconds'] as number);
  return seconds > 0 ? { seconds: median(taken) } : cut();
});
