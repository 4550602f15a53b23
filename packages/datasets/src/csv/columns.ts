import { EspalierError } from '@espalier/core';

/** A column by its name, or by its number: from 0, or from −1 backwards. */
export type ColumnName = string | number;

/** Which columns of a file are features, and which is the target: positions in a row. */
export interface Columns {
  readonly names: readonly string[];
  readonly features: readonly number[];
  readonly target: number;
}

/** @throws EspalierError that lists the names there are. */
export function chooseColumns(
  names: readonly string[],
  target: ColumnName,
  features: readonly ColumnName[] | undefined,
  where: string,
): Columns {
  const targetIndex = find(names, target, 'target', where);
  const chosen =
    features?.map((feature) => find(names, feature, 'feature', where)) ?? [...names.keys()].filter((index) => index !== targetIndex);
  if (chosen.length === 0)
    throw new EspalierError({ where, what: 'there is no column beside the target', remedy: 'Look at the delimiter' });
  if (chosen.includes(targetIndex)) {
    const why = 'a model that sees the answer learns nothing else';
    throw new EspalierError({ where, what: `the target "${names[targetIndex]}" is among the features`, why });
  }
  return { names, features: chosen, target: targetIndex };
}

function find(names: readonly string[], wanted: ColumnName, role: string, where: string): number {
  if (typeof wanted === 'number') {
    const index = wanted < 0 ? names.length + wanted : wanted;
    if (index in names) return index;
    throw new EspalierError({
      where,
      what: `has no column ${wanted} for the ${role}`,
      why: `it has ${names.length} columns, 0 to ${names.length - 1}`,
    });
  }
  const index = names.indexOf(wanted);
  if (index >= 0 && names.indexOf(wanted, index + 1) < 0) return index;
  if (index >= 0) throw new EspalierError({ where, what: `has more than one column "${wanted}"`, remedy: 'Name it by its number, from 0' });
  const shown = names.slice(0, 20).map((name) => `"${name}"`);
  throw new EspalierError({
    where,
    what: `has no column "${wanted}" for the ${role}`,
    why: `the columns are ${shown.join(', ')}${names.length > 20 ? ` and ${names.length - 20} more` : ''}`,
    remedy: names.length === 1 ? 'Look at the delimiter, too' : undefined,
  });
}
