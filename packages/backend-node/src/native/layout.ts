import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, temporaryBeside, writeAtomically } from '../cache.ts';
import { packageFolder, packageVersion } from '../package-files.ts';
import { type Platform, platformName } from '../platform.ts';

/**
 * A kit is what tfjs-node looks for in its own folder: `deps/lib` (libtensorflow), `deps/include` (its headers) and
 * `lib/napi-v8` (the binding). It stands complete in the cache, laid out the same way, and the package's `deps` and
 * `lib` are links to it: the binding finds libtensorflow by `$ORIGIN/../../deps/lib` in both places. Bindings of
 * several versions of ours may stand beside each other there, each in a `lib-VERSION`.
 */
export interface Kit {
  folder: string;
  /** libtensorflow, its headers. */
  deps: string;
  /** What becomes the package's `lib`. */
  lib: string;
  binding: string;
}

/** Node-API 8 is the newest that tfjs-node 4.22 knows; every Node from 12.22 on has it. */
const BINDING = join('napi-v8', 'tfjs_binding.node');

/** The kit of one source (`wheel-2.21.0`, `download-2.9.1`), named after all that its binaries depend on. */
export function kitOf(source: string, platform: Platform, cache: string = cacheFolder(), lib = 'lib'): Kit {
  const version = packageVersion('@tensorflow/tfjs-node') ?? 'none';
  return kitIn(join(cache, 'native', `tfjs-node-${version}-${source}-${platformName(platform)}`), lib);
}

/** The same library with bindings that other versions of ours have built. */
export async function siblingsOf(kit: Kit): Promise<Kit[]> {
  const names = await readdir(kit.folder).catch(() => []);
  const kits = names.filter((name) => /^lib(-|$)/.test(name)).map((name) => kitIn(kit.folder, name));
  return kits.filter((each) => each.lib !== kit.lib && isComplete(each));
}

/** The place that tfjs-node itself looks at; undefined where the package is not installed. */
export function packageKit(): Kit | undefined {
  const folder = packageFolder('@tensorflow/tfjs-node');
  return folder === undefined ? undefined : kitIn(folder);
}

/** Library and binding are both there; nothing is said about whether they load. */
export function isComplete(kit: Kit): boolean {
  return existsSync(kit.binding) && (existsSync(join(kit.deps, 'lib')) || process.platform === 'win32');
}

/** A binding that trained a step in a process of its own is marked, so that later starts need not try it again. */
export async function markVerified(kit: Kit, tensorflow: string): Promise<void> {
  await writeAtomically(join(kit.lib, 'verified.json'), `${JSON.stringify({ tensorflow })}\n`);
}

/** It was good once; a new system, or another machine on the same home folder, may see it differently. */
export async function unmark(kit: Kit): Promise<void> {
  await rm(join(kit.lib, 'verified.json'), { force: true });
}

export async function isVerified(kit: Kit): Promise<boolean> {
  return (
    isComplete(kit) &&
    (await readFile(join(kit.lib, 'verified.json')).then(
      () => true,
      () => false,
    ))
  );
}

/** Points tfjs-node to a kit. Safe while others do the same: each link is swapped whole. */
export async function linkIntoPackage(kit: Kit): Promise<void> {
  const target = packageKit();
  if (target === undefined) throw new Error('@tensorflow/tfjs-node is not installed');
  await link(kit.deps, target.deps);
  await link(kit.lib, target.lib);
}

function kitIn(folder: string, lib = 'lib'): Kit {
  return { folder, deps: join(folder, 'deps'), lib: join(folder, lib), binding: join(folder, lib, BINDING) };
}

async function link(to: string, from: string): Promise<void> {
  if ((await readlink(from).catch(() => undefined)) === to) return;
  await mkdir(to, { recursive: true });
  const found = await lstat(from).catch(() => undefined);
  // A folder cannot be replaced by renaming a link over it. What is there did not load, or we were not here.
  if (found?.isDirectory()) await rm(from, { recursive: true, force: true });
  const temporary = temporaryBeside(from);
  await symlink(to, temporary, 'junction');
  await rename(temporary, from);
}
