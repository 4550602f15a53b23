import { EspalierError } from '@espalier/core/errors';
import { buildModel, type Network, type NetworkLayer, type NetworkNode, readNetwork } from '@espalier/surgery';
import { text } from './check-options.ts';
import { sampleShape } from './compile-call.ts';
import type { CompileOptions } from './compile-sparse.ts';

type Shape = readonly (number | null)[];

/**
 * With sizes in place of those that the model leaves open.
 *
 * @throws EspalierError where there is none for one of them, or one that is no size.
 */
export async function closedNetwork(network: Network, inputShapes: CompileOptions['inputShapes']): Promise<Network> {
  const open = network.inputs.filter((id) => sampleShape(network, id).some((size) => size === null));
  if (open.length === 0 && inputShapes === undefined) return network;
  checkList(network, inputShapes);
  const given = network.inputs.map((id, i) => inputShapes?.[i] ?? sampleShape(network, id));
  network.inputs.forEach((id, i) => {
    const [shape, wanted] = [sampleShape(network, id) as Shape, given[i] as Shape];
    const fits = shape.length === wanted.length && shape.every((size, axis) => (size ?? wanted[axis]) === wanted[axis]);
    if (fits && wanted.every((size) => size !== null && Number.isInteger(size) && size > 0)) return;
    throw new EspalierError({
      where: `input "${id}"`,
      what: fits ? `has the open shape ${listed(shape)}` : `has the shape ${listed(shape)}, and inputShapes says ${listed(wanted)}`,
      why: 'a sparse model is planned for one size',
      remedy: example(network),
    });
  });
  const layers = new Map(network.layers);
  network.inputs.forEach((id, i) => {
    const { layer } = network.nodes.find(({ outputs }) => outputs.includes(id)) as NetworkNode;
    const read = layers.get(layer) as NetworkLayer;
    layers.set(layer, { ...read, config: { ...read.config, batchInputShape: [null, ...(given[i] as number[])] } });
  });
  const closed = buildModel({ ...network, layers });
  try {
    return await readNetwork(closed);
  } finally {
    closed.dispose();
  }
}

function checkList(network: Network, inputShapes: unknown): void {
  const { length } = network.inputs;
  const isSize = (size: unknown) => Number.isInteger(size) && (size as number) > 0;
  const isShape = (shape: unknown) => Array.isArray(shape) && shape.every(isSize);
  if (inputShapes === undefined || (Array.isArray(inputShapes) && inputShapes.length <= length && inputShapes.every(isShape))) return;
  throw new EspalierError({
    where: 'the option inputShapes',
    what: `is ${text(inputShapes)}`,
    why: `it has a shape for each input: ${network.inputs.map((id) => `"${id}"`).join(', ')}`,
    remedy: example(network),
  });
}

function example(network: Network): string {
  const shapes = network.inputs.map((id) => listed(sampleShape(network, id).map((size) => size ?? 32)));
  return `Say it: compileSparse(model, { inputShapes: [${shapes.join(', ')}] })`;
}

function listed(sizes: Shape): string {
  return `[${sizes.map((size) => size ?? 'null').join(', ')}]`;
}
