import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

const files = { 'points.yaml': POINTS, 'points.csv': pointsCsv() };

test('prints the plan, then dense beside pruned, and ends with 0', async () => {
  const place = new Place(files);
  const { status, stdout, stderr } = await place.start(['run', 'points.yaml', '--out', 'out']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/prunes +3 of 6 parameters, 176 of 202 elements/);
  expect(stdout).toMatch(/accuracy +\d+\.\d\d % +\d+\.\d\d % +[+−]?\d+\.\d\d points/);
  expect(stdout).toMatch(/all of them +50\.00 % +50\.00 %/);
  expect(stdout).toContain('zeros alone give no speed');
  expect(stderr).toMatch(/dense epoch 8\/8 {2}loss/);
  expect(stderr).toMatch(/prune epoch 4\/4 {2}loss \S+ {2}sparsity 50\.00 %/);
  expect(existsSync(place.file('out/model/model.json'))).toBe(true);
});

test('shows the shrunk model beside the others, what went and what stayed', async () => {
  const place = new Place(files);
  const shrink = ['--set', 'prune.strategy=neuron', '--set', 'prune.granularity=unit', '--set', 'shrink={epochs: 1}'];
  const { status, stdout, stderr } = await place.start(['run', 'points.yaml', '--out', 'out', ...shrink]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ +dense +pruned +shrunk +dense to shrunk$/m);
  expect(stdout).toMatch(/^parameters +202 +202 +\d+ +\d+\.\d+× fewer$/m);
  expect(stdout.replace(/\s+/g, ' ')).toMatch(/zeros alone give no speed.* Without what is dead: \d+\.\d+×/);
  expect(stdout).toMatch(/removed +\d+ of the 24 units that can go, (same outputs|outputs the same to \S+) before any training/);
  expect(stderr).toMatch(/shrink epoch 1\/1/);
});

test('says which layers were kept from emptying, and what lets them go', async () => {
  const place = new Place(files);
  // 97 % of 16 are all of them.
  const rule = ['--set', 'prune.threshold=layer', '--set', 'prune.parameters=[{match: output, sparsity: 0.97}]'];
  const run = (...more: string[]) => place.start(['run', 'points.yaml', '--out', 'out', ...rule, ...more]);
  const { status, stdout } = await run();
  expect(status).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'not emptied output/kernel: a cut would have taken all of it, and its best was kept. "mayEmpty: true" under prune lets it go',
  );
  expect(JSON.parse(readFileSync(place.file('out/result.json'), 'utf8'))).toMatchObject({ status: 'done', spared: ['output/kernel'] });
  expect((await run('--fresh', '--set', 'prune.mayEmpty=true')).stdout).not.toContain('not emptied');
});

test('with --json stdout is result.json and nothing else', async () => {
  const place = new Place(files);
  const { status, stdout } = await place.start(['run', 'points.yaml', '--out', 'out', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ experiment: 'points', seed: 3, status: 'done', pruned: { sparsity: 0.5 } });
  expect(stdout).toBe(readFileSync(place.file('out/result.json'), 'utf8'));
});

test('a recorded run is not run again, until it is asked for', async () => {
  const place = new Place(files);
  const run = (...more: string[]) => place.start(['run', 'points.yaml', '--out', 'out', ...more]);
  await run();
  const before = readFileSync(place.file('out/result.json'), 'utf8');
  const again = await run();
  expect(again.status).toBe(0);
  expect(again.stdout).toContain('recorded already, nothing was run. With --fresh it is run anew');
  expect(readFileSync(place.file('out/result.json'), 'utf8')).toBe(before);
  const anew = await run('--fresh');
  expect(anew.stderr).toContain('prune epoch 4/4');
});

