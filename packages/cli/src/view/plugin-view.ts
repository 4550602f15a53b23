import type { OptionDescription, PartDescription } from '@espalier/experiment';
import { printable } from './format.ts';
import { type Column, type TableOptions, table } from './table.ts';

/** A line per part, plugin by plugin. */
export function partList(parts: readonly PartDescription[], options: TableOptions): string {
  const plugins = [...new Set(parts.map(({ plugin }) => plugin))];
  const columns: Column[] = [
    { title: 'kind', width: widest(parts, 'kind') },
    { title: 'name', width: widest(parts, 'name'), fit: 'middle' },
    { title: 'does', fit: 'wrap' },
  ];
  return plugins
    .map((plugin) => {
      const rows = parts.filter((part) => part.plugin === plugin).map(({ kind, name, description = '' }) => [kind, name, description]);
      return `${options.colours.bold(printable(plugin))}\n${table(columns, rows, options)}`;
    })
    .join('\n\n');
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

function widest(parts: readonly PartDescription[], field: 'kind' | 'name'): number {
  return Math.max(...parts.map((part) => part[field].length));
}
