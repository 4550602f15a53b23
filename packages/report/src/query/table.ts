import type { Scalar } from '../compare/settings.ts';

/** Rows as columns by name. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly ReadonlyMap<string, Scalar | undefined>[];
}

export type ColumnType = 'DOUBLE' | 'BOOLEAN' | 'VARCHAR';

/** The narrowest type that holds a column: numbers, booleans, or text. */
export function columnType(values: Iterable<Scalar | undefined>): ColumnType {
  let isNumber = true;
  let isBoolean = true;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    isNumber &&= typeof value === 'number';
    isBoolean &&= typeof value === 'boolean';
  }
  return isNumber ? 'DOUBLE' : isBoolean ? 'BOOLEAN' : 'VARCHAR';
}

/** A name as SQL has it; quotes in it are data. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""').replaceAll('\0', '')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}
