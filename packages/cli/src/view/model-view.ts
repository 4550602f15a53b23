import type { InspectedGroup, InspectedLayer, InspectedModel } from '../inspect-model.ts';
import { facts } from './facts.ts';
import { bytes, count, percent, plural, shape } from './format.ts';
import { leftAlone } from './left-alone.ts';
import { type TableOptions, table } from './table.ts';

/** A model’s parameters and layers, the sums of them, and which units go together. */
export function modelView(
  { layers, parameters, size, nonzero, sparsity, macs, bytes: inMemory, groups, whyNoGroups = '' }: InspectedModel,
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
    layerTable(layers, options),
    '',
    ...(groups === null ? [] : [groupTable(groups, options), '']),
    facts(
      [
        ['layers', count(layers.length)],
        ['parameters', `${count(size)}, ${count(nonzero)} of them not zero`],
        ['prunable', `${plural(prunable.length, 'parameter')}, ${percent(sparsity)} zeros`],
        ['MACs', `${count(macs)} for one sample, zeros not counted`],
        ['bytes', `${bytes(inMemory)} in memory`],
        ['units', groups === null ? `cannot be removed: ${whyNoGroups}` : removable(groups)],
      ],
      options,
    ),
  ].join('\n');
}

/** Layers that have parameters. */
function layerTable(layers: readonly InspectedLayer[], options: TableOptions): string {
  return table(
    [
      { title: 'layer', fit: 'middle' },
      { title: 'type', fit: 'middle' },
      { title: 'gives' },
      { title: 'parameters', align: 'right' },
      { title: 'MACs', align: 'right' },
    ],
    layers
      .filter(({ parameters }) => parameters > 0)
      .map(({ name, type, outputShape, parameters, macs }) => [name, type, shape(outputShape.slice(1)), count(parameters), count(macs)]),
    options,
  );
}

function groupTable(groups: readonly InspectedGroup[], options: TableOptions): string {
  return table(
    [
      { title: 'units that go together', fit: 'wrap' },
      { title: 'units', align: 'right' },
      { title: 'can go', align: 'right' },
      { title: 'why the others stay', fit: 'wrap' },
    ],
    groups.map(({ makers, units, removable: free, kept }) => [
      makers.join(' + '),
      count(units),
      count(free),
      kept.map(({ why }) => why).join('; '),
    ]),
    options,
  );
}

function removable(groups: readonly InspectedGroup[]): string {
  const sum = (value: (group: InspectedGroup) => number) => groups.reduce((all, group) => all + value(group), 0);
  return `${count(sum(({ removable: free }) => free))} of ${plural(
    sum(({ units }) => units),
    'unit',
  )} in ${plural(groups.length, 'group')} can be removed`;
}
