import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Attempt, attempt, StepError } from '../attempts.ts';
import { unpack } from '../net/unpack.ts';
import { tensorflowWheels, ZIG_VERSION, zigWheels } from '../pip/pinned.ts';
import type { Platform } from '../platform.ts';
import { buildBinding } from './build-binding.ts';
import { type Compiler, systemCompilers, zigCompiler } from './compiler.ts';
import { wheelKit } from './kits.ts';
import { isComplete, type Kit } from './layout.ts';
import { hasLibtensorflow, unpackLibtensorflow } from './libtensorflow.ts';
import { verify } from './verify.ts';
import { type WheelSource, withWheel } from './wheel.ts';

/** libtensorflow from the package index, and a binding built against it. What is already done is not done again. */
export async function kitFromWheel(platform: Platform, source: WheelSource): Promise<Attempt[]> {
  const { cache, progress, signal } = source;
  const kit = wheelKit(platform, cache);
  const attempts: Attempt[] = [];
  const step = async (name: Attempt['step'], work: () => Promise<unknown>) => {
    const done = await attempt(name, work, signal);
    attempts.push(done);
    return done.ok;
  };
  const library = await step('wheel', async () => {
    if (hasLibtensorflow(kit.deps, platform)) return;
    await withWheel(tensorflowWheels(platform), source, (wheel) => unpackLibtensorflow(wheel, kit.deps, platform));
  });
  if (!library) return attempts;
  if (isComplete(kit) && (await step('binding', () => verify(kit, signal)))) return attempts;
  for (const compiler of await systemCompilers()) {
    progress?.log?.(`Building the binding with ${compiler[0]}`);
    if (await step('binding', () => buildAndVerify(kit, compiler, platform, signal))) return attempts;
  }
  let zig: Compiler | undefined;
  await step('compiler', async () => {
    zig = await fetchZig(platform, source);
  });
  if (zig === undefined) return attempts;
  progress?.log?.(`Building the binding with zig ${ZIG_VERSION} (its first build takes about a minute)`);
  const compiler = zig;
  const built = await step('binding', () => buildAndVerify(kit, compiler, platform, signal, zigCaches(cache)));
  // 350 MB that have done their work: the binding is what is kept.
  if (built) await rm(zigFolder(cache), { recursive: true, force: true });
  return attempts;
}

async function buildAndVerify(
  kit: Kit,
  compiler: Compiler,
  platform: Platform,
  signal?: AbortSignal,
  env?: NodeJS.ProcessEnv,
): Promise<void> {
  await buildBinding(kit, compiler, platform, { signal, ...(env && { env }) });
  try {
    await verify(kit, signal);
  } catch (error) {
    await rm(kit.binding, { force: true }); // the next compiler's turn, or the next start's
    throw error;
  }
}

async function fetchZig(platform: Platform, source: WheelSource): Promise<Compiler> {
  const compiler = zigCompiler(join(zigFolder(source.cache), ZIG_VERSION), platform);
  if (!existsSync(compiler[0])) {
    const wheels = zigWheels(platform);
    if (wheels.length === 0) throw new StepError('no C++ compiler is on PATH', 'Install g++ or clang++.');
    source.progress?.log?.('No C++ compiler here: fetching one');
    await withWheel(wheels, source, (wheel) =>
      unpack(wheel, join(zigFolder(source.cache), ZIG_VERSION), (path) =>
        path.startsWith('ziglang/') ? path.slice('ziglang/'.length).replaceAll('/', sep) : undefined,
      ),
    );
  }
  return compiler;
}

function zigFolder(cache: string): string {
  return join(cache, 'zig');
}

/** zig keeps what it compiles under the home folder unless told; here it goes when zig goes. */
function zigCaches(cache: string): NodeJS.ProcessEnv {
  const folder = join(zigFolder(cache), 'cache');
  return { ...process.env, ZIG_GLOBAL_CACHE_DIR: folder, ZIG_LOCAL_CACHE_DIR: folder };
}
