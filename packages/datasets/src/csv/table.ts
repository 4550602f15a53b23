import { EspalierError } from '@espalier/core';
import { type ColumnName, type Columns, chooseColumns } from './columns.ts';
import type { CsvFile, CsvRow } from './csv-file.ts';
import { Growing } from './growing.ts';

export interface TableRequest {
  readonly target: ColumnName;
  readonly features?: readonly ColumnName[];
  /** Whether the first row holds names; undefined where that is to be seen from its content. */
  readonly header?: boolean;
}

/** What a CSV file holds: the features as numbers, the target as it is written. */
export interface Table {
  readonly file: CsvFile;
  readonly columns: Columns;
  readonly size: number;
  /** Row after row. */
  readonly features: Float32Array;
  /** The target of each row, as a position in `texts`. */
  readonly codes: Int32Array;
  /** The different targets, in the order of their first rows. */
  readonly texts: readonly string[];
  readonly firstRows: readonly CsvRow[];
}

/** @throws EspalierError with file, line and column for an empty field and for a feature that is not a finite number. */
export async function readTable(file: CsvFile, request: TableRequest): Promise<Table> {
  const rows = file.rows();
  const { value: first } = await rows.next();
  if (first === undefined) throw new EspalierError({ where: file.path, what: 'is empty' });
  const { value: second } = await rows.next();
  const hasHeader = request.header ?? looksLikeHeader(first, second);
  const names = hasHeader ? first.fields.map((name: string) => name.trim()) : first.fields.map((_: string, index: number) => String(index));
  const builder = new TableBuilder(chooseColumns(names, request.target, request.features, file.path));

  const add = async (row: CsvRow) => {
    const bad = builder.add(row);
    if (bad !== undefined) throw await file.problem(row, bad.position, bad.what, bad.remedy);
  };
  if (!hasHeader) await add(first);
  if (second !== undefined) await add(second);
  for await (const row of rows) await add(row);
  const table = builder.finish(file);
  if (table.size === 0) throw new EspalierError({ where: file.path, what: 'has a header and no rows' });
  return table;
}

interface BadField {
  readonly position: number;
  readonly what: string;
  readonly remedy: string;
}

class TableBuilder {
  private readonly features = new Growing(new Float32Array());
  private readonly codes = new Growing(new Int32Array());
  private readonly codeOf = new Map<string, number>();
  private readonly firstRows: CsvRow[] = [];
  private readonly columns: Columns;

  constructor(columns: Columns) {
    this.columns = columns;
  }

  add(row: CsvRow): BadField | undefined {
    for (const position of this.columns.features) {
      const text = row.fields[position] as string;
      // A number beyond those of 32 bits would turn infinite on its way into a tensor; a blank text would count as 0.
      const value = Math.fround(Number(text));
      if (!Number.isFinite(value) || (value === 0 && text.trim() === '')) return badNumber(text.trim(), position, this.columns.names);
      this.features.push(value);
    }
    const { target, names } = this.columns;
    const text = (row.fields[target] as string).trim();
    if (text === '') return { position: target, what: `the target "${names[target]}" is empty`, remedy: 'Fill it, or leave the row out' };
    let code = this.codeOf.get(text);
    if (code === undefined) {
      code = this.codeOf.size;
      this.codeOf.set(text, code);
      this.firstRows.push(row);
    }
    this.codes.push(code);
    return undefined;
  }

  finish(file: CsvFile): Table {
    const codes = this.codes.finish();
    const texts = [...this.codeOf.keys()];
    return { file, columns: this.columns, size: codes.length, features: this.features.finish(), codes, texts, firstRows: this.firstRows };
  }
}

function badNumber(text: string, position: number, names: readonly string[]): BadField {
  const isInfinite = /^[+-]?(nan|inf(inity)?)$/i.test(text) || isNumber(text);
  const what = text === '' ? 'is empty' : isInfinite ? `is ${text}, which is not finite` : `is "${text}", not a number`;
  const remedy = 'Correct or fill it, leave the row out, or name other columns under "features"';
  return { position, what: `"${names[position]}" ${what}`, remedy };
}

/** A first row without any number above a row with some. */
function looksLikeHeader(first: CsvRow, second: CsvRow | undefined): boolean {
  return !first.fields.some(isNumber) && second !== undefined && second.fields.some(isNumber);
}

export function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
