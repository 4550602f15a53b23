import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { table, withoutMiddle } from './table.ts';

const colours = picocolors.createColors(false);
const columns = [
  { title: 'name', fit: 'middle' },
  { title: 'size', align: 'right' },
  { title: 'why', fit: 'wrap' },
] as const;
const rows = [['encoder/block_3/conv_1/kernel', '1,024', 'a bias is one number per unit; it goes when its unit goes']];

test('columns stand apart, figures to the right', () => {
  expect(
    table(
      columns,
      [
        ['a', '1', 'x'],
        ['b', '1,024', 'y'],
      ],
      { width: 80, colours },
    ).split('\n'),
  ).toEqual(['name   size  why', 'a         1  x', 'b     1,024  y']);
});

test('sentences are wrapped first, then names lose their middle, until the width is kept', () => {
  expect(table(columns, rows, { width: 71, colours }).split('\n')).toEqual([
    'name                            size  why',
    'encoder/block_3/conv_1/kernel  1,024  a bias is one number per unit; it',
    '                                      goes when its unit goes',
  ]);
  const narrow = table(columns, rows, { width: 40, colours });
  expect(narrow).toContain('encoder…/kernel');
  for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
});

test('a name keeps its start and a little more of its end', () => {
  expect(withoutMiddle('encoder/block_3/conv_1/kernel', 16)).toBe('encoder…1/kernel');
  expect(withoutMiddle('short', 16)).toBe('short');
});

test('what would steer the terminal is shown, not obeyed', () => {
  expect(table([{ title: 'name' }], [['a\u001b[31mb']], { width: 80, colours })).toBe('name\na�[31mb');
});
