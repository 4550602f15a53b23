import { createReadStream } from 'node:fs';
import { EspalierError } from '@espalier/core';
import Papa from 'papaparse';
import { sizeOf } from '../files.ts';
import { fieldStart, placeIn } from './place.ts';

/** One row of fields. */
export interface CsvRow {
  readonly fields: readonly string[];
  /** Its number among all rows of the file, the header and empty ones included, from 0. */
  readonly record: number;
}

export interface CsvFileOptions {
  readonly delimiter: string;
  /** Is given every byte of the file, in order. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** Some rows in a row, as they stand in the file. */
interface Piece {
  /** The rows, and maybe the start of one that the next piece holds whole. */
  readonly text: string;
  readonly rows: readonly string[][];
  /** Where each row ends in the text, where that was asked for. */
  readonly ends: readonly number[];
  /** The line on which the text starts, from 1, and how lines end. */
  readonly line: number;
  readonly newline: string;
}

const PIECE = 2 ** 20;
/** Longer rows are a quote that was never closed. */
const LONGEST_ROW = 2 ** 24;
const BYTE_ORDER_MARK = '\uFEFF';

/** A CSV file, read piece after piece, so that its text is never in memory as a whole. */
export class CsvFile {
  readonly path: string;
  private readonly options: CsvFileOptions;

  constructor(path: string, options: CsvFileOptions) {
    this.path = path;
    this.options = options;
  }

  /**
   * Every row but empty ones; a header is a row, too.
   *
   * @throws EspalierError with file, line and column for rows of unequal length and for broken quotes.
   */
  async *rows(): AsyncGenerator<CsvRow> {
    await sizeOf(this.path);
    let width: number | undefined;
    let record = -1;
    for await (const { rows } of this.pieces({ onBytes: this.options.onBytes })) {
      for (const fields of rows) {
        record++;
        if (fields.length === 1 && (fields[0] as string).trim() === '') continue;
        width ??= fields.length;
        const row = { fields, record };
        if (fields.length === width) {
          yield row;
          continue;
        }
        const what = `has ${fields.length} fields instead of ${width}`;
        throw await this.problem(row, Math.min(width, fields.length - 1), what, 'Every row needs the same number of fields');
      }
    }
  }

  /** What is wrong with one field, with the place where it starts. The file is read again, as a place is seldom asked for. */
  async problem({ record }: CsvRow, field: number, what: string, remedy?: string): Promise<EspalierError> {
    let before = 0;
    for await (const { text, rows, ends, line, newline } of this.pieces({ hasEnds: true })) {
      const index = record - before;
      before += rows.length;
      if (index >= rows.length) continue;
      const start = index === 0 ? 0 : (ends[index - 1] as number);
      const offset = start + fieldStart(text.slice(start, ends[index]), field, this.options.delimiter);
      const { line: below, column } = placeIn(text, offset, newline);
      return this.problemAt(line + below, column, what, remedy);
    }
    return new EspalierError({ where: this.path, what, remedy });
  }

  private problemAt(line: number, column: number, what: string, remedy?: string): EspalierError {
    return new EspalierError({ where: `${this.path}:${line}:${column}`, what, remedy });
  }

  private async *pieces({ hasEnds = false, onBytes }: { hasEnds?: boolean; onBytes?: (bytes: Uint8Array) => void }): AsyncGenerator<Piece> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let rest = '';
    let line = 1;
    let newline: string | undefined;
    const take = (added: string, isLast: boolean): Piece => {
      const text = newline === undefined && added.startsWith(BYTE_ORDER_MARK) ? added.slice(1) : rest + added;
      newline ??= text.includes('\n') || !text.includes('\r') ? '\n' : '\r';
      const { rows, ends, cursor, broken } = parse(text, { delimiter: this.options.delimiter, newline, isLast, hasEnds });
      if (broken !== undefined) {
        const { line: below, column } = placeIn(text, broken - 1, newline);
        throw this.problemAt(line + below, column, 'the quotes of this field are broken', 'A quote within quotes is written twice');
      }
      const piece = { text, rows, ends, line, newline };
      rest = text.slice(cursor);
      line += placeIn(text, cursor, newline).line;
      if (rest.length > LONGEST_ROW)
        throw this.problemAt(line, 1, `this row is longer than ${LONGEST_ROW} characters`, 'Look for a quote that is never closed');
      return piece;
    };
    for await (const bytes of createReadStream(this.path, { highWaterMark: PIECE })) {
      onBytes?.(bytes as Buffer);
      yield take(decoder.decode(bytes as Buffer, { stream: true }), false);
    }
    yield take(decoder.decode(), true);
  }
}

interface Parsed {
  readonly rows: string[][];
  readonly ends: number[];
  /** Where the next piece goes on. */
  readonly cursor: number;
  /** After the opening quote of a field whose quotes are broken. */
  readonly broken?: number;
}

function parse(
  text: string,
  { delimiter, newline, isLast, hasEnds }: { delimiter: string; newline: string; isLast: boolean; hasEnds: boolean },
): Parsed {
  if (text === '') return { rows: [], ends: [], cursor: 0 };
  const rows: string[][] = [];
  const ends: number[] = [];
  const step = ({ data, meta }: Papa.ParseStepResult<string[]>) => {
    for (const row of data as unknown as string[][]) {
      rows.push(row);
      ends.push(meta.cursor);
    }
  };
  const parser = new Papa.Parser({ delimiter, newline: newline as '\n', ...(hasEnds && { step }) });
  const result = parser.parse(text, 0, !isLast) as Papa.ParseResult<string[]>;
  const broken = result.errors.find(({ type }) => type === 'Quotes')?.index;
  return { rows: hasEnds ? rows : result.data, ends, cursor: isLast ? text.length : result.meta.cursor, broken };
}
