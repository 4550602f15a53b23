import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EspalierError, type Part, type PartProblem, Registry } from '@espalier/core';
import { checkExperiment } from './check-experiment.ts';
import { type ConfigPath, isMapping, startsWith, valueAt } from './config-path.ts';
import { ConfigError, type Diagnostic, type Position } from './diagnostic.ts';
import { type Experiment, experimentSchema } from './experiment.ts';
import { type LoadedPlugin, loadPlugins, type PluginProblem } from './load-plugins.ts';
import { keyMistakes, type Mistake, partMistakes, schemaMistakes, withoutEchoes } from './mistakes.ts';
import { type ParsedYaml, parseYaml } from './parse-yaml.ts';
import { parsePartly } from './partly.ts';
import { type SetValue, setValues } from './set-values.ts';

export interface ParseOptions {
  /** The config's file: named in messages, and where relative paths start. */
  readonly file: string;
  /** Arguments of `--set`, `PATH=VALUE` each; later ones win. */
  readonly set?: readonly string[];
  /** The parts there are, for programs that have loaded their plugins themselves; those that the config names are then not loaded. */
  readonly registry?: Registry;
  /** The plugins that such a registry was made of, where their sources count for the identity of a run. */
  readonly plugins?: readonly LoadedPlugin[];
}

/** An experiment that is right in itself, and what is needed to run it and to speak of it. */
export interface LoadedExperiment {
  readonly experiment: Experiment;
  readonly registry: Registry;
  readonly plugins: readonly LoadedPlugin[];
  /** What is probably not meant, but can be run. */
  readonly warnings: readonly Diagnostic[];
  /** The text of the config. */
  readonly source: string;
  readonly file: string;
  /** The folder of the config: relative paths in it start here. */
  readonly baseFolder: string;
  /** Where a value stands in the text. */
  at(path: ConfigPath): Position;
  /** An error that points at values of the config, for what shows only once there is a model and data. */
  error(mistakes: readonly Mistake[]): ConfigError;
}

/** Reads an experiment and checks it, the parts of all plugins included. @throws ConfigError with every mistake. */
export async function loadExperiment(file: string, options: Omit<ParseOptions, 'file'> = {}): Promise<LoadedExperiment> {
  return parseExperiment(await readConfig(file), { ...options, file });
}

/** As loadExperiment, from a text. @throws ConfigError with every mistake. */
export async function parseExperiment(text: string, options: ParseOptions): Promise<LoadedExperiment> {
  const { file } = options;
  const baseFolder = baseOf(text, dirname(resolve(file)));
  const yaml = parseYaml(text, file);
  const found: Diagnostic[] = [...yaml.problems];
  if (yaml.value === undefined) throw new ConfigError(found, text);
  const { value, sets, problems } = setValues(yaml.value, options.set ?? []);
  found.push(...problems);
  const point = pointer(file, yaml, sets);

  const whole = wrongWhole(value);
  if (whole !== undefined) throw new ConfigError([...found, point(whole)], text);

  const loaded =
    options.registry === undefined
      ? await loadPlugins(pluginSpecs(value), { from: baseFolder })
      : { plugins: options.plugins ?? [], problems: [] };
  const registry = options.registry ?? new Registry(loaded.plugins.map(({ plugin }) => plugin));

  const parsed = parsePartly(experimentSchema, value);
  const partProblems: PartProblem[] = [];
  const completed = registry.completeWithin(parsed.value, [], partProblems) as typeof parsed.value;
  const partsUnsure = loaded.problems.length > 0;
  const mistakes = [
    ...keyMistakes(value, registry),
    ...schemaMistakes(parsed.issues, value, registry),
    ...partMistakes(partsUnsure ? partProblems.filter(({ kind }) => kind === undefined) : partProblems, value, registry),
    ...checkExperiment(completed, value, registry),
  ];
  found.push(
    ...withoutEchoes(mistakes, value).map(point),
    ...loaded.problems.map((problem) => point(pluginMistake(problem, partsUnsure ? partProblems.flatMap(uncheckedPart) : []))),
  );
  if (found.some(({ severity }) => severity === 'error')) throw new ConfigError(found, text);

  return {
    experiment: filled(completed as Experiment),
    registry,
    plugins: loaded.plugins,
    warnings: found,
    source: text,
    file,
    baseFolder,
    at: (path) => yaml.at(path),
    error: (mistakes) => new ConfigError(mistakes.map(point), text),
  };
}

