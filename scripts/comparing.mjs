#!/usr/bin/env node
/**
 * Writes what `espalier compare` prints into the examples of docs/comparing.md. They are of a sweep that was run once:
 * docs/comparing.runs.json holds its records, as far as comparing reads them. With --check it writes nothing, and ends with
 * 1 where the page is not what it would write. With --take DIR it takes the records of another run of the sweep first.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = path.join(ROOT, 'docs', 'comparing.md');
const RECORDS = path.join(ROOT, 'docs', 'comparing.runs.json');
/** As the command's default has it. */
const SWEEP = path.join('sweeps', 'controls');

const { values } = parseArgs({ options: { check: { type: 'boolean' }, take: { type: 'string' } } });
if (values.take !== undefined) takeRecords(values.take);
const before = readFileSync(PAGE, 'utf8');
const after = withOutputs(before);
if (values.check !== true) writeFileSync(PAGE, after);
else if (after !== before) {
  console.error('docs/comparing.md does not show what espalier compare prints: write it anew with `node scripts/comparing.mjs`');
  process.exitCode = 1;
}

/** A line for each record, so that a change of one is a line in a diff. */
function takeRecords(sweep) {
  const runs = path.join(sweep, 'runs');
  const records = readdirSync(runs)
    .sort()
    .map((folder) => ({ folder, record: comparedOf(JSON.parse(readFileSync(path.join(runs, folder, 'result.json'), 'utf8'))) }));
  const [{ record: first }] = records;
  const lines = records.map(({ folder, record: { config, ...record } }) => JSON.stringify({ folder, ...record, prune: config.prune }));
  writeFileSync(RECORDS, `{ "config": ${JSON.stringify(first.config)},\n  "runs": [\n${lines.join(',\n')}\n] }\n`);
}

function comparedOf({ experiment, hash, seed, strategy, control, status, dense, pruned, shrunk, asked, config }) {
  return { experiment, hash, seed, strategy, control, status, dense, pruned, shrunk, asked, config };
}

/** The page with each of its commands run again. */
function withOutputs(page) {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-comparing-'));
  try {
    const { config, runs } = JSON.parse(readFileSync(RECORDS, 'utf8'));
    for (const { folder: name, prune, ...record } of runs) {
      const own = { ...config, name: record.experiment, seed: record.seed, prune };
      const run = path.join(folder, SWEEP, 'runs', name);
      mkdirSync(run, { recursive: true });
      writeFileSync(path.join(run, 'result.json'), JSON.stringify({ ...record, parameters: [], timing: {}, config: own }));
    }
    return page.replaceAll(/^```\n((?:\$ .*\n)*\$ espalier (compare .*)\n)(…\n)?[\s\S]*?^```$/gm, (_, commands, last, isEndAlone = '') => {
      const output = compare(last, folder);
      return `\`\`\`\n${commands}${isEndAlone}${isEndAlone === '' ? output : output.split('\n\n').at(-1)}\`\`\``;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compare(command, cwd) {
  const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
  const main = path.join(ROOT, 'packages', 'cli', 'dist', 'main.js');
  return execFileSync(process.execPath, [main, ...args], { cwd, env: { ...process.env, COLUMNS: '80', NO_COLOR: '1' } }).toString();
}
