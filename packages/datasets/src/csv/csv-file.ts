import { createReadStream } from 'node:fs';
import { EspalierError } from '@espalier/core';
import { type CsvError, type Options, parse } from 'csv-parse';
import { sizeOf } from '../files.ts';
import { placeOf } from './place-of.ts';

/** One row of fields. */
export interface CsvRow {
  readonly fields: readonly string[];
  /** The line on which it ends, from 1. */
  readonly line: number;
  /** Its number among all rows of the file, the header included, from 1. */
  readonly record: number;
}

export interface CsvFileOptions {
  readonly delimiter: string;
  /** Is given every byte of the file, in order. */
  readonly onBytes?: (bytes: Uint8Array) => void;
}

/** Longer rows are a quote that was never closed. */
const LONGEST_ROW = 2 ** 24;

/** A CSV file, read row after row, so that its text is never in memory as a whole. */
export class CsvFile {
  readonly path: string;
  private readonly options: CsvFileOptions;

  constructor(path: string, options: CsvFileOptions) {
    this.path = path;
    this.options = options;
  }

  /**
   * Every row, the header included, if there is one.
   *
   * @throws EspalierError with file, line and column for rows of unequal length and for broken quotes.
   */
  async *rows(): AsyncGenerator<CsvRow> {
    await sizeOf(this.path);
    let width: number | undefined;
    try {
      for await (const { record: fields, info } of this.parse({ info: true }, this.options.onBytes)) {
        const row: CsvRow = { fields, line: info.lines, record: info.records };
        width ??= fields.length;
        if (fields.length !== width) {
          const what = `has ${fields.length} fields instead of ${width}`;
          throw await this.problem(row, Math.min(width, fields.length - 1), what, 'Every row needs the same number of fields');
        }
        yield row;
      }
    } catch (error) {
      throw error instanceof EspalierError ? error : this.unreadable(error as CsvError);
    }
  }

  /** What is wrong with one field, with the place where it starts. The row is read again, as a place is seldom asked for. */
  async problem(row: CsvRow, field: number, what: string, remedy?: string): Promise<EspalierError> {
    let raw = '';
    for await (const found of this.parse({ raw: true, from: row.record, to: row.record })) raw = found.raw;
    const { line, column } = placeOf(raw, field, this.options.delimiter, row.line);
    return new EspalierError({ where: `${this.path}:${line}:${column}`, what, remedy });
  }

  private parse(options: Options, onBytes?: (bytes: Uint8Array) => void): AsyncIterable<{ record: string[]; raw: string; info: { lines: number; records: number } }> {
    const stream = createReadStream(this.path);
    if (onBytes !== undefined) stream.on('data', (chunk) => onBytes(chunk as Buffer));
    const parser = parse({
      delimiter: this.options.delimiter,
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      max_record_size: LONGEST_ROW,
      ...options,
    });
    stream.on('error', (error) => parser.destroy(error));
    parser.on('close', () => stream.destroy());
    return stream.pipe(parser);
  }

  private unreadable(error: CsvError): EspalierError {
    const line = (error as { lines?: number }).lines;
    const where = line === undefined ? this.path : `${this.path}:${line}`;
    return new EspalierError({ where, what: 'cannot be read as CSV', why: error.message }, { cause: error });
  }
}