test('ends with 1 where what the config expects does not hold, and the record says why', async () => {
  const place = new Place({ ...files, 'points.yaml': `${POINTS}expect: { bytes: { max: 10 }, sparsity: { min: 0.4 } }\n` });
  const { status, stdout, stderr } = await place.start(['run', 'points.yaml', '--out', 'out', '--json']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', failures: [expect.stringMatching(/^expect\.bytes: \d+ is more than 10$/)] });
  expect(stderr).toMatch(/✗ bytes: \d+ is more than 10/);
  expect(stderr).toMatch(/✓ sparsity at least 0\.4/);
});

test('ends with 1 where training diverges; the document is the record of the failure', async () => {
  const place = new Place(files);
  const args = ['run', 'points.yaml', '--out', 'out', '--set', 'train.optimizer={sgd: {learningRate: 1e30}}', '--json'];
  const { status, stdout, stderr } = await place.start(args);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', pruned: null });
  expect(stderr).toMatch(/^error: step \d+ of \d+: .*training diverged at a learning rate of/m);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('ends with 2 for a mistake in the config, shown with its place, and runs nothing', async () => {
  const place = new Place(files);
  const { status, stdout, stderr } = await place.start(['run', 'points.yaml', '--set', 'prune.sparsity=90']);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('--set | prune.sparsity=90');
  expect(stderr).toContain('expected a number of 0 or more and under 1, got 90');
  expect(existsSync(place.file('runs'))).toBe(false);
});

test('ends with 2 for a plan that cannot be, before anything is run', async () => {
  const place = new Place(files);
  const { status, stderr } = await place.start([
    'run',
    'points.yaml',
    '--set',
    'prune.parameters=[{match: densse, exclude: true}]',
    '--json',
  ]);
  expect(status).toBe(2);
  expect(stderr).toContain('"densse" matches no prunable parameter');
  expect(stderr).toContain('dense/kernel, dense_1/kernel, output/kernel');
  expect(existsSync(place.file('runs'))).toBe(false);
});

test('ends with 2 where data of the config is not there, and names it', async () => {
  const place = new Place({ 'points.yaml': POINTS });
  const { status, stdout, stderr } = await place.start(['run', 'points.yaml', '--json']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/points\.yaml:3:\d+/);
  expect(stderr).toContain('points.csv');
  expect(JSON.parse(stdout).error.diagnostics[0]).toMatchObject({ line: 3, path: expect.arrayContaining(['data']) });
});

test('ends with 2 where --out holds another experiment’s run, and leaves that alone', async () => {
  const place = new Place(files);
  await place.start(['run', 'points.yaml', '--out', 'out']);
  const before = readFileSync(place.file('out/result.json'), 'utf8');
  const { status, stderr } = await place.start(['run', 'points.yaml', '--out', 'out', '--set', 'seed=4']);
  expect(status).toBe(2);
  expect(stderr).toContain('this folder holds the run of another experiment');
  expect(readFileSync(place.file('out/result.json'), 'utf8')).toBe(before);
});

test('says nothing but what was asked for on stdout, also where a plugin prints', async () => {
  const plugin = `console.log('hello from a plugin'); process.stdout.write('again\\n');\nexport default { name: 'loud' };\n`;
  const place = new Place({ ...files, 'loud.mjs': plugin });
  const { status, stdout, stderr } = await place.start(['plan', 'points.yaml', '--set', 'plugins=[./loud.mjs]', '--json']);
  expect(status).toBe(0);
  expect(stderr).toContain('hello from a plugin\nagain');
  expect(JSON.parse(stdout)).toMatchObject({ experiment: 'points', problems: [] });
});

test('runs on the best backend of the machine', async () => {
  const place = new Place(files);
  const { status, stdout } = await place.start(['run', 'points.yaml', '--threads', '1', '--json'], { env: { ESPALIER_BACKEND: '' } });
  expect(status).toBe(0);
  expect(JSON.parse(stdout).backend.name).toMatch(/^(tensorflow|wasm|cpu)$/);
});

test('--profile shows where the time went, also that of a recorded run, and all of it adds up', async () => {
  const place = new Place(files);
  const first = await place.start(['run', 'points.yaml', '--out', 'out', '--profile']);
  expect(first.status).toBe(0);
  for (const name of ['scoring', 'thresholds', 'masks', 'training', 'evaluation', 'reading and writing', 'all']) {
    expect(first.stdout).toMatch(new RegExp(`^${name} +\\d.* s +[\\d.]+ %`, 'm'));
  }
  const again = await place.start(['run', 'points.yaml', '--out', 'out', '--profile']);
  expect(tableOf(again.stdout)).toEqual(tableOf(first.stdout));

  const { timing } = JSON.parse(readFileSync(place.file('out/result.json'), 'utf8'));
  const { scoringS, thresholdsS, masksS, trainingS, evaluationS, ioS, cuts } = timing.profile;
  expect(cuts).toBeGreaterThan(0);
  expect(scoringS + thresholdsS + masksS).toBeCloseTo(timing.scoreS, 3);
  expect(trainingS).toBeLessThanOrEqual(timing.trainS);
  expect(timing.scoreS + trainingS + evaluationS + ioS).toBeLessThanOrEqual(timing.pruneS);
});

function tableOf(stdout: string): string[] {
  return stdout.split('\n').filter((line) => / %( |$)/.test(line) && /^(scoring|thresholds|masks|training|evaluation|all) /.test(line));
}
