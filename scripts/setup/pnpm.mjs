import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder, ROOT } from './paths.mjs';
import { run } from './run.mjs';

/** The version that package.json pins, as its field says it: `pnpm@10.34.8`, perhaps with a hash behind a plus. */
export function pinnedPnpm(root = ROOT) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return packageManager.split('+')[0];
}

function home(pinned) {
  return join(cacheFolder(), pinned.replace('@', '-'));
}

/** The program of the pinned pnpm, run with this Node. */
export function pnpmProgram(pinned = pinnedPnpm()) {
  return join(home(pinned), 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
}

/** Fetches the pinned pnpm with npm, so with the user's registry and proxy, once per user. */
export async function fetchPnpm(started) {
  const pinned = pinnedPnpm();
  if (existsSync(pnpmProgram(pinned))) return;
  const temporary = `${home(pinned)}.tmp-${process.pid}-${Date.now().toString(36)}`;
  mkdirSync(temporary, { recursive: true });
  try {
    const [command, ...first] = npm();
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--no-save', '--ignore-scripts', '--loglevel=error'];
    await run(command, [...first, 'install', '--prefix', temporary, ...quiet, pinned], {
      what: `npm install ${pinned}`,
      started,
      shell: command.endsWith('.cmd'),
    });
    place(temporary, home(pinned), pinned);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The environment in which `pnpm` and `node` are found by those who look on PATH, as turbo does. */
export function withPnpm(env = process.env) {
  const path = [join(home(pinnedPnpm()), 'node_modules', '.bin'), dirname(process.execPath), env.PATH].join(delimiter);
  return { ...env, PATH: path };
}

/** Renames into place; where another set-up of this user was quicker, its copy is as good. */
function place(temporary, to, pinned) {
  try {
    renameSync(temporary, to);
  } catch (error) {
    if (existsSync(pnpmProgram(pinned))) return;
    rmSync(to, { recursive: true, force: true });
    renameSync(temporary, to);
    if (!existsSync(pnpmProgram(pinned))) throw error;
  }
}

/** npm as it was started, or the one beside this Node, or the one on PATH. */
function npm() {
  const beside = [
    process.env.npm_execpath,
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].find((path) => path?.endsWith('npm-cli.js') && existsSync(path));
  if (beside) return [process.execPath, beside];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}
