import type { InspectedModel } from '../inspect-model.ts';
import { facts } from './facts.ts';
import { bytes, count, percent, plural, shape } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** A model’s parameters, and the sums of them. */
export function modelView(
  { layers, parameters, size, nonzero, sparsity, macs, bytes: inMemory }: InspectedModel,
  options: TableOptions,
): string {
  const rows = parameters.map((parameter) => [
    parameter.name,
    parameter.layer,
    shape(parameter.shape),
    count(parameter.size),
    percent(parameter.sparsity),
    count(parameter.macs),
    parameter.prunable ? 'can be pruned' : (parameter.why ?? ''),
  ]);
  const prunable = parameters.filter((parameter) => parameter.prunable);
  return [
    table(
      [
        { title: 'parameter', fit: 'middle' },
        { title: 'layer', fit: 'middle' },
        { title: 'shape' },
        { title: 'elements', align: 'right' },
        { title: 'zeros', align: 'right' },
        { title: 'MACs', align: 'right' },
        { title: 'pruning', fit: 'wrap' },
      ],
      rows,
      options,
    ),
    '',
    facts(
      [
        ['layers', count(layers.length)],
        ['parameters', `${count(size)}, ${count(nonzero)} of them not zero`],
        ['prunable', `${plural(prunable.length, 'parameter')}, ${percent(sparsity)} zeros`],
        ['MACs', `${count(macs)} for one sample, zeros not counted`],
        ['bytes', `${bytes(inMemory)} in memory`],
      ],
      options.colours,
    ),
  ].join('\n');
}
