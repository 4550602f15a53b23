import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const [DOWN, ENTER, CTRL_C] = ['\x1b[B', '\r', '\x03'];

interface Outcome {
  readonly status: number | null;
  readonly said: string;
}

/** Calls the command; at a terminal (util-linux’s script makes one) each answer is typed when its question is there. */
function call(cwd: string, args: readonly string[], answers?: readonly (readonly [question: string, keys: string])[]): Promise<Outcome> {
  const [command, ...rest] =
    answers === undefined
      ? [process.execPath, MAIN, ...args]
      : [
          'script',
          '-qfec',
          `stty cols 250 rows 30 && ${[process.execPath, MAIN, ...args].map((each) => `'${each}'`).join(' ')}`,
          '/dev/null',
        ];
  const child = spawn(command as string, rest, { cwd, env: { ...process.env, CI: '', npm_config_user_agent: '' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const left = [...(answers ?? [])];
  let said = '';
  const listen = (data: Buffer) => {
    said += data;
    const [next] = left;
    if (next === undefined || !said.includes(next[0])) return;
    left.shift();
    child.stdin.write(next[1]);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  if (answers === undefined) child.stdin.end();
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, said }));
  });
}

test('all said by flags: a package is there, and what to type next', async () => {
  const folder = temporaryFolder();
  const { status, said } = await call(folder, ['rare-weights', '--kind', 'scorer', '--dir', 'here']);
  expect(status).toBe(0);
  expect(said).toContain('Made rare-weights in here: the scorer "rareWeights", with a test, an experiment and a sweep. Next:');
  expect(said).toContain('  cd here\n  npm install\n  npm run test\n');
  expect(readdirSync(folder)).toEqual(['here']);
});

test('at a terminal it asks; a name that cannot be is said at once', async () => {
  const folder = temporaryFolder();
  const { status, said } = await call(
    folder,
    [],
    [
      ['What is it for?', DOWN + ENTER],
      ['What is the package called?', `Bad Name${ENTER}`],
      ['"bad-name" would do', `${'\x7f'.repeat(8)}my-own${ENTER}`],
    ],
  );
  expect(said).toContain('the scheduler "myOwn"');
  expect(status).toBe(0);
  expect(readdirSync(folder)).toEqual(['my-own']);
});

test.each(['What is it for?', 'What is the package called?'])('Ctrl-C at "%s" leaves nothing', async (question) => {
  const folder = temporaryFolder();
  const answers = question.includes('called') ? [['What is it for?', ENTER] as const] : [];
  const { status, said } = await call(folder, [], [...answers, [question, CTRL_C]]);
  expect(said).toContain('Cancelled: nothing was made.');
  expect(status).toBe(130);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [['mine'], 'say --kind scorer|scheduler|threshold|strategy|dataset|model: there is no terminal to ask at'],
  [[], 'say NAME and --kind'],
  [['mine', '--kind', 'scorr'], 'there is no kind "scorr": it is one of scorer, '],
  [['My Own', '--kind', 'scorer'], '"my-own" would do'],
  [['mine', '--kin', 'scorer'], "unknown option '--kin'"],
])('wrong use ends with 2 and leaves nothing: %j', async (args, message) => {
  const folder = temporaryFolder();
  const { status, said } = await call(folder, args);
  expect(said).toContain(message);
  expect(status).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test('where the disk takes no more, nothing half-written is left', async () => {
  const folder = temporaryFolder();
  // No file of more than a kilobyte: the write of a larger one fails, as on a disk that is full.
  const command = `ulimit -f 1; exec '${process.execPath}' '${MAIN}' mine --kind scorer`;
  const child = spawn('bash', ['-c', command], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
  expect(said).toContain('mine cannot be written: EFBIG');
  expect(readdirSync(folder)).toEqual([]);
});
