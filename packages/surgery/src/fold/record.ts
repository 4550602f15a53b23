import type { Network } from '../network.ts';

/** What vanished, by the path of its layer, and the layer that does its work now; none where it did none. */
export interface Folded {
  readonly layer: string;
  readonly type: string;
  readonly into: string | null;
}

/** What could not be folded, and why. */
export interface Unfolded {
  /** `"bn_1" (BatchNormalization)`. */
  readonly layer: string;
  readonly why: string;
}

/** What one way of folding made of a network. */
export interface Folding {
  readonly network: Network;
  readonly folded: readonly Folded[];
  readonly unfolded: readonly Unfolded[];
}

/** One thing folded, and the network after it; a reason where it cannot be; undefined where there is nothing to fold. */
export type Attempt = { readonly network: Network; readonly into: string | null } | string | undefined;
