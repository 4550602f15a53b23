import { spawn } from 'node:child_process';

export interface RunOptions {
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
}

/** Runs a program to its end. A code of null means that a signal ended it, as when a library crashes. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number | null; signal: string | null; output: string }> {
  const { signal, env = process.env, timeoutMs = 600_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(signal && { signal }),
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, killedBy) => resolve({ code, signal: killedBy, output: Buffer.concat(chunks).toString() }));
  });
}
