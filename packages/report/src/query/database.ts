import type { DuckDBConnection } from '@duckdb/node-api';
import type { Scalar } from '../compare/settings.ts';
import { columnType, identifier, type Table } from './table.ts';

/** A database in memory that fetches nothing, with one table. */
export async function withTable<T>(name: string, table: Table, use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  // 80 MB of library, which most comparisons do without.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    threads: '2',
  });
  const connection = await instance.connect();
  try {
    await load(connection, name, table);
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** From here on it reads and writes no file, and nothing can change that. */
export async function lock(connection: DuckDBConnection): Promise<void> {
  await connection.run("SET memory_limit = '1GB'; SET enable_external_access = false; SET lock_configuration = true");
}

async function load(connection: DuckDBConnection, name: string, { columns, rows }: Table): Promise<void> {
  const types = columns.map((column) => columnType(rows.map((row) => row.get(column))));
  await connection.run(`CREATE TABLE ${identifier(name)} (${columns.map((column, i) => `${identifier(column)} ${types[i]}`).join(', ')})`);
  const appender = await connection.createAppender(name);
  for (const row of rows) {
    columns.forEach((column, i) => {
      const value: Scalar | undefined = row.get(column);
      if (value === null || value === undefined) appender.appendNull();
      else if (types[i] === 'DOUBLE') appender.appendDouble(value as number);
      else if (types[i] === 'BOOLEAN') appender.appendBoolean(value as boolean);
      else appender.appendVarchar(String(value));
    });
    appender.endRow();
  }
  appender.closeSync();
}
