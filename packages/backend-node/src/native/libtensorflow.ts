import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unpack } from '../net/unpack.ts';
import type { Platform } from '../platform.ts';

/**
 * What of the wheel's headers the binding includes, found with `g++ -M` over its two sources: 14 of 13,000 files.
 * The prefixes are a little wider, for what another platform may pull in.
 */
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];

/** The two libraries in the wheel, and the further names under which tfjs-node, its binding and the linker look for them. */
function libraries(platform: Platform): { cc: string; framework: string; names: Record<string, string> } {
  if (platform.os === 'darwin') {
    const [cc, framework] = ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'];
    return { cc, framework, names: { 'libtensorflow.2.dylib': cc, 'libtensorflow.dylib': cc, 'libtensorflow_framework.dylib': framework } };
  }
  const [cc, framework] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  // 2.9.1 is what tfjs-node's own scripts ask for by name, whatever version is behind it.
  return {
    cc,
    framework,
    names: { 'libtensorflow.so': cc, 'libtensorflow.so.2': cc, 'libtensorflow.so.2.9.1': cc, 'libtensorflow_framework.so': framework },
  };
}

/** Unpacks a wheel's libtensorflow to `deps`, as tfjs-node expects it there. */
export async function unpackLibtensorflow(wheel: string, deps: string, platform: Platform): Promise<void> {
  const { cc, framework, names } = libraries(platform);
  await unpack(wheel, deps, (path) => {
    const file = basename(path);
    if (path === `tensorflow/${cc}` || path === `tensorflow/${framework}`) return join('lib', file);
    const header = path.startsWith('tensorflow/include/') ? path.slice('tensorflow/include/'.length) : '';
    return HEADERS.some((prefix) => header.startsWith(prefix)) ? join('include', header) : undefined;
  });
  for (const [name, to] of Object.entries(names)) await symlink(to, join(deps, 'lib', name)).catch(ignoreExisting);
}

/** Whole, links included: a kill between unpacking and linking is noticed. */
export function hasLibtensorflow(deps: string, platform: Platform): boolean {
  const { cc, framework, names } = libraries(platform);
  return [cc, framework, ...Object.keys(names)].every((name) => existsSync(join(deps, 'lib', name)));
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
