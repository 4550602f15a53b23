import type { Operation } from '../binding.ts';

/** exp(x) / Σ exp(x) over the channels of each place, or its logarithm. */
export const softmax: Operation = (bind) => {
  const [channels, places, plane] = bind.sizes('sizes', 3) as [number, number, number];
  const size = (channels - 1) * plane + places;
  const [source, target] = [bind.read(0, size), bind.write(0, size)];
  const isLog = Number(bind.flag('log'));
  const { kernels } = bind;
  const [to, from, stride] = [target.at * 4, source.at * 4, plane * 4];
  if (places === 1) return () => kernels.softmaxRow(to, from, channels, isLog);
  bind.expect(plane % 4 === 0 && plane >= places, 'its planes overlap');
  return () => kernels.softmax(to, stride, from, stride, channels, places, isLog);
};
