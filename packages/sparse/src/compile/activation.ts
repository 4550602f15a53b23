import { EspalierError } from '@espalier/core/errors';
import { ACTIVATIONS } from '../kernels/activation.ts';

/** An activation that kernels know, with its number. */
export interface Activation {
  readonly name: keyof typeof ACTIVATIONS;
  readonly alpha: number;
}

export const LINEAR: Activation = { name: 'linear', alpha: 1 };

/** Where tfjs has another name for it, or a number that it does not say. */
const NAMED: Readonly<Record<string, Activation>> = {
  relu6: { name: 'clipped', alpha: 6 },
  gelu_new: { name: 'geluNew', alpha: 1 },
};

/** The activations that look at all channels at once. */
export function isMixing(activation: unknown): activation is 'softmax' | 'logSoftmax' {
  return activation === 'softmax' || activation === 'logSoftmax';
}

/**
 * What a layer's configuration names.
 *
 * @throws EspalierError naming the layer where kernels have no such activation.
 */
export function activationOf(given: unknown, where: string): Activation {
  const name = given ?? 'linear';
  if (typeof name === 'string' && NAMED[name] !== undefined) return NAMED[name];
  if (typeof name === 'string' && Object.hasOwn(ACTIVATIONS, name)) return { name: name as Activation['name'], alpha: 1 };
  throw new EspalierError({
    where,
    what: `there is no sparse kernel for its activation ${typeof name === 'string' ? `"${name}"` : String(name)}`,
    remedy: 'Use an activation that tfjs has by name, or give the layer a rule of its own with defineSparseRule',
  });
}
