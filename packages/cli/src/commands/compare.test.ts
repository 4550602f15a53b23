import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

/** Real runs: two strategies, two seeds, one control. */
async function withRuns(): Promise<Place> {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  const run = (name: string, ...set: string[]) =>
    place.start(['run', 'points.yaml', '--out', `runs/${name}`, ...set.flatMap((each) => ['--set', each])]);
  for (const seed of [1, 2]) {
    await run(`magnitude-${seed}`, `seed=${seed}`);
    await run(`gradual-${seed}`, `seed=${seed}`, 'prune.strategy=gradual');
  }
  await run('random-1', 'seed=1', 'prune.control=random');
  return place;
}

test('compares real runs: table, answer with its command, files, JSON; then runs the command', async () => {
  const place = await withRuns();
  const people = await place.start([
    'compare',
    'runs',
    '--where',
    'sparsity > 0.4',
    '--minimize',
    'bytes',
    '--csv',
    'runs.csv',
    '--parquet',
    'runs.parquet',
  ]);
  expect(people.stderr).toBe('');
  expect(people.status).toBe(0);
  expect(people.stdout).toMatch(/^5 runs in 2 settings, seeds 1, 2\n/);
  expect(people.stdout).toContain('Against random: differences of the same seeds');
  expect(people.stdout).toMatch(/magnitude .*one seed/);
  expect(people.stdout.replace(/\s+/g, ' ')).toContain('Zeros alone give no speed');
  for (const line of people.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(readFileSync(place.file('runs.csv'), 'utf8').trim().split('\n')).toHaveLength(6);
  expect(existsSync(place.file('runs.parquet'))).toBe(true);

  const programs = await place.start(['compare', 'runs', '--maximize', 'accuracy', '--json']);
  const { rows, choice, counts } = JSON.parse(programs.stdout);
  expect(counts).toMatchObject({ measured: 5, broken: 0 });
  expect(rows).toHaveLength(2);
  const again = await place.start([...choice.command.split(' ').slice(1, -1), 'again', '--json']);
  const chosen = JSON.parse(readFileSync(place.file(path.join(choice.run.folder, 'result.json')), 'utf8'));
  expect(JSON.parse(again.stdout)).toMatchObject({
    hash: chosen.hash,
    pruned: { accuracy: chosen.pruned.accuracy, nonzero: chosen.pruned.nonzero },
  });

  mkdirSync(place.file('runs/broken'));
  writeFileSync(place.file('runs/broken/result.json'), '{');
  mkdirSync(place.file('runs/copy'));
  copyFileSync(place.file('runs/random-1/result.json'), place.file('runs/copy/result.json'));
  const noted = await place.start(['compare', 'runs']);
  expect(noted.status).toBe(0);
  expect(noted.stdout.replace(/\s+/g, ' ')).toMatch(
    /left out: runs\/broken\/result\.json: it is not JSON.* left out: .* is the same run as/,
  );
});

test('reads the record of a run as it is written today, the profile of its time included', async () => {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  await place.start(['run', 'points.yaml', '--out', 'runs/points']);
  const record = JSON.parse(readFileSync(place.file('runs/points/result.json'), 'utf8'));
  expect(record.timing.profile).toBeTypeOf('object');
  const { status, stdout } = await place.start(['compare', 'runs', '--json']);
  expect(status).toBe(0);
  const { rows, problems } = JSON.parse(stdout);
  expect(problems).toEqual([]);
  const none = await place.start(['compare', 'runs', '--where', 'accuracy > 2']);
  expect([none.status, none.stdout, none.stderr]).toEqual([2, '', expect.stringContaining('no setting of 1 holds "accuracy > 2"')]);
  const page = await place.start(['compare', 'runs', '--where', 'accuracy > 0', '--html', 'page.html', '--json']);
  expect([page.status, page.stderr]).toEqual([0, expect.stringContaining('page.html: the report of all runs')]);
  expect(rows[0].figures).toMatchObject({ accuracy: { mean: record.pruned.accuracy }, pruneS: { mean: record.timing.pruneS } });
});

test('what cannot be answered is wrong use', async () => {
  const place = new Place();
  mkdirSync(place.file('empty'));
  const wrong = async (...args: string[]) => {
    const { status, stderr, stdout } = await place.start(['compare', ...args]);
    expect([status, stdout]).toEqual([2, '']);
    return stderr;
  };
  expect(await wrong('none')).toContain('error: none: there is no such folder');
  expect(await wrong('empty')).toContain('no run that could be compared');
  expect(await wrong('empty', '--minimize', 'bytes', '--maximize', 'accuracy')).toContain('--minimize or --maximize, not both');
});
