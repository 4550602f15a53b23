import { TENSORFLOW_VERSION } from '../pip/pinned.ts';
import type { Platform } from '../platform.ts';
import { bindingVersion } from './build-binding.ts';
import { type Kit, kitOf } from './layout.ts';

/** The libtensorflow that tfjs-node 4.22 was released with. */
export const LIBTENSORFLOW = '2.9.1';

/** The package's own library and binding, from its CDN. */
export function downloadKit(platform: Platform, cache: string): Kit {
  return kitOf(`download-${LIBTENSORFLOW}`, platform, cache);
}

/** The library of TensorFlow's wheel, and a binding built against it. */
export function wheelKit(platform: Platform, cache: string): Kit {
  return kitOf(`wheel-${TENSORFLOW_VERSION}`, platform, cache, `lib-${bindingVersion()}`);
}
