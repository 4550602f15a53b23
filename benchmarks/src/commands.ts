import { fileURLToPath } from 'node:url';
import type { Peers } from './benchmark.ts';
import type { Command } from './measured-process.ts';

/** The command that runs one of `workers` in a process of its own. */
export function worker(file: string, work: object, { flags = [] as readonly string[], env = {} as NodeJS.ProcessEnv } = {}): Command {
  const script = fileURLToPath(new URL(`./workers/${file}.js`, import.meta.url));
  return { program: process.execPath, args: [...flags, script, JSON.stringify(work)], env: { ...process.env, ...env } };
}

/** The peers of a Python that has them, or none. */
export function peersOf(python: string | undefined): Peers {
  return {
    script(label, file, work) {
      if (python === undefined) return {};
      const script = fileURLToPath(new URL(`../peers/${file}.py`, import.meta.url));
      // numpy finds out by itself which processor it is on, whatever somebody has set.
      const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...env } = process.env;
      return { [label]: { program: python, args: [script, JSON.stringify(work)], env: { ...env, PYTHONDONTWRITEBYTECODE: '1' } } };
    },
  };
}
