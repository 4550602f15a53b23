import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Attempt, attempt, explain, rememberAttempts, StepError } from '../attempts.ts';
import { cacheFolder, sweepTemporaries } from '../cache.ts';
import { withLock } from '../lock.ts';
import { NO_TFJS_NODE, packageFolder } from '../package-files.ts';
import { type Platform, thisPlatform } from '../platform.ts';
import type { Progress } from '../progress.ts';
import { downloadKit, wheelKit } from './kits.ts';
import { isComplete, isVerified, type Kit, linkIntoPackage, packageKit, siblingsOf, unmark } from './layout.ts';
import { tryBinding } from './verify.ts';

export interface InstallOptions {
  log?: (line: string) => void;
  /** Told often while something large is fetched. */
  onBytes?: (what: string, done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Walks the chain until the native backend is there: what is there and loads, the package's own download, the wheel.
 * Answers with every step that was taken, and remembers them for `diagnose`. It does not throw where none succeeds:
 * the WebAssembly backend needs no installing. Safe beside another call in another process, and after a kill.
 */
export async function installNative(options: InstallOptions = {}): Promise<Attempt[]> {
  const { log, signal } = options;
  const cache = cacheFolder();
  const platform = thisPlatform();
  const progress: Progress = { log, bytes: options.onBytes };
  const there = await attempt('installed', () => useInstalled(platform, cache, signal), signal);
  if (there.ok) return finish([there], cache);
  const onWait = () => log?.('Another set-up is at work on the native backend: waiting for it');
  try {
    return await withLock(cache, async () => finish(await walk(platform, cache, progress, signal), cache), { signal, onWait });
  } catch (error) {
    signal?.throwIfAborted();
    // A cache that cannot be written to.
    return [there, { step: 'wheel', ok: false, ...explain(error), at: new Date().toISOString() }];
  }
}

async function walk(platform: Platform, cache: string, progress: Progress, signal?: AbortSignal): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const done = () => attempts.at(-1)?.ok;
  // Again: whoever held the lock before may have done it all.
  attempts.push(await attempt('installed', () => useInstalled(platform, cache, signal), signal));
  if (done() || packageFolder('@tensorflow/tfjs-node') === undefined) return attempts;
  const kits = [wheelKit(platform, cache), downloadKit(platform, cache)];
  for (const folder of [
    cache,
    join(cache, 'native'),
    join(cache, 'zig'),
    ...kits.map(({ folder }) => folder),
    ...kits.map(({ binding }) => dirname(binding)),
  ]) {
    await sweepTemporaries(folder);
  }
  // An HTTP client and archives: every start of the command would pay for them.
  const [{ kitFromDownload }, { kitFromWheel }] = await Promise.all([import('./from-download.ts'), import('./from-wheel.ts')]);
  const older = await siblingsOf(wheelKit(platform, cache));
  // Where the wheel's library is there, no more than a binding is to be built.
  if (older.length === 0) {
    attempts.push(await attempt('download', () => kitFromDownload(platform, { cache, progress, signal }), signal));
    if (done()) return [...attempts, await linked(downloadKit(platform, cache), signal)];
  }
  attempts.push(...(await kitFromWheel(platform, { cache, progress, signal })));
  if (done()) return [...attempts, await linked(wheelKit(platform, cache), signal)];
  for (const kit of older) if (!done()) attempts.push(await attempt('installed', () => useOlder(kit, signal), signal));
  return attempts;
}

/** What is there: a kit in the cache that was seen to train, or a package that its own install script completed. */
async function useInstalled(platform: Platform, cache: string, signal?: AbortSignal): Promise<void> {
  const inPackage = packageKit();
  if (inPackage === undefined) {
    throw new StepError(NO_TFJS_NODE.reason, NO_TFJS_NODE.remedy);
  }
  const kit = await linkVerifiedKit(platform, cache);
  if (kit === undefined && (await isOneOf(inPackage, await siblingsOf(wheelKit(platform, cache))))) {
    throw new StepError('another version of espalier has built the native binding', 'Run `espalier doctor --install`.');
  }
  if (!isComplete(inPackage)) throw new StepError('the native binding of tfjs-node is not there', 'Run `espalier doctor --install`.');
  try {
    await tryBinding(inPackage.binding, signal);
  } catch (error) {
    if (kit) await unmark(kit);
    throw error;
  }
}

/** Whether the package's links lead to one of these. */
async function isOneOf({ lib }: Kit, kits: readonly Kit[]): Promise<boolean> {
  const place = await realpath(lib).catch(() => undefined);
  const places = await Promise.all(kits.map((kit) => realpath(kit.lib).catch(() => undefined)));
  return place !== undefined && places.includes(place);
}

/** A binding of another version lacks what is new, or has more; all that has to be there is what tfjs-node itself has. */
async function useOlder(kit: Kit, signal?: AbortSignal): Promise<void> {
  await tryBinding(kit.binding, signal);
  await linkIntoPackage(kit);
}

/** Links a kit of the cache that was seen to train, and answers with it. No download, no build. */
export async function linkVerifiedKit(platform: Platform = thisPlatform(), cache: string = cacheFolder()): Promise<Kit | undefined> {
  for (const kit of [wheelKit(platform, cache), downloadKit(platform, cache)]) {
    if (!(await isVerified(kit))) continue;
    await linkIntoPackage(kit);
    return kit;
  }
  return undefined;
}

function linked(kit: Kit, signal?: AbortSignal): Promise<Attempt> {
  return attempt('installed', () => linkIntoPackage(kit), signal);
}

async function finish(attempts: Attempt[], cache: string): Promise<Attempt[]> {
  // A second checkout that finds everything there must not wipe out what the first one learned.
  if (attempts.length > 1 || !attempts[0]?.ok) await rememberAttempts(attempts, cache).catch(() => {});
  return attempts;
}
