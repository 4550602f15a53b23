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

export const threadsOption = () => new Option('--threads <n>', 'threads of the backend').argParser(wholeNumber(1, 1024));

export const timeLimitOption = () =>
  new Option('--time-limit <seconds>', 'how long pruning may take; a run that takes longer fails, with a checkpoint').argParser(
    wholeNumber(1, 10_000_000),
  );

export const pluginOption = () =>
  new Option('--plugin <spec>', 'load a plugin too, a package or a path (repeatable)').argParser(collected).default([], 'none');

/** An option that may be given several times. */
export const listOption = (flags: string, description: string) => new Option(flags, description).argParser(collected).default([], 'none');

function collected(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Digits and nothing else: no `1e3`, no ` 4`, nothing empty. */
export function wholeNumber(from: number, to: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
  };
}
