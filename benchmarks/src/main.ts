import { Command } from 'commander';
import type { Benchmark, Peers } from './benchmark.ts';
import { peersOf } from './commands.ts';
import { inTurns } from './in-turns.ts';
import { isBusy, machine } from './machine.ts';
import { memory } from './memory.ts';
import { keepRecord, type Measured, writePage } from './page.ts';
import { type Row, rowOf } from './row.ts';
import { shrinkAndFold } from './shrink.ts';
import { sparse } from './sparse.ts';
import { sparseChromium } from './sparse-chromium.ts';
import { sparseGrowth } from './sparse-growth.ts';
import { sparseNode } from './sparse-node.ts';
import { sparseSpeed } from './sparse-speed.ts';
import { sweep } from './sweep.ts';
import { tableOf } from './table.ts';
import { threads } from './threads.ts';
import { threshold } from './threshold.ts';
import { thresholdGrowth } from './threshold-growth.ts';
import { trainStep } from './train-step.ts';

const BENCHMARKS = [
  ...[threshold, thresholdGrowth, trainStep, threads, memory, sweep, shrinkAndFold],
  ...[sparse, sparseChromium, sparseNode, sparseSpeed, sparseGrowth],
];
const NAMES = BENCHMARKS.map(({ name }) => name);

interface Options {
  readonly peers?: string;
  readonly json?: boolean;
  readonly docs?: boolean;
  readonly rounds?: number;
}

const program = new Command('npm run bench --')
  .description('Measures this project, and its peers in turns with it')
  .argument('[names...]', `which benchmarks: ${NAMES.join(', ')}; all where none is named`)
  .option('--peers <python>', 'a Python that has the packages of benchmarks/peers/requirements.txt')
  .option('--json', 'one JSON document on stdout')
  .option('--docs', 'writes docs/performance.md from what is measured, and from the record for what is not')
  .option('--rounds <n>', 'at most so many turns of each, after one to warm up: for a first look', Number)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
program.parse();

const options = program.opts<Options>();
const unknown = program.args.filter((name) => !NAMES.includes(name));
if (unknown.length > 0)
  program.error(`There is no benchmark ${unknown.map((name) => `"${name}"`).join(', ')}; there are ${NAMES.join(', ')}.`);

const chosen = program.args.length === 0 ? BENCHMARKS : BENCHMARKS.filter(({ name }) => program.args.includes(name));
const peers = peersOf(options.peers);
const rows: Row[] = [];
for (const benchmark of chosen) {
  const measured = await measure(benchmark, peers);
  rows.push(...measured.rows);
  if (options.json !== true) process.stdout.write(`\n${benchmark.name}\n${tableOf(measured.rows)}\n`);
  if (options.docs === true) keepRecord(measured);
}
if (options.docs === true) await writePage(BENCHMARKS);
if (options.json === true) process.stdout.write(`${JSON.stringify({ rows }, null, 2)}\n`);

async function measure(benchmark: Benchmark, peers: Peers): Promise<Measured> {
  const before = machine();
  if (isBusy(before))
    process.stderr.write(`The machine is busy (load ${before.load} on ${before.cores} cores): what is measured now says little.\n`);
  const rows: Row[] = [];
  for (const contest of benchmark.contests(peers)) {
    const figures = await inTurns(contest, (line) => process.stderr.write(`${line}\n`), options.rounds);
    rows.push(...contest.compare(figures).map((comparison) => rowOf(benchmark.name, comparison)));
  }
  return { name: benchmark.name, rows, machine: before, date: new Date().toISOString().slice(0, 10) };
}
