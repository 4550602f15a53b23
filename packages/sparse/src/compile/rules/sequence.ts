import { placesOf, planeOf } from '../../plan/storage.ts';
import { anyIsNot, binary } from '../operations/elementwise.ts';
import { flatten, reshape, settled, withMask } from '../operations/layout.ts';
import { inputOf, type SparseRule, shapeOf, valuesOf } from '../sparse-rule.ts';

/** The row of a table for each index. */
export const embedding: SparseRule = (call, build) => {
  const given = inputOf(call);
  const [rows, columns] = shapeOf(call, 'embeddings') as [number, number];
  const indices = settled(build, flatten(given));
  const to = build.value([...given.shape, columns]);
  const options = { sizes: [rows, columns, placesOf(to.shape), planeOf(to.shape)] };
  build.step({ operation: 'gather', reads: [indices], writes: [to], weights: [valuesOf(call, 'embeddings')], options });
  if (call.config['maskZero'] !== true) return withMask(to, undefined);
  return withMask(to, given.shape.length === 1 ? anyIsNot(build, reshape(build, indices, [...given.shape, 1]), 0) : 'lost');
};

/** Steps in time that are `maskValue` throughout become zeros, and are left out by the recurrent layers behind. */
export const masking: SparseRule = (call, build) => {
  const value = settled(build, inputOf(call));
  const places = value.shape.slice(0, -1);
  const mask = anyIsNot(build, value, Number(call.config['maskValue'] ?? 0));
  const kept = binary(build, 'multiply', value, reshape(build, mask, [...places, 1]));
  return withMask(kept, places.length === 1 ? mask : 'lost');
};
