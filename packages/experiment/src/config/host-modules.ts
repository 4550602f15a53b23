import * as core from '@espalier/core';
import * as strategyMagnitude from '@espalier/strategy-magnitude';
import * as tf from '@tensorflow/tfjs';

/**
 * The modules that a plugin must share with its host, whatever copies lie in its own node_modules: tokens, parts and
 * tensors of another instance would be strangers. By these names a plugin gets ours, and needs none installed.
 */
export const HOST_MODULES: Readonly<Record<string, unknown>> = {
  '@espalier/core': core,
  '@espalier/strategy-magnitude': strategyMagnitude,
  '@tensorflow/tfjs': tf,
};
