import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Picture } from './benchmark.ts';
import { isBusy, type Machine } from './machine.ts';
import { isMet, type Row } from './row.ts';
import { cellsOf } from './table.ts';

/** A benchmark's rows, with where and when they were measured. */
export interface Measured {
  readonly name: string;
  readonly date: string;
  readonly machine: Machine;
  readonly rows: readonly Row[];
}

const RECORD = fileURLToPath(new URL('../record.json', import.meta.url));
const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const PAGE = path.join(DOCS, 'performance.md');

/** Keeps what was measured beside what was measured before of the other benchmarks. */
export function keepRecord(measured: Measured): void {
  const others = readRecord().filter(({ name }) => name !== measured.name);
  writeFileSync(RECORD, `${JSON.stringify([...others, measured], null, 2)}\n`);
}

/** Writes docs/performance.md with its pictures, and what other pages say of them, from the record. */
export async function writePage(benchmarks: readonly Benchmark[]): Promise<void> {
  const record = readRecord();
  const sections = benchmarks.flatMap((benchmark) => {
    const measured = record.find(({ name }) => name === benchmark.name);
    if (measured === undefined) return [];
    const picture = benchmark.plot?.(measured.rows);
    if (picture !== undefined) writeFileSync(path.join(DOCS, picture.file), picture.svg);
    if (benchmark.passage !== undefined) writePassage(benchmark.name, benchmark.passage.page, benchmark.passage.lines(measured.rows));
    return section(benchmark, measured, picture);
  });
  writeFileSync(PAGE, `${[...HEAD, ...summary(record), ...sections].join('\n').trimEnd()}\n`);
}

function writePassage(name: string, page: string, lines: readonly string[]): void {
  const file = path.join(DOCS, page);
  writeFileSync(file, withPassage(readFileSync(file, 'utf8'), name, lines));
}

/** The page with these lines between the marks of this name. */
export function withPassage(text: string, name: string, lines: readonly string[]): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no ${start} … ${end} to write between`);
  return `${text.slice(0, from)}${[start, '', ...lines, '', ''].join('\n')}${text.slice(to)}`;
}

const HEAD = [
  '# Performance',
  '',
  '*Written by `npm run bench -- --peers PYTHON --docs` from what it measured; PYTHON is one that has the packages of `benchmarks/peers/requirements.txt`.',
  'With names (`npm run bench -- threshold --peers PYTHON --docs`) the other benchmarks stay as they were measured last.*',
  '',
  'Ours and the peers’ are measured in turns (A B A B …), each in a process of its own. Times drift with the machine, ratios less: *ratio* is theirs / ours, so that more is better,',
  'and a goal is the ratio to reach. Where ours is held against a limit or against our own dense step, the ratio is that limit / ours.',
  '',
];

function summary(record: readonly Measured[]): string[] {
  const rows = record.filter(({ machine }) => !isBusy(machine)).flatMap((measured) => measured.rows);
  const missed = rows.filter((row) => isMet(row) === false);
  const met = rows.filter((row) => isMet(row) === true);
  const lines = missed.map((row) => {
    const [work, , peer, , , ratio, goal] = cellsOf(row);
    return `- ${work}, against ${peer}: ${ratio} where ${goal} is the goal`;
  });
  return [
    `${met.length} goals are met where the machine was idle, ${missed.length} are not${missed.length > 0 ? ':' : '.'}`,
    '',
    ...lines,
    ...(lines.length > 0 ? [''] : []),
  ];
}

const BUSY = [
  '**Other work kept the machine busy while this was measured.** It does not count above. Peers whose threads wait for each other by spinning (torch)',
  'suffer from that several times more than ours does; measure again on a machine that is idle.',
  '',
];

function section({ name, about }: Benchmark, { rows, machine, date }: Measured, picture: Picture | undefined): string[] {
  const head = ['work', 'ours', 'peer', 'theirs', 'unit', 'ratio', 'goal', ''];
  const plot = picture === undefined ? [] : [`![${picture.shows}](${picture.file})`, ''];
  return [
    `## ${name}`,
    '',
    about,
    '',
    tableRow(head),
    tableRow(['---', '--:', '---', '--:', '---', '--:', '--:', '---']),
    ...rows.map((row) => tableRow(cellsOf(row))),
    '',
    ...plot,
    ...(isBusy(machine) ? BUSY : []),
    `${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, Node ${machine.node}; load before the start ${machine.load}.`,
    '',
  ];
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function readRecord(): Measured[] {
  return existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : [];
}
