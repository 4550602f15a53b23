import { existsSync } from 'node:fs';
import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Platform } from '../platform.ts';

/** A command that compiles C++: `['g++']`, `['/…/zig', 'c++', '-target', '…']`. */
export type Compiler = readonly [string, ...string[]];

/** The C++ compilers on PATH, best first; `CXX` is the user's own word. */
export async function systemCompilers(env: NodeJS.ProcessEnv = process.env): Promise<Compiler[]> {
  const named = env['CXX']?.trim().split(/\s+/) ?? [];
  const found: Compiler[] = [];
  const known = new Set<string>();
  for (const [name, ...rest] of [named, ['g++'], ['clang++'], ['c++']]) {
    const path = name ? await which(name, env) : undefined;
    const file = path && (await realpath(path));
    if (!path || !file || known.has(file)) continue;
    known.add(file);
    found.push([path, ...rest]);
  }
  return found;
}

/**
 * The compiler in an unpacked `ziglang` wheel. The target's glibc is the oldest that the TensorFlow wheel itself needs
 * (manylinux_2_27): the binding then loads wherever the library does.
 */
export function zigCompiler(folder: string, platform: Platform): Compiler {
  const arch = platform.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const target = platform.os === 'darwin' ? `${arch}-macos.12.0` : `${arch}-linux-gnu.2.27`;
  return [join(folder, 'zig'), 'c++', '-target', target];
}

async function which(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (name.includes('/')) return existsSync(name) ? name : undefined;
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (
      folder !== '' &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  return undefined;
}
