import { EspalierError, type MaskSet } from '@espalier/core';
import type { Network, NetworkWeight } from './network.ts';

/**
 * The network with zeros where masks prune.
 *
 * @throws EspalierError naming the parameters that the network does not have, or has in another shape.
 */
export function maskedNetwork(network: Network, masks: MaskSet): Network {
  const shapes = new Map(
    [...network.layers.values()].flatMap(({ weights }) => weights.map(({ parameter, shape }) => [parameter, shape] as const)),
  );
  const foreign = masks.all.filter(({ name, shape }) => shapes.get(name)?.join() !== shape.join());
  if (foreign.length > 0) {
    throw new EspalierError({
      where: foreign.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', '),
      what: 'the masks are those of another model',
      why: foreign
        .map(({ name }) => (shapes.has(name) ? `here ${name} is [${shapes.get(name)?.join(', ')}]` : `here is no ${name}`))
        .join(', '),
    });
  }
  const layers = [...network.layers].map(
    ([name, layer]) => [name, { ...layer, weights: layer.weights.map((weight) => masked(weight, masks)) }] as const,
  );
  return { ...network, layers: new Map(layers) };
}

function masked(weight: NetworkWeight, masks: MaskSet): NetworkWeight {
  const parameter = { name: weight.parameter };
  if (!masks.has(parameter)) return weight;
  const mask = masks.get(parameter);
  if (mask.pruned === 0) return weight;
  return { ...weight, values: weight.values.map((value, i) => (mask.keeps(i) ? value : 0)) };
}
