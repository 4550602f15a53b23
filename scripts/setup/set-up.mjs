import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Display } from './display.mjs';
import { bindingPrint, dependenciesPrint, sourcesPrint } from './fingerprint.mjs';
import { linkCommand } from './link-command.mjs';
import { withLock } from './lock.mjs';
import { ROOT, STATE } from './paths.mjs';
import { fetchPnpm, pnpmProgram, withPnpm } from './pnpm.mjs';
import { ProgramError, run } from './run.mjs';
import { hasBackend, isBuilt, isInstalled, readStamp, writeStamp } from './stamp.mjs';

/** Node's oldest version that all of the tools run on. */
const OLDEST = [20, 19];

/**
 * Makes a checkout ready to run: the pinned pnpm, the packages of the lockfile, the build, the native backend. Whatever
 * is done already is not done again; looking whether it is takes some hundredths of a second.
 */
export async function setUp({ again = false } = {}) {
  const stopped = (signal) => () => process.exit(signal === 'SIGINT' ? 130 : 143);
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, stopped(signal)]);
  try {
    checkNode();
    if (!again && isReady(readStamp())) return;
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const display = new Display();
    const onWait = () => display.say('Another set-up is at work in this checkout: waiting for it …');
    await withLock(join(STATE, 'setup.lock'), (started) => work(display, started, again), { onWait });
  } catch (error) {
    fail(error);
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

function isReady(stamp) {
  return isInstalled(stamp, dependenciesPrint()) && isBuilt(stamp, sourcesPrint()) && hasBackend(stamp);
}

async function work(display, started, again) {
  const stamp = again ? { ...readStamp(), backend: undefined } : readStamp();
  const begun = Date.now();
  // Taken before the work: what is edited meanwhile makes the next start look again.
  const dependencies = dependenciesPrint();
  if (!isInstalled(stamp, dependencies)) {
    await display.step('Fetching pnpm', () => fetchPnpm(started));
    await display.step('Installing packages', () => install(started));
    writeStamp(Object.assign(stamp, { dependencies, sources: undefined }));
  }
  const sources = sourcesPrint();
  if (!isBuilt(stamp, sources)) {
    await fetchPnpm(started);
    await display.step('Building', () => build(started));
    linkCommand();
    writeStamp(Object.assign(stamp, { sources }));
  }
  if (!hasBackend(stamp)) {
    const binding = bindingPrint();
    const native = await display.step('Getting the native backend', () => getBackend(display));
    writeStamp(Object.assign(stamp, { backend: { native, at: new Date().toISOString(), binding } }));
  }
  display.say(`Ready after ${((Date.now() - begun) / 1000).toFixed(1)} s. From here on \`npx espalier COMMAND …\` works as well.`);
}

async function install(started) {
  // Links to the tools instead of pnpm's shell wrappers, which need sed, dirname and uname on PATH.
  const plain = ['--config.prefer-symlinked-executables=true', '--config.confirm-modules-purge=false'];
  const args = ['install', '--frozen-lockfile', '--reporter=append-only', ...plain];
  await run(process.execPath, [pnpmProgram(), ...args], { what: 'pnpm install', cwd: ROOT, env: withPnpm(), started });
}

async function build(started) {
  const env = { ...withPnpm(), TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const turbo = join(ROOT, 'node_modules', 'turbo', 'bin', 'turbo');
  await run(process.execPath, [turbo, 'run', 'build', '--output-logs=errors-only'], { what: 'The build', cwd: ROOT, env, started });
}

async function getBackend(display) {
  const door = pathToFileURL(join(ROOT, 'packages', 'backend-node', 'dist', 'index.js'));
  const { installNative } = await import(door);
  const attempts = await installNative({
    log: (line) => display.detail(line),
    onBytes: (what, done, total) => display.bytes(what, done, total),
  });
  const native = attempts.at(-1)?.ok === true;
  if (!native) {
    display.say('The native backend could not be had; WebAssembly takes its place, 6 to 8 times slower. Tried:');
    for (const { step, ok, reason, remedy } of attempts) if (!ok) display.say(`  ${step}: ${reason}${remedy ? ` → ${remedy}` : ''}`);
  }
  return native;
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new ProgramError('Set-up', `It needs Node ${OLDEST.join('.')} or newer, this is ${process.versions.node}.`);
}

function fail(error) {
  const said = error instanceof ProgramError ? error.output.trim().split('\n').slice(-40).join('\n') : error.stack;
  process.stderr.write(`\n${error.message}:\n\n${said}\n\nWhat is done stays done: start again when the cause is gone.\n`);
  process.exit(1);
}
