import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inTurns } from './in-turns.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'espalier-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const diary = path.join(folder, 'diary');

/** A process that notes each of its turns, and answers that its n-th took n seconds. */
function runner(name: string, dies = false) {
  const program = `
    const { appendFileSync } = require('node:fs');
    console.log('{}');
    let turns = 0;
    require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
      if (${dies}) { console.error('out of luck'); process.exit(3); }
      appendFileSync(${JSON.stringify(diary)}, ${JSON.stringify(name)});
      console.log(JSON.stringify({ seconds: ++turns }));
    });`;
  return { program: process.execPath, args: ['-e', program] };
}

test('runners take turns, and the turns that warm up do not count', async () => {
  const contest = { title: 'test', runners: { a: runner('a'), b: runner('b') }, rounds: 3, warmUps: 2, compare: () => [] };
  const figures = await inTurns(contest, () => {});
  expect(readFileSync(diary, 'utf8')).toBe('ababababab');
  expect(figures.best('a')).toBe(3);
  expect(figures.median('b')).toBe(4);
  expect(figures.best('nobody')).toBeNull();
  expect(figures.median('nobody')).toBeNull();
});

test('a runner that dies ends the contest with what it said', async () => {
  const contest = { title: 'test', runners: { well: runner('w'), ill: runner('i', true) }, rounds: 1, compare: () => [] };
  await expect(inTurns(contest, () => {})).rejects.toThrow(/ill ended before it answered:\n.*out of luck/s);
});
