import { StepError } from '../attempts.ts';
import { ownFile } from '../package-files.ts';
import { type Kit, markVerified } from './layout.ts';
import { run } from './run.ts';

/** Declares a kit good if a process of its own loads it and trains a step; answers with TensorFlow's version. */
export async function verify(kit: Kit, signal?: AbortSignal): Promise<string> {
  const version = await tryBinding(kit.binding, signal);
  await markVerified(kit, version);
  return version;
}

export async function tryBinding(binding: string, signal?: AbortSignal): Promise<string> {
  // Built code in either case: no Node of today's range runs the .ts beside this file.
  const program = ownFile('dist', 'native', 'try-binding.js');
  const { code, signal: killedBy, output } = await run(process.execPath, [program, binding], { signal, timeoutMs: 120_000 });
  const version = /^TensorFlow (\S+)$/m.exec(output)?.[1];
  if (code === 0 && version) return version;
  const said = output
    .split('\n')
    .find((line) => /error|cannot|not found|invalid/i.test(line))
    ?.trim();
  const what = killedBy ? `it was ended by ${killedBy}` : (said ?? `it exited with ${code}`);
  const remedy =
    killedBy === 'SIGILL' || killedBy === 'SIGABRT'
      ? 'This CPU lacks instructions that TensorFlow was compiled for (AVX); the WebAssembly backend is used instead.'
      : 'Remove the cache folder that `espalier doctor` names and run `espalier doctor --install`.';
  throw new StepError(`the binding does not train: ${what}`, remedy);
}
