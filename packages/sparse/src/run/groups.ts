import { sizeOf } from '../plan/storage.ts';
import type { Binding } from './binding.ts';
import { offsetsOf } from './strided-copy.ts';

/** Numbers of a value that belong together, and where each such group starts. */
export interface Groups {
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** From the options `outer`, `inner` and their strides; all of it below `size`. */
export function groupsOf(bind: Binding, size: number): Groups {
  const [outer, inner] = [bind.sizes('outer'), bind.sizes('inner')];
  const count = sizeOf([...outer, ...inner]);
  bind.expect(count <= size, 'it reads what is not there');
  const starts = offsetsOf(outer, bind.list('outerStrides', outer.length));
  const members = offsetsOf(inner, bind.list('innerStrides', inner.length));
  const highest = (list: Float64Array) => list.reduce((most, at) => Math.max(most, at), 0);
  const lowest = (list: Float64Array) => list.reduce((least, at) => Math.min(least, at), 0);
  bind.expect(lowest(starts) >= 0 && lowest(members) >= 0 && highest(starts) + highest(members) < size, 'it reads what is not there');
  return { starts: Uint32Array.from(starts), members: Uint32Array.from(members) };
}
