import type { Binding } from './binding.ts';

/** Numbers of a value that belong together, and where each such group starts. */
export interface Groups {
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** From the options `outer`, `inner` and their strides; all of it below `size`. */
export function groupsOf(bind: Binding, size: number): Groups {
  const [outer, inner] = [bind.sizes('outer'), bind.sizes('inner')];
  const count = [...outer, ...inner].reduce((a, b) => a * b, 1);
  bind.expect(count <= size, 'it reads what is not there');
  const starts = offsets(outer, bind.list('outerStrides', outer.length));
  const members = offsets(inner, bind.list('innerStrides', inner.length));
  const highest = (list: Float64Array) => list.reduce((most, at) => Math.max(most, at), 0);
  const lowest = (list: Float64Array) => list.reduce((least, at) => Math.min(least, at), 0);
  bind.expect(lowest(starts) >= 0 && lowest(members) >= 0 && highest(starts) + highest(members) < size, 'it reads what is not there');
  return { starts: Uint32Array.from(starts), members: Uint32Array.from(members) };
}

function offsets(sizes: readonly number[], strides: readonly number[]): Float64Array {
  const all = new Float64Array(sizes.reduce((a, b) => a * b, 1));
  let repeat = all.length;
  sizes.forEach((size, axis) => {
    repeat /= size;
    for (let i = 0; i < all.length; i++) all[i] = (all[i] as number) + (Math.floor(i / repeat) % size) * (strides[axis] as number);
  });
  return all;
}
