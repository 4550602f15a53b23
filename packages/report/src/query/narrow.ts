import type { Comparison } from '../compare/compare.ts';
import { unknownField } from '../compare/field.ts';
import { rankings } from '../compare/ranking.ts';
import { type Row, runsOf } from '../compare/row.ts';
import type { Scalar } from '../compare/settings.ts';
import { WrongRequest } from '../wrong-request.ts';
import { lock, withTable } from './database.ts';
import { type Fields, fieldsOf } from './fields.ts';

/** No field of a run has a name that ends in a space. */
const ID = 'row ';

/**
 * A comparison of those rows alone whose means and settings hold an expression of SQL. What was said of the rows stays:
 * their differences were looked at with the others.
 *
 * @throws WrongRequest where it is no expression, names a field that there is not, or nothing holds it.
 */
export async function narrow(comparison: Comparison, expression: string): Promise<Comparison> {
  if (expression.trim() === '') throw new WrongRequest('--where: the expression is empty; it may be "accuracyDrop <= 0.005", say');
  const { rows: all, quality, counts } = comparison;
  const ids = await holding(all, expression, fieldsOf(all));
  const has = (id: number) => ids.has(id);
  const rows = all.filter(({ id }) => has(id));
  if (rows.length === 0) throw new WrongRequest(`--where: no setting of ${all.length} holds ${JSON.stringify(expression)}`);
  const measured = rows.flatMap(({ cells, controls }) => [...runsOf(cells), ...[...controls.values()].flatMap(runsOf)]);
  return {
    ...comparison,
    rows,
    rankings: rankings(rows, quality, all),
    fronts: frontsHaving(comparison.fronts, has),
    // Of runs without a record nobody knows whether they would hold it: all of them are counted.
    counts: {
      ...counts,
      measured: measured.length,
      unexpected: measured.filter(({ status }) => status === 'failed').length,
      broken: rows.reduce((sum, { broken }) => sum + broken, 0),
    },
  };
}

/** Ids of the rows that hold the expression. The database it is asked in knows nothing but those rows. */
export async function holding(rows: readonly Row[], expression: string, fields: Fields): Promise<Set<number>> {
  const asked = quotedPaths(expression, fields);
  const mentioned = fields.names.filter((name) => asked.toLowerCase().includes(name.toLowerCase()));
  const table = {
    columns: [ID, ...mentioned],
    rows: rows.map(
      (row) => new Map<string, Scalar | undefined>([[ID, row.id], ...mentioned.map((name) => [name, fields.valueOf(row, name)] as const)]),
    ),
  };
  return withTable('settings', table, async (connection) => {
    await lock(connection);
    try {
      // The line break ends a comment in the expression.
      const query = `SELECT "${ID}" FROM settings WHERE (${asked}\n)`;
      const statements = await connection.extractStatements(query);
      if (statements.count !== 1) throw new WrongRequest(`--where: one expression is needed, ${JSON.stringify(expression)} is more`);
      const prepared = await statements.prepare(0);
      const answer = await prepared.runAndReadAll();
      return new Set(answer.getRows().map(([id]) => Number(id)));
    } catch (error) {
      throw error instanceof WrongRequest ? error : new WrongRequest(`--where: ${explained(error as Error, fields)}`, { cause: error });
    }
  });
}

/** `prune.epochs` is a field, where SQL would look for a table `prune`. */
function quotedPaths(expression: string, { names }: Fields): string {
  const paths = new Map(names.map((name) => [name.toLowerCase(), name]));
  return expression
    .split(/('(?:[^']|'')*'|"(?:[^"]|"")*")/)
    .map((piece, i) =>
      i % 2 === 1 ? piece : piece.replace(/[a-z_][\w-]*(?:\.[a-z_][\w-]*)+/gi, (path) => `"${paths.get(path.toLowerCase()) ?? path}"`),
    )
    .join('');
}

function explained({ message }: Error, { known }: Fields): string {
  const unknown = /Referenced column "(.+?)" (?:was )?not found/s.exec(message)?.[1];
  if (unknown !== undefined) return unknownField(unknown, known);
  const [first = message] = message.split('\n');
  return first.replace(/^(?:Failed to extract statements: )?(?:Parser|Binder|Catalog|Permission|Conversion) Error: /, '');
}

function frontsHaving(fronts: Comparison['fronts'], has: (id: number) => boolean): Comparison['fronts'] {
  const { bytes, macs, nonzero, latencyMs } = fronts;
  return { bytes: bytes.filter(has), macs: macs.filter(has), nonzero: nonzero.filter(has), latencyMs: latencyMs.filter(has) };
}