/**
 * Where relative paths start: the folder of the file. The experiment.yaml that a run leaves in its folder says in a
 * comment above the first line of YAML where the config was that it came from, so that it can be run again.
 */
export function baseOf(text: string, folder: string): string {
  const base = /^(?:#.*\n)*# base: (".*")$/m.exec(text);
  if (base === null || base.index !== 0) return folder;
  try {
    return resolve(folder, String(JSON.parse(base[1] as string)));
  } catch {
    return folder;
  }
}

/** The text of a config file. @throws EspalierError where there is none, ConfigError where it is no text. */
export async function readConfig(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'this is a folder; expected a YAML file'
          : `cannot be read: ${message}`;
    throw new EspalierError({ where: file, what }, { cause: error });
  }
  return bytes.toString('utf8');
}

/** Makes diagnostics of mistakes: what came from an argument points to the argument, the rest to the file. */
export function pointer(file: string, yaml: ParsedYaml, sets: readonly SetValue[]): (mistake: Mistake) => Diagnostic {
  return ({ path, on = 'value', ...mistake }) => {
    const isInFile = valueAt(yaml.value, path) !== undefined;
    const set = sets.findLast((one) => startsWith(path, one.path) || (!isInFile && startsWith(one.path, path)));
    const common = { file, path, severity: 'error' as const, ...mistake };
    if (set === undefined) return { ...common, ...yaml.at(path, on) };
    const value = set.argument.indexOf('=') + 1;
    const [start, end] = on === 'key' && set.path.length >= path.length ? [0, value - 1] : [value, set.argument.length];
    return { ...common, argument: set.argument, line: 1, column: start + 1, endColumn: end + 1 };
  };
}

export function wrongWhole(value: unknown): Mistake | undefined {
  if (!isMapping(value))
    return { path: [], message: 'expected an experiment as "key: value" lines (name, data, model, prune), got no mapping' };
  const key = ['vary', 'base'].find((each) => Object.hasOwn(value, each));
  if (key === undefined) return undefined;
  return { path: [key], on: 'key', message: `this is a sweep ("${key}"), not an experiment; run it with: espalier sweep FILE` };
}

export function pluginSpecs(config: unknown): string[] {
  const { plugins } = config as { plugins?: unknown };
  // Anything but text in the list is a mistake that the schema reports; the places in the list are kept.
  return Array.isArray(plugins) && plugins.every((each) => typeof each === 'string' && each !== '') ? plugins : [];
}

export function pluginMistake({ index, message, nearest }: PluginProblem, unchecked: readonly string[] = []): Mistake {
  const notes = unchecked.length === 0 ? [] : [`not checked, as it may be what brings them: ${[...new Set(unchecked)].join(', ')}`];
  return { path: ['plugins', index], message, nearest, notes };
}

function uncheckedPart({ kind, unknown }: { readonly kind?: string; readonly unknown?: string }): string[] {
  return kind === undefined ? [] : [`${kind} "${unknown}"`];
}

/** What pruning takes over from the dense training where the config says nothing of its own. */
export function filled(experiment: Experiment): Experiment {
  const { train, prune } = experiment;
  return {
    ...experiment,
    prune: {
      ...prune,
      batchSize: prune.batchSize ?? train.batchSize,
      optimizer: prune.optimizer ?? (train.optimizer as Part<'optimizer'>),
    },
  };
}
