import { placesOf, planeOf } from '../../plan/storage.ts';
import { anyIsNot, binary } from '../operations/elementwise.ts';
import { flatten, reshape, settled, withMask } from '../operations/layout.ts';
import { inputOf, refuse, type SparseRule, shapeOf, valuesOf } from '../sparse-rule.ts';

/** The row of a table for each index. */
export const embedding: SparseRule = (call, build) => {
  const given = inputOf(call);
  const [rows, columns] = shapeOf(call, 'embeddings') as [number, number];
  const indices = settled(build, flatten(given));
  const to = build.value([...given.shape, columns]);
  const options = { sizes: [rows, columns, placesOf(to.shape), planeOf(to.shape)] };
  build.step({ operation: 'gather', reads: [indices], writes: [to], weights: [valuesOf(call, 'embeddings')], options });
  if (call.config['maskZero'] !== true) return withMask(to, undefined);
  if (given.shape.length !== 1) return withMask(to, 'lost');
  const isSet = anyIsNot(build, reshape(build, indices, [...given.shape, 1]), 0);
  return withMask(to, reshape(build, isSet, given.shape));
};

/** Steps in time that are `maskValue` throughout become zeros, and are left out by the recurrent layers behind. */
export const masking: SparseRule = (call, build) => {
  const value = settled(build, inputOf(call));
  const places = value.shape.slice(0, -1);
  const unwanted = Number(call.config['maskValue'] ?? 0);
  if (Number.isNaN(unwanted)) refuse(call, 'masks what is NaN, which no number equals', 'Leave the layer out: it masks nothing');
  const isSet = anyIsNot(build, value, unwanted);
  return withMask(binary(build, 'multiply', value, isSet), places.length === 1 ? reshape(build, isSet, places) : 'lost');
};
