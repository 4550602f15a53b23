import type { InspectedModel } from '../inspect-model.ts';
import { facts } from './facts.ts';
import { bytes, count, percent, plural, shape } from './format.ts';
import { leftAlone } from './left-alone.ts';
import { type TableOptions, table } from './table.ts';

/** A model’s parameters, and the sums of them. */
export function modelView(
  { layers, parameters, size, nonzero, sparsity, macs, bytes: inMemory }: InspectedModel,
  options: TableOptions,
): string {
  const prunable = parameters.filter((parameter) => parameter.prunable);
  const others = parameters.filter((parameter) => !parameter.prunable);
  const rows = prunable.map((parameter) => [
    parameter.name,
    parameter.layer,
    shape(parameter.shape),
    count(parameter.size),
    percent(parameter.sparsity),
    count(parameter.macs),
  ]);
  return [
    table(
      [
        { title: 'can be pruned', fit: 'middle' },
        { title: 'layer', fit: 'middle' },
        { title: 'shape' },
        { title: 'elements', align: 'right' },
        { title: 'zeros', align: 'right' },
        { title: 'MACs', align: 'right' },
      ],
      rows,
      options,
    ),
    ...(others.length === 0 ? [] : ['', leftAlone(others, options)]),
    '',
    facts(
      [
        ['layers', count(layers.length)],
        ['parameters', `${count(size)}, ${count(nonzero)} of them not zero`],
        ['prunable', `${plural(prunable.length, 'parameter')}, ${percent(sparsity)} zeros`],
        ['MACs', `${count(macs)} for one sample, zeros not counted`],
        ['bytes', `${bytes(inMemory)} in memory`],
      ],
      options,
    ),
  ].join('\n');
}
