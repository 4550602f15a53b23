import type { Control } from '@espalier/core';
import { InvalidArgumentError, Option } from 'commander';

/** Options that several commands have, each said in one place. */
export const jsonOption = () => new Option('--json', 'one JSON document on stdout, everything else on stderr');

export const setOption = () =>
  new Option('--set <path=value>', 'set a value of the config (repeatable): prune.sparsity=0.9').argParser(collected).default([], 'none');

/** Said again here: core brings tfjs, for which `--help` does not wait. */
const CONTROLS: Readonly<Record<Control, true>> = { random: true, shuffled: true, reinitialised: true, scratch: true };

/** `--control NAME` is `--set prune.control=NAME`. */
export const controlOption = () => new Option('--control <name>', `in place of the strategy: ${Object.keys(CONTROLS).join(', ')}`);

export function withControl(set: readonly string[], control: string | undefined): readonly string[] {
  return control === undefined ? set : [...set, `prune.control=${control}`];
}

export const threadsOption = () => new Option('--threads <n>', 'threads of the backend').argParser(threadCount);

export const pluginOption = () =>
  new Option('--plugin <spec>', 'load a plugin too, a package or a path (repeatable)').argParser(collected).default([], 'none');

/** An option that may be given several times. */
export const listOption = (flags: string, description: string) => new Option(flags, description).argParser(collected).default([], 'none');

function collected(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function threadCount(value: string): number {
  const threads = Number(value);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1024.');
}
