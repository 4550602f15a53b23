import { sizeOf } from '../../plan/storage.ts';
import type { Operation } from '../binding.ts';
import { copier, extent } from '../strided-copy.ts';

/** Numbers to other places: layouts, borders, crops, joins, repeats. */
export const copy: Operation = (bind) => {
  const [source, target] = [bind.read(0), bind.write(0)];
  const sizes = bind.sizes('sizes');
  const [from, to] = [bind.list('from', sizes.length), bind.list('to', sizes.length)];
  const [start, put] = [bind.has('start') ? bind.count('start') : 0, bind.has('put') ? bind.count('put') : 0];
  bind.expect(sizeOf(sizes) <= target.size, 'it copies more numbers than there is room for');
  for (const [at, strides, size] of [
    [start, from, source.size],
    [put, to, target.size],
  ] as const) {
    const { low, high } = extent(sizes, strides);
    bind.expect(at + low >= 0 && at + high < size, 'it copies what is not there');
  }
  const { floats } = bind;
  const run = copier({ sizes, from, to });
  const [first, goal] = [source.at + start, target.at + put];
  if (!bind.has('fill')) return () => run(floats, first, floats, goal);
  const value = bind.number('fill');
  return () => {
    floats.fill(value, target.at, target.at + target.size);
    run(floats, first, floats, goal);
  };
};
