import { pathToFileURL } from 'node:url';

/**
 * Goes on as another program, in this process: signals and exit code are that program's without any passing on, and a
 * process start is saved.
 */
export async function runHere(program, args) {
  process.argv = [process.execPath, program, ...args];
  await import(pathToFileURL(program));
}
