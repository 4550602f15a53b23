import { Weights } from '../weights.ts';
import { serve, workOf } from './frame.ts';
import { peakBeyond } from './memory.ts';
import { pruneArrays } from './prune-arrays.ts';

const { size, sparsity } = workOf<{ size: number; sparsity: number }>();
const weights = new Weights(size);

await serve(async () => {
  weights.restore();
  return peakBeyond(() => pruneArrays(weights.tensors, sparsity));
});
