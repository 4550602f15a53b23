import type { OptionDescription, PartDescription } from '@espalier/experiment';
import { printable } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** A line per part. */
export function partList(parts: readonly PartDescription[], options: TableOptions): string {
  return table(
    [{ title: 'kind' }, { title: 'name', fit: 'middle' }, { title: 'plugin', fit: 'middle' }, { title: 'does', fit: 'wrap' }],
    parts.map(({ kind, name, plugin, description = '' }) => [kind, name, plugin, description]),
    options,
  );
}

/** One part and its options. */
export function partDetails({ kind, name, plugin, description, options: taken }: PartDescription, options: TableOptions): string {
  const { bold, dim } = options.colours;
  const head = [
    `${bold(`${kind} ${printable(name)}`)} ${dim(`from ${printable(plugin)}`)}`,
    ...(description === undefined ? [] : [printable(description)]),
  ];
  if (taken.length === 0) return [...head, 'It takes no options.'].join('\n');
  const columns = [
    { title: 'option', fit: 'middle' },
    { title: 'takes', fit: 'wrap' },
    { title: 'default' },
    { title: 'says', fit: 'wrap' },
  ] as const;
  const rows = taken.map((option) => [option.name, option.type, defaultText(option), option.description ?? '']);
  return [...head, '', table(columns, rows, options)].join('\n');
}

function defaultText(option: OptionDescription): string {
  if (option.required) return 'required';
  if (option.default === undefined) return '–';
  return typeof option.default === 'string' ? option.default : JSON.stringify(option.default);
}
