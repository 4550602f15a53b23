import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';
import { WatchedRun } from '../watched-run.ts';

const scorer = (formula: string) => `import { definePlugin } from '@espalier/core';
import { importance } from './formula.ts';
class OwnScorer { score(parameters) { return parameters.map(importance); } }
${formula}
export default definePlugin({ name: 'own', scorers: { own: { use: OwnScorer } } });
`;
const formula = (body: string) => `import * as tf from '@tensorflow/tfjs';
export const importance = ({ variable }) => ${body};
`;
const CONFIG = `${POINTS.replace('strategy: magnitude', 'strategy: { magnitude: { scorer: own } }')}plugins: [./plugin.ts]\n`;

/** How often what is watched says that it waits. */
const waits = (said: string) => said.split('Watching ').length - 1;

test('a change of config or plugin runs it again; a mistake is shown and waited out; Ctrl-C ends with 130', async () => {
  const place = new Place({
    'points.csv': pointsCsv(100),
    'config.yaml': CONFIG,
    'plugin.ts': scorer(''),
    'formula.ts': formula('tf.abs(variable)'),
  });
  const write = (name: string, text: string) => writeFileSync(place.file(name), text);
  const acts = [
    // What the plugin imports, replaced as editors do.
    () => {
      write('formula.new', formula('tf.square(variable)'));
      renameSync(place.file('formula.new'), place.file('formula.ts'));
    },
    () => write('plugin.ts', scorer('throw new Error("not today");')),
    () => {
      write('plugin.ts', scorer(''));
      write('config.yaml', CONFIG.replace('sparsity: 0.5', 'sparsity: 5'));
    },
    () => write('config.yaml', CONFIG.replace('sparsity: 0.5', 'sparsity: 0.25')),
  ];
  let acted = 0;
  const outcome = await place.start(['run', 'config.yaml', '--watch'], {
    watch: (said, child) => {
      if (waits(said) <= acted) return;
      const act = acts[acted++];
      if (act === undefined) child.kill('SIGINT');
      else act();
    },
  });
  expect(outcome.status).toBe(130);
  const { stdout, stderr } = outcome;
  expect(waits(stderr)).toBe(acts.length + 1);
  expect(stderr).toContain('formula.ts has changed.');
  expect(stderr).toContain('not today');
  expect(stderr).toContain('expected a number of 0 or more and under 1, got 5');
  // The dense model was trained by the first run and by no other.
  expect(stdout.match(/dense model from the cache/g)).toHaveLength(2);
  expect(readdirSync(place.file('runs')).filter((name) => name.startsWith('points-'))).toHaveLength(3);
});

test('Ctrl-C while a run is under way lets it come to a good end', async () => {
  const place = new Place({ 'points.csv': pointsCsv(100), 'config.yaml': POINTS.replace('epochs: 4', 'epochs: 100000') });
  const outcome = await place.start(['run', 'config.yaml', '--watch'], {
    watch: (said, child) => {
      if (/prune/.test(said) && !child.killed) child.kill('SIGINT');
    },
  });
  expect(outcome.status).toBe(130);
  expect(outcome.stderr).toContain('the same command goes on from there');
});

/** A run that says its process in `pid`, and hears of nothing from then on. */
function spinningPlace(): Place {
  const place = new Place({ 'points.csv': pointsCsv(100), 'config.yaml': CONFIG, 'formula.ts': formula('tf.abs(variable)') });
  const loop = `import { writeFileSync } from 'node:fs';
OwnScorer.prototype.score = () => { writeFileSync(${JSON.stringify(place.file('pid'))}, String(process.pid)); for (;;); };`;
  writeFileSync(place.file('plugin.ts'), scorer(loop));
  return place;
}

async function spinning(place: Place): Promise<number> {
  await vi.waitUntil(() => existsSync(place.file('pid')) && readFileSync(place.file('pid'), 'utf8') !== '', { timeout: 60_000 });
  return Number(readFileSync(place.file('pid'), 'utf8'));
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a run in an endless loop is killed when its grace is over', async () => {
  const place = spinningPlace();
  for (const [name, value] of Object.entries(place.env)) vi.stubEnv(name, value);
  const notes: string[] = [];
  const run = new WatchedRun([place.file('config.yaml'), '--out', place.file('out')], { grace: 1, note: (line) => notes.push(line) });
  vi.unstubAllEnvs();
  const pid = await spinning(place);
  expect(isAlive(pid)).toBe(true);
  await run.stop();
  expect(isAlive(pid)).toBe(false);
  expect(notes).toEqual(['The run does not stop (an endless loop?), and is ended after 1 s.']);
});

test('a second Ctrl-C takes a run in an endless loop with it', async () => {
  const place = spinningPlace();
  let told = 0;
  const outcome = place.start(['run', 'config.yaml', '--watch'], {
    watch: (said, child) => {
      if (told++ === 0) void spinning(place).then(() => child.kill('SIGINT'));
      if (said.includes('once more to stop at once')) child.kill('SIGINT');
    },
  });
  const pid = await spinning(place);
  expect((await outcome).status).toBe(130);
  await vi.waitUntil(() => !isAlive(pid), { timeout: 10_000 });
});

test('what --watch cannot go with is refused', async () => {
  const place = new Place({ 'points.csv': pointsCsv(100), 'config.yaml': POINTS });
  for (const flags of [['--json'], ['--out', 'there']]) {
    const { status, stderr, stdout } = await place.start(['run', 'config.yaml', '--watch', ...flags]);
    expect([status, `${stdout}${stderr}`]).toEqual([2, expect.stringContaining('--watch')]);
  }
});
