import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

const SWEEP = `base: points.yaml
vary:
  prune.strategy: [magnitude, gradual]
  seed: [1, 2]
`;
const files = { 'points.yaml': POINTS, 'points.csv': pointsCsv(), 'sweep.yaml': SWEEP };
const resultsIn = (place: Place, out: string) => {
  const runs = place.file(`${out}/runs`);
  return readdirSync(runs).filter((name) => existsSync(`${runs}/${name}/result.json`));
};

test('runs all of it with a line for each, and run again does nothing', async () => {
  const place = new Place(files);
  const first = await place.start(['sweep', 'sweep.yaml', '--out', 'out', '--workers', '2']);
  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(/sweep: 4 runs\n4 runs to do, 2 workers of 1 thread, about \S+ s/);
  expect(first.stderr).toMatch(/✓ 4\/4 {2}\S+_seed-\d {2}accuracy \d+\.\d\d % {2}sparsity 50\.00 %/);
  expect(first.stdout).toContain('4 of 4 runs done; 4 of them now');
  expect(resultsIn(place, 'out')).toHaveLength(4);
  const again = await place.start(['sweep', 'sweep.yaml', '--out', 'out']);
  expect(again.status).toBe(0);
  expect(again.stdout).toContain('4 recorded already\nnothing is missing');
  expect(again.stdout).toContain('0 of them now');
});

test('with --json stdout is one document', async () => {
  const place = new Place(files);
  const { status, stdout } = await place.start(['sweep', 'sweep.yaml', '--json', '--set', 'vary.seed=[1]']);
  expect(status).toBe(0);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ sweep: 'sweep', status: 'done', counts: { done: 2, failed: 0, missing: 0 } });
  expect(result.runs[0]).toMatchObject({
    name: 'magnitude_seed-1',
    values: { 'prune.strategy': 'magnitude', seed: 1 },
    status: 'done',
    sparsity: 0.5,
  });
  expect(existsSync(place.file('sweeps/sweep/sweep.yaml'))).toBe(true);
});

test('--dry-run and plan show the runs and how long they take, and leave nothing behind', async () => {
  const place = new Place(files);
  for (const args of [
    ['sweep', 'sweep.yaml', '--dry-run'],
    ['plan', 'sweep.yaml'],
  ]) {
    const { status, stdout } = await place.start(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^gradual_seed-2 +about \d+\.\d s$/m);
    expect(stdout).toContain('4 runs to do');
  }
  const { stdout } = await place.start(['plan', 'sweep.yaml', '--json']);
  expect(JSON.parse(stdout).runs[3]).toMatchObject({ name: 'gradual_seed-2', status: 'missing', seconds: expect.any(Number) });
  expect(existsSync(place.file('sweeps'))).toBe(false);
});

test('ends with 1 where a run failed, names it, and has run the others; with --fail-fast it stops', async () => {
  const place = new Place({
    ...files,
    'points.yaml': `${POINTS}expect: { bytes: { max: 10 } }\n`,
    'sweep.yaml': SWEEP.replace('[1, 2]', '[1]'),
  });
  const { status, stdout, stderr } = await place.start(['sweep', 'sweep.yaml', '--out', 'out', '--workers', '1']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/✗ \S+: expect\.bytes: \d+ is more than 10/);
  expect(stdout).toMatch(/✗ magnitude_seed-1: expect\.bytes/);
  expect(stdout).toContain('0 of 2 runs done, 2 failed');
  const stopped = await place.start(['sweep', 'sweep.yaml', '--out', 'out2', '--fail-fast', '--workers', '1']);
  expect(stopped.status).toBe(1);
  expect(stopped.stdout).toContain('0 of 2 runs done, 1 failed, 1 not run');
});

describe('ends with 2 and runs nothing', () => {
  test.each([
    ['a mistake in what varies', [], SWEEP.replace('seed', 'sead'), 'did you mean "seed"?'],
    ['a value that is refused', ['--set', 'vary.prune.sparsity=[2]'], SWEEP, 'expected a number of 0 or more and under 1'],
    [
      'what the data shows',
      ['--set', 'prune.parameters=[{match: densse, exclude: true}]'],
      SWEEP,
      '"densse" matches no prunable parameter',
    ],
    ['an experiment', [], POINTS, 'this is not a sweep'],
    ['no number of workers', ['--workers', '0'], SWEEP, 'Expected a whole number from 1'],
  ])('%s', async (_, args, sweep, message) => {
    const place = new Place({ ...files, 'sweep.yaml': sweep });
    const { status, stdout, stderr } = await place.start(['sweep', 'sweep.yaml', ...args]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(existsSync(place.file('sweeps'))).toBe(false);
  });

  test('a folder of another sweep; a sweep given to run', async () => {
    const place = new Place({ ...files, 'other.yaml': SWEEP });
    await place.start(['sweep', 'sweep.yaml', '--out', 'out', '--set', 'vary.seed=[1]', '--set', 'vary.prune.strategy=[magnitude]']);
    const { status, stderr } = await place.start(['sweep', 'other.yaml', '--out', 'out']);
    expect(status).toBe(2);
    expect(stderr).toContain('this folder holds another sweep, "sweep", and not "other"');
    expect((await place.start(['run', 'sweep.yaml'])).stderr).toContain('run it with: espalier sweep FILE');
  });
});

test('validate checks sweeps too, and schema --sweep writes what editors need', async () => {
  const place = new Place({ ...files, 'wrong.yaml': SWEEP.replace('magnitude', 'magnitde') });
  const { status, stdout, stderr } = await place.start(['validate', 'points.yaml', 'sweep.yaml', 'wrong.yaml']);
  expect(status).toBe(2);
  expect(stdout).toContain('✓ points.yaml\n✓ sweep.yaml');
  expect(stderr).toContain('did you mean "magnitude"?');
  const schema = JSON.parse((await place.start(['schema', '--sweep'])).stdout);
  expect(schema.properties.vary.properties['prune.sparsity']).toMatchObject({ type: 'array' });
});

test('Ctrl-C brings what is under way to a checkpoint; the same command goes on', async () => {
  const place = new Place({ ...files, 'points.yaml': POINTS.replace('epochs: 8', 'epochs: 30') });
  const args = ['sweep', 'sweep.yaml', '--out', 'out', '--workers', '2'];
  let isSent = false;
  const watch = (said: string, child: ChildProcess) => {
    if (isSent || !/✓ 1\/4/.test(said)) return;
    isSent = true;
    child.kill('SIGINT');
  };
  const stopped = await place.start(args, { watch });
  expect(stopped.status).toBe(130);
  expect(stopped.stderr).toContain('What is done is kept in');
  const done = resultsIn(place, 'out').length;
  expect(done).toBeLessThan(4);
  const resumed = await place.start(args);
  expect(resumed.status).toBe(0);
  expect(resumed.stdout).toContain(`4 of 4 runs done; ${4 - done} of them now`);
}, 300_000);

test('a second Ctrl-C ends it at once, its workers with it', async () => {
  const place = new Place({ ...files, 'points.yaml': POINTS.replace('epochs: 8', 'epochs: 4000') });
  let sent = 0;
  const watch = (said: string, child: ChildProcess) => {
    if (sent === 0 && said.includes('trains through')) {
      sent = 1;
      child.kill('SIGINT');
    } else if (sent === 1 && said.includes('once more to stop at once')) {
      sent = 2;
      child.kill('SIGINT');
    }
  };
  const { status } = await place.start(['sweep', 'sweep.yaml', '--out', 'out', '--workers', '2'], { watch });
  expect(status).toBe(130);
  expect(sent).toBe(2);
});
