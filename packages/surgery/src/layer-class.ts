import { EspalierError } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import type { LayerClass, NetworkLayer } from './network.ts';

/** The class that tfjs knows by this name: one of its own, or one that was given to `tf.serialization.registerClass`. */
export function registeredClass(type: string): LayerClass | undefined {
  return tf.serialization.SerializationMap.getMap().classNameMap[type]?.[0] as unknown as LayerClass | undefined;
}

/** @throws EspalierError where nobody knows the class. */
export function classOf({ type, name, layerClass }: Pick<NetworkLayer, 'type' | 'name' | 'layerClass'>): LayerClass {
  const known = layerClass ?? registeredClass(type);
  if (known !== undefined) return known;
  throw new EspalierError({
    where: `${name} (${type})`,
    what: 'tfjs knows no layer of this type',
    remedy: 'Give its class to tf.serialization.registerClass',
  });
}
