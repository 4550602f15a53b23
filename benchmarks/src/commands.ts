import { fileURLToPath } from 'node:url';
import type { Peers } from './benchmark.ts';
import type { Command } from './measured-process.ts';

interface WorkerOptions {
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The Node that runs it: this one where nothing is said. */
  readonly node?: string;
}

/** The command that runs one of `workers` in a process of its own. */
export function worker(file: string, work: object, { flags = [], env = {}, node = process.execPath }: WorkerOptions = {}): Command {
  const script = fileURLToPath(new URL(`./workers/${file}.js`, import.meta.url));
  return { program: node, args: [...flags, script, JSON.stringify(work)], env: { ...process.env, ...env } };
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
