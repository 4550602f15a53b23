import { spawn } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from './testing/espalier.ts';

test('--help lists the commands without loading what they need', async () => {
  const place = new Place();
  const started = performance.now();
  const { status, stdout } = await place.start(['--help']);
  expect(status).toBe(0);
  for (const command of ['run', 'plan', 'validate', 'inspect', 'plugins', 'schema', 'doctor'])
    expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  // Measured at 0.12 s on an idle machine; tfjs alone takes 0.5 s.
  expect(performance.now() - started).toBeLessThan(1500);
});

test.each([
  [['rum', 'x.yaml'], "unknown command 'rum'", 'Did you mean run?'],
  [['run', 'x.yaml', '--jsn'], "unknown option '--jsn'", 'Did you mean --json?'],
  [['run'], "missing required argument 'experiment'", ''],
  [['run', 'x.yaml', '--threads', 'many'], "argument 'many' is invalid", 'a whole number from 1 to 1024'],
  [['run', 'x.yaml', '--threads', '1e2'], "argument '1e2' is invalid", 'a whole number from 1 to 1024'],
  [['sweep', 'x.yaml', '--retries', ''], "argument '' is invalid", 'a whole number from 0 to 1024'],
  [['run', 'x.yaml', '--out'], "option '--out <dir>' argument missing", ''],
  [[], 'Usage: espalier', ''],
])('espalier %j ends with 2 and says what is wrong', async (args, message, hint) => {
  const { status, stdout, stderr } = await new Place().start(args);
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(stderr).toContain(hint);
});

test.each([
  [['compare', '--json'], "missing required argument 'dir'"],
  [['run', 'x.yaml', '--json', '--bogus'], "unknown option '--bogus'"],
  [['--json', '--bogus'], "unknown option '--json'"],
  [['rum', '--json'], "unknown command 'rum'"],
])('espalier %j: a program can read what is wrong', async (args, message) => {
  const { status, stdout, stderr } = await new Place().start(args);
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toEqual({ error: { message: expect.stringContaining(message) } });
  expect(stderr).not.toBe('');
});

test('--json behind -- is no option, and --help is for people all the same', async () => {
  const behind = await new Place().start(['run', '--bogus', '--', '--json']);
  expect([behind.status, behind.stdout]).toEqual([2, '']);
  const help = await new Place().start(['run', '--json', '--help']);
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('Usage: espalier run');
});

test.each([
  [['run', 'nowhere.yaml'], 'nowhere.yaml: there is no such file'],
  [['plan', '.'], 'this is a folder; expected a YAML file'],
  [['inspect', 'nowhere'], 'there is no such file'],
  [['inspect', 'model.sparse'], 'model.sparse is compiled: name the model that it was made of. `espalier inspect --sparse` shows'],
  [['inspect', '.'], '. holds no model.json, neither itself nor in model/'],
  [['plugins', '--plugin', './nowhere.ts'], 'plugin "./nowhere.ts": there is no such file'],
  [['schema', 'no/such/folder/schema.json'], 'ENOENT'],
])('espalier %j ends with 2: %s', async (args, message) => {
  const { status, stderr } = await new Place().start(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('a file that cannot be read is named', async () => {
  const place = new Place();
  // A link to itself: permissions would not keep root out.
  symlinkSync('ring.yaml', place.file('ring.yaml'));
  const { status, stderr } = await place.start(['validate', 'ring.yaml']);
  expect(status).toBe(2);
  expect(stderr).toContain('ring.yaml: cannot be read');
});

test('a strategy that throws is named in one line; --verbose shows where', async () => {
  // It cuts, as the plan wants to see, and falls over in earnest only.
  const plugin = `const scorer = { score: (parameters) => parameters.map(({ variable }) => variable.abs()) };
class Faulty { async prune(run) { await run.cut(scorer); if (!run.rehearsal) undefined.x; } }
export default { name: 'mine', strategies: { faulty: { use: Faulty } } };`;
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv(), 'mine.mjs': plugin });
  const args = ['run', 'points.yaml', '--set', 'plugins=[./mine.mjs]', '--set', 'prune.strategy=faulty'];
  const brief = await place.start(args);
  expect(brief.status).toBe(1);
  expect(brief.stderr).toMatch(/^error: .*"faulty".*Cannot read properties of undefined \(reading 'x'\)/m);
  expect(brief.stderr).not.toMatch(/^ +at /m);
  const verbose = await place.start([...args, '--verbose']);
  expect(verbose.stderr).toMatch(/^ +at .*mine\.mjs/m);
});

test('what is thrown where nobody waits for it is one line, too', async () => {
  const plugin = `setTimeout(() => undefined.x, 1); export default { name: 'mine' };`;
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv(), 'mine.mjs': plugin });
  const { status, stderr } = await place.start(['run', 'points.yaml', '--set', 'plugins=[./mine.mjs]']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/error: Cannot read properties of undefined \(reading 'x'\) \(unexpected; --verbose shows where\)\n$/);
});

test('a reader that goes away is no error', async () => {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  const main = new URL('../dist/main.js', import.meta.url).pathname;
  const line = `set -o pipefail; "${process.execPath}" "${main}" run points.yaml | true; echo "status \${PIPESTATUS[0]}"`;
  const shell = spawn('bash', ['-c', line], { cwd: place.folder, env: { ...process.env, ...place.env } });
  let said = '';
  const hear = (data: Buffer) => {
    said += data;
  };
  shell.stdout.on('data', hear);
  shell.stderr.on('data', hear);
  await new Promise((resolve) => shell.on('close', resolve));
  expect(said).toContain('status 0');
  expect(said).not.toContain('EPIPE');
});

test('colour is for terminals, for FORCE_COLOR, and never against NO_COLOR', async () => {
  const place = new Place();
  const plain = await place.start(['plugins', 'mlp'], { env: { CI: 'true' } });
  const forced = await place.start(['plugins', 'mlp'], { env: { FORCE_COLOR: '1' } });
  const refused = await place.start(['plugins', 'mlp'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(plain.stdout).not.toContain('\u001b[');
  expect(forced.stdout).toContain('\u001b[');
  expect(refused.stdout).toBe(plain.stdout);
});

test.each([60, 100])('tables fit %i columns', async (columns) => {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  const env = { COLUMNS: String(columns) };
  const outcomes = await Promise.all([
    place.start(['plan', 'points.yaml'], { env }),
    place.start(['plugins'], { env }),
    place.start(['plugins', 'mlp'], { env }),
  ]);
  for (const line of outcomes.flatMap(({ stdout }) => stdout.split('\n'))) expect(line.length).toBeLessThanOrEqual(columns);
});
