import { spawn } from 'node:child_process';

/** A program that set-up needs ended badly; `output` is all that it said. */
export class ProgramError extends Error {
  constructor(what, output) {
    super(`${what} failed`);
    this.output = output;
  }
}

/**
 * Runs a program quietly: what it says is shown only if it fails. `started` hears its process id, and answers with what to call at its end.
 * It is no part of the terminal's question and answer, so it gets no stdin.
 */
export function run(command, args, { what = command, env = process.env, cwd, started = () => {}, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = child.pid ? started(child.pid) : undefined;
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => reject(new ProgramError(what, error.message)));
    child.on('close', (code) => {
      ended?.();
      const output = Buffer.concat(chunks).toString();
      if (code === 0) resolve(output);
      else reject(new ProgramError(what, output));
    });
  });
}
