import type { InspectedSparse } from '../inspect-sparse.ts';
import { facts } from './facts.ts';
import { bytes, count, percent, plural, shape, times } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** Per layer its zeros, the kernel chosen for it and what is expected of that; then the sums. */
export function sparseView(
  { layers, weights, zeros, bytes: file, memory, variant, inputs }: InspectedSparse,
  options: TableOptions,
): string {
  const rows = layers.map((layer) => [
    layer.layer,
    layer.type,
    count(layer.weights),
    percent(layer.zeros / Math.max(1, layer.weights), 1),
    layer.kernel,
    layer.kernel.includes('sparse') ? times(layer.gain) : '–',
  ]);
  const sparse = layers.filter(({ kernel }) => kernel.includes('sparse')).length;
  return [
    table(
      [
        { title: 'layer', fit: 'middle' },
        { title: 'type', fit: 'middle' },
        { title: 'weights', align: 'right' },
        { title: 'zeros', align: 'right' },
        { title: 'kernel' },
        { title: 'expected gain', align: 'right' },
      ],
      rows,
      options,
    ),
    '',
    facts(
      [
        ['input', inputs.map((input) => `${input.name} [${shape(input.shape)}]`).join(', ')],
        ['zeros', `${count(zeros)} of ${count(weights)} weights, ${percent(zeros / Math.max(1, weights))}`],
        ['kernels', kernelsText(sparse, layers.length, zeros)],
        ['runs on', `${variant} WebAssembly here; \`espalier bench\` measures it`],
        ['bytes', `${bytes(file)} as a file, ${bytes(memory)} in memory`],
      ],
      options,
    ),
  ].join('\n');
}

function kernelsText(sparse: number, layers: number, zeros: number): string {
  const chosen = `${sparse} of ${plural(layers, 'layer')} with weights on a sparse one`;
  if (zeros === 0) return `${chosen}: there are no zeros to skip, prune it first`;
  return `${chosen}; the gain is over our dense kernel for the same layer, by a measured cost model`;
}
