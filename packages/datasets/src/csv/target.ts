import { type Column, EspalierError } from '@espalier/core';
import { isNumber, type Table } from './table.ts';

/** More different whole numbers than this are values to predict, fewer are classes. */
const MOST_NUMBERED_CLASSES = 20;

/** Classification where the target is text, or few whole numbers; regression else. */
export function inferTask({ texts }: Table): 'classification' | 'regression' {
  const numbers = texts.filter(isNumber);
  if (numbers.length === 0) return 'classification';
  const isFew = texts.length <= MOST_NUMBERED_CLASSES;
  return isFew && numbers.every((text) => Number.isInteger(Number(text))) ? 'classification' : 'regression';
}

/** The names of the classes, in an order that does not depend on that of the rows: numbers by size, text by its characters. */
export function classNamesOf({ texts }: Table): string[] {
  const compare = texts.every(isNumber) ? (a: string, b: string) => Number(a) - Number(b) : (a: string, b: string) => (a < b ? -1 : 1);
  return [...texts].sort(compare);
}

/** Each row's target as the index of its class. @throws EspalierError at the first row of a class that is not among the names. */
export async function labelColumn(table: Table, classNames: readonly string[]): Promise<Column> {
  const indexOf = new Map(classNames.map((name, index) => [name, index]));
  const labels = table.texts.map((text) => indexOf.get(text) ?? -1);
  const unseen = labels.indexOf(-1);
  if (unseen >= 0) {
    const shown = classNames
      .slice(0, 20)
      .map((name) => `"${name}"`)
      .join(', ');
    throw await table.file.problem(
      table.firstRows[unseen] as Table['firstRows'][number],
      table.columns.target,
      `the class "${table.texts[unseen]}" is never seen in training`,
      `The training data has ${shown}`,
    );
  }
  return { shape: [], data: table.codes.map((code) => labels[code] as number) };
}

/** Each row's target as a number. @throws EspalierError at the first that is none. */
export async function valueColumn(table: Table): Promise<Column> {
  const values = Float32Array.from(table.texts, Number);
  const wrong = table.texts.findIndex((text, code) => !isNumber(text) || !Number.isFinite(values[code]));
  if (wrong >= 0) {
    const row = table.firstRows[wrong] as Table['firstRows'][number];
    const what = `the target is "${table.texts[wrong]}", not a finite number`;
    throw await table.file.problem(row, table.columns.target, what, 'Correct it, or give "task: classification" if it is a class');
  }
  return { shape: [1], data: Float32Array.from(table.codes, (code) => values[code] as number) };
}

/** @throws EspalierError where there is nothing to tell apart. */
export function checkClassCount(table: Table): void {
  if (table.texts.length > 1) return;
  const what = `the target "${table.columns.names[table.columns.target]}" has only one class, "${table.texts[0]}"`;
  throw new EspalierError({ where: table.file.path, what, why: 'there is nothing to tell apart' });
}
