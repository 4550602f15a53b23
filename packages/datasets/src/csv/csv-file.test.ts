import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageOf, temporaryFolder } from '../testing/files.ts';
import { CsvFile } from './csv-file.ts';

async function rowsOf(text: string | Uint8Array, delimiter = ','): Promise<(readonly string[])[]> {
  const path = join(temporaryFolder(), 'a.csv');
  writeFileSync(path, text);
  const rows = [];
  for await (const { fields } of new CsvFile(path, { delimiter }).rows()) rows.push(fields);
  return rows;
}

test('whatever fields hold, they are read as they were written', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'é', '🌿', '"', ',', '\n', ' ', '7') });
  const table = fc
    .integer({ min: 2, max: 4 })
    .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1 }));
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async (rows, newline) => {
      const text = rows.map((fields) => fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join(newline);
      expect(await rowsOf(text)).toEqual(rows);
    }),
    { numRuns: 50 },
  );
});

test('rows, quotes and letters may lie across the pieces that a file is read in', async () => {
  const row = `1,"é\r\n🌿 ""x""",${'ü'.repeat(500)}`;
  const count = 3000;
  const rows = await rowsOf(`${row}\r\n`.repeat(count));
  expect(rows).toHaveLength(count);
  for (const fields of rows) expect(fields.slice(0, 2)).toEqual(['1', 'é\r\n🌿 "x"']);
});

test('lines are counted through all of it', async () => {
  const message = await messageOf(rowsOf(`${'"a\nb",1\n'.repeat(300_000)}7\n`));
  expect(message).toContain('a.csv:600001:1: has 1 fields instead of 2');
});

test('lines may end as they once did on a Mac', async () => {
  expect(await rowsOf('a,b\r1,2\r')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
});

test('a quote never closed ends before the memory does', async () => {
  const message = await messageOf(rowsOf(`a,b\n1,"${'x'.repeat(2 ** 24)}\n1,2\n`));
  expect(message).toMatch(/a\.csv:2:1: this row is longer than 16777216 characters\. Look for a quote that is never closed$/);
});
