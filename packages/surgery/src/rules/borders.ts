import type { LayerConfig } from '../network.ts';

/** How a convolution stands on one axis of its input. */
interface Window {
  readonly size: number | null;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Zeros that `padding: 'same'` puts before and behind an axis; undefined where they depend on a size that is open. */
export function samePadding({ size, kernel, stride, dilation }: Window): [before: number, behind: number] | undefined {
  const covered = (kernel - 1) * dilation + 1;
  if (stride > 1 && size === null && covered > 1) return undefined;
  const total = size === null ? Math.max(0, covered - stride) : Math.max(0, (Math.ceil(size / stride) - 1) * stride + covered - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** A convolution's windows, by the axis of space. */
export function windowsOf(config: LayerConfig, shape: readonly (number | null)[]): Window[] {
  const sizes = config['dataFormat'] === 'channelsFirst' ? shape.slice(2) : shape.slice(1, -1);
  const each = (value: unknown, i: number, byDefault: number) =>
    (Array.isArray(value) ? value[i] : ((value ?? byDefault) as number)) as number;
  return sizes.map((size, i) => ({
    size,
    kernel: each(config['kernelSize'], i, 1),
    stride: each(config['strides'], i, 1),
    dilation: each(config['dilationRate'], i, 1),
  }));
}

/** Whether every output of a convolution sees inputs alone, no zeros beside them. */
export function padsNothing(config: LayerConfig, shape: readonly (number | null)[]): boolean {
  if ((config['padding'] ?? 'valid') === 'valid') return true;
  if (config['padding'] !== 'same') return false;
  return windowsOf(config, shape).every((window) => samePadding(window)?.every((zeros) => zeros === 0) === true);
}
