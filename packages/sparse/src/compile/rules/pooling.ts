import { geometryOf, pair, triple, volumeGeometryOf, windowPlaces } from '../geometry.ts';
import { reshape, settled } from '../operations/layout.ts';
import { globalPool, type Kind, pool, poolVolume } from '../operations/pool.ts';
import { inputOf, type SparseRule } from '../sparse-rule.ts';
import { channelsLast, inModelOrder } from './images.ts';

export function pooling(kind: Kind): SparseRule {
  return (call, build) => {
    const { config } = call;
    const isSequence = inputOf(call).shape.length === 2;
    const [rows, columns] = pair(config['poolSize']);
    const window = [isSequence ? 1 : rows, columns] as const;
    const strides = config['strides'] ?? config['poolSize'];
    const image = channelsLast(build, call);
    const geometry = geometryOf({ padding: config['padding'], strides: isSequence ? [1, pair(strides)[1]] : strides }, image.shape, window);
    return inModelOrder(build, call, pool(build, image, kind, geometry, windowPlaces(geometry, image.shape)));
  };
}

export function volumePooling(kind: Kind): SparseRule {
  return (call, build) => {
    const { config } = call;
    const volume = channelsLast(build, call);
    const strides = config['strides'] ?? config['poolSize'];
    const geometry = volumeGeometryOf({ padding: config['padding'], strides }, volume.shape, triple(config['poolSize']));
    return inModelOrder(build, call, poolVolume(build, volume, kind, geometry, windowPlaces(geometry, volume.shape)));
  };
}

export function globalPooling(kind: Kind): SparseRule {
  return (call, build) => {
    const isSequence = inputOf(call).shape.length === 2;
    const image = isSequence ? settled(build, inputOf(call)) : channelsLast(build, call);
    return reshape(build, globalPool(build, image, kind), call.outputs[0] ?? []);
  };
}
