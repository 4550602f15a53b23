import Table from 'cli-table3';
import { isMet, type Row } from './row.ts';

/** Rows for people. */
export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['work', 'ours', 'peer', 'theirs', 'unit', 'ratio', 'goal', ''],
    colAligns: ['left', 'right', 'left', 'right', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const row of rows) table.push(cellsOf(row));
  return table.toString();
}

export function cellsOf(row: Row): string[] {
  const { work, ours, peer, theirs, unit, ratio, goal } = row;
  return [
    work,
    numberText(ours),
    peer,
    numberText(theirs),
    unit,
    timesText(ratio),
    goal === null ? '' : `≥ ${timesText(goal)}`,
    verdict(row),
  ];
}

export function verdict(row: Row): string {
  const met = isMet(row);
  if (met === null) return row.goal === null ? '' : 'not measured';
  return met ? 'met' : 'not met';
}

function numberText(value: number | null): string {
  return value === null ? '–' : String(Number(value.toPrecision(3)));
}

function timesText(ratio: number | null): string {
  if (ratio === null) return '–';
  return `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)}×`;
}
