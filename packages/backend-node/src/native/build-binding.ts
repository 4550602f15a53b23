import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StepError } from '../attempts.ts';
import { temporaryBeside } from '../cache.ts';
import { ownFile, packageFolder } from '../package-files.ts';
import type { Platform } from '../platform.ts';
import type { Compiler } from './compiler.ts';
import type { Kit } from './layout.ts';
import { run } from './run.ts';

const require = createRequire(import.meta.url);

const OWN_SOURCE = ownFile('binding', 'espalier_binding.cc');

/** What a binding that is built here is built of, in a few letters: another source makes another binding. */
export function bindingVersion(): string {
  return createHash('sha256').update(readFileSync(OWN_SOURCE)).digest('hex').slice(0, 8);
}

/**
 * Compiles tfjs-node's binding against a kit's libtensorflow with one call of the compiler: C++ on Node-API, whose
 * headers come from npm, so that neither node-gyp nor Node's own headers are needed. One of its two files is taken in
 * by ours, which adds functions that work on a tensor's memory.
 */
export async function buildBinding(
  kit: Kit,
  compiler: Compiler,
  platform: Platform,
  options: { signal?: AbortSignal | undefined; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
  const sources = packageFolder('@tensorflow/tfjs-node');
  if (!sources) throw new StepError('@tensorflow/tfjs-node is not installed', 'Install it beside espalier.');
  const { include_dir: headers } = require('node-api-headers') as { include_dir: string };
  const binding = join(sources, 'binding');
  await mkdir(dirname(kit.binding), { recursive: true });
  const output = temporaryBeside(kit.binding);
  const [command, ...first] = compiler;
  const { code, output: said } = await run(
    command,
    [
      ...first,
      ...['-O2', '-std=c++17', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
      ...[join(binding, 'tfjs_backend.cc'), OWN_SOURCE],
      ...['-I', binding, '-I', join(kit.deps, 'include'), '-I', headers],
      ...['-L', join(kit.deps, 'lib'), '-ltensorflow', '-ltensorflow_framework'],
      ...linkFlags(platform),
      ...['-o', output],
    ],
    options,
  );
  if (code !== 0) {
    await rm(output, { force: true });
    throw new StepError(`${command} failed: ${firstError(said)}`, 'Install g++ or clang++, or let espalier fetch the ziglang wheel.');
  }
  await rename(output, kit.binding);
}

function linkFlags(platform: Platform): string[] {
  // Node's own symbols come from the process that loads the binding; macOS wants to be told.
  if (platform.os === 'darwin') return ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib'];
  return ['-Wl,-rpath,$ORIGIN/../../deps/lib'];
}

function firstError(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => /error/i.test(line)) ?? lines[0] ?? 'it said nothing').trim();
}
