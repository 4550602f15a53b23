import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Registry } from '@espalier/core';
import { checkExperiment } from '../config/check-experiment.ts';
import { type ConfigPath, dotted, isMapping, startsWith, valueAt } from '../config/config-path.ts';
import { ConfigError, type Diagnostic } from '../config/diagnostic.ts';
import type { Experiment } from '../config/experiment.ts';
import { experimentHash } from '../config/experiment-hash.ts';
import { experimentJsonSchema } from '../config/json-schema.ts';
import { type LoadedPlugin, loadPlugins } from '../config/load-plugins.ts';
import { issueMistakes, type Mistake, withoutEchoes } from '../config/mistakes.ts';
import {
  baseOf,
  filled,
  type LoadedExperiment,
  pluginMistake,
  pluginSpecs,
  pointer,
  readConfig,
  wrongWhole,
} from '../config/parse-experiment.ts';
import { parseYaml } from '../config/parse-yaml.ts';
import { setValues, withValue } from '../config/set-values.ts';
import { type Assignment, type Combination, combinationsOf } from './combinations.ts';
import { dottedOf } from './paths.ts';
import { runNames, uniqueNames } from './run-name.ts';
import { SlotReader } from './slots.ts';
import { type SweepConfig, sweepJsonSchema, sweepSchema } from './sweep-schema.ts';

/** One run of a sweep: an experiment like any other, and what of it varies. */
export interface SweepRun {
  /** Readable, and the only one of its name in the sweep. */
  readonly name: string;
  /** Of the experiment: the identity of the run. */
  readonly hash: string;
  readonly experiment: Experiment;
  /** What varies, by its path, as the sweep's file gives it. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The name of its variant, where it is one of a list. */
  readonly variant?: string;
}

/** A sweep that is right in itself. */
export interface LoadedSweep {
  readonly name: string;
  readonly file: string;
  readonly runs: readonly SweepRun[];
  /** Runs that are the same as an earlier one; they are not among `runs`. */
  readonly duplicates: readonly { readonly name: string; readonly of: string }[];
  readonly registry: Registry;
  readonly plugins: readonly LoadedPlugin[];
  /** The folder of the base experiment: relative paths in it start here. */
  readonly baseFolder: string;
  readonly warnings: readonly Diagnostic[];
  /** The sweep as its file gives it, with the base experiment in it and with what `--set` said. */
  readonly resolved: Readonly<Record<string, unknown>>;
  /** A run as what an experiment's file gives. */
  loaded(run: SweepRun): LoadedExperiment;
  /** An error that points at the sweep and its base. */
  error(diagnostics: readonly Diagnostic[]): ConfigError;
}

export interface SweepOptions {
  /** Arguments of `--set`: paths of the base experiment, or of the sweep (`vary.seed=[1]`, `limit=5000`). */
  readonly set?: readonly string[];
}

/** Reads a sweep and checks every run of it. @throws ConfigError with every mistake. */
export async function loadSweep(file: string, options: SweepOptions = {}): Promise<LoadedSweep> {
  return parseSweep(await readConfig(file), { ...options, file });
}

/** Whether a config is a sweep rather than an experiment: it says what varies. */
export function isSweep(text: string): boolean {
  const { value } = parseYaml(text, '');
  return isMapping(value) && Object.hasOwn(value, 'vary');
}

/** As loadSweep, from a text. @throws ConfigError with every mistake. */
export async function parseSweep(text: string, { file, set = [] }: SweepOptions & { readonly file: string }): Promise<LoadedSweep> {
  const yaml = parseYaml(text, file);
  const sources = new Map<string, string>();
  const found: Diagnostic[] = [...yaml.problems];
  const giveUp = () => new ConfigError(found, text, sources);
  if (yaml.value === undefined) throw giveUp();
  if (!isMapping(yaml.value) || !Object.hasOwn(yaml.value, 'vary')) {
    const message = isMapping(yaml.value)
      ? 'this is not a sweep: it does not say what varies (vary). An experiment is run with: espalier run FILE'
      : 'expected a sweep as "key: value" lines (base, vary), got no mapping';
    found.push({ file, path: [], message, severity: 'error', ...yaml.at([]) });
    throw giveUp();
  }

  const isInline = isMapping(yaml.value['base']);
  const ofSweep = set.filter((argument) => isInline || isOfSweep(argument));
  const { value, sets, problems } = setValues(yaml.value, ofSweep, (steps) => inSweep(steps));
  found.push(...problems);
  const point = pointer(file, yaml, sets);
  const schemaOfSweep = (registry: Registry) => sweepJsonSchema(registry);

  const base = await readBase(valueAt(value, ['base']), { file, text, set: isInline ? [] : set.filter((each) => !isOfSweep(each)), point });
  found.push(...base.problems);
  if (base.source !== undefined) sources.set(base.file, base.source);
  const plugins =
    base.value === undefined ? { plugins: [], problems: [] } : await loadPlugins(pluginSpecs(base.value), { from: base.folder });
  found.push(...plugins.problems.map((problem) => base.point(pluginMistake(problem))));
  const registry = new Registry(plugins.plugins.map(({ plugin }) => plugin));

  const parsed = sweepSchema.safeParse(value);
  if (!parsed.success) {
    const schema = schemaOfSweep(registry);
    const mistakes = parsed.error.issues.flatMap((issue) => issueMistakes(issue, issue.path as ConfigPath, value, schema));
    found.push(...withoutEchoes(mistakes, value).map(point));
  }
  if (found.some(({ severity }) => severity === 'error') || !parsed.success || base.value === undefined) throw giveUp();

  const config = inOrderOf(parsed.data, value as Record<string, unknown>);
  const { combinations, mistakes } = combinationsOf(config, experimentJsonSchema(registry));
  found.push(...mistakes.map(point));

  const names = runNames(combinations);
  const { experiments, complaints } = experimentsOf(combinations, { base: base.value, registry, names });
  found.push(...complaints.map(({ at, mistake }) => (at === 'base' ? base.point(mistake) : point(mistake))));
  if (found.some(({ severity }) => severity === 'error')) throw giveUp();

  const { runs, duplicates } = distinct(combinations, { experiments, names, plugins: plugins.plugins });
  const combinationOf = new Map(runs.map((run) => [run.hash, combinations[run.index] ?? []]));
  return {
    name: config.name ?? path.basename(file).replace(/\.ya?ml$/, ''),
    file,
    runs,
    duplicates,
    registry,
    plugins: plugins.plugins,
    baseFolder: base.folder,
    warnings: found,
    resolved: { ...(value as object), base: base.value },
    error: (diagnostics) => new ConfigError(diagnostics, text, sources),
    loaded: (run) => ({
      experiment: run.experiment,
      registry,
      plugins: plugins.plugins,
      warnings: [],
      source: base.source ?? text,
      file: base.file,
      baseFolder: base.folder,
      at: (place) => base.point({ path: place, message: '' }),
      error: (wrong) => {
        const combination = combinationOf.get(run.hash) ?? [];
        const placed = wrong.map((mistake) => placedIn(combination, mistake));
        const diagnostics = placed.map(({ at, mistake }) => (at === 'base' ? base.point(mistake) : point(mistake)));
        return new ConfigError(diagnostics, text, sources);
      },
    }),
  };
}

const KEYS_OF_SWEEP = ['name', 'vary', 'limit', 'base'];

function isOfSweep(argument: string): boolean {
  return KEYS_OF_SWEEP.includes(/^[^.=]*/.exec(argument)?.[0] ?? '');
}

/** `vary.prune.sparsity` is the key `prune.sparsity` of `vary`; what is no key of a sweep is one of its base. */
function inSweep(steps: ConfigPath): ConfigPath {
  const [first, ...rest] = steps;
  if (!KEYS_OF_SWEEP.includes(String(first))) return ['base', ...steps];
  if (first !== 'vary' || rest.length === 0) return steps;
  const [way] = rest;
  if (way === 'zip' && rest.length > 1) return [first, way, dotted(rest.slice(1))];
  if (way === 'list' && rest.length > 2) return [first, way, rest[1] as string, dotted(rest.slice(2))];
  return way === 'zip' || way === 'list' || way === 'random' || way === 'except' ? steps : [first, dotted(rest)];
}

interface Base {
  readonly value: Record<string, unknown> | undefined;
  readonly problems: readonly Diagnostic[];
  readonly folder: string;
  readonly file: string;
  /** Its text, where it has a file of its own. */
  readonly source?: string;
  readonly point: (mistake: Mistake) => Diagnostic;
}

interface Around {
  readonly file: string;
  readonly text: string;
  readonly set: readonly string[];
  readonly point: (mistake: Mistake) => Diagnostic;
}

/** The base experiment: in the sweep's file, or in one of its own. */
async function readBase(given: unknown, { file, text, set, point }: Around): Promise<Base> {
  const folder = baseOf(text, path.dirname(path.resolve(file)));
  const inline = (mistake: Mistake) => point({ ...mistake, path: ['base', ...mistake.path] });
  const nothing = { value: undefined, problems: [], folder, file, point: inline };
  if (isMapping(given)) {
    const wrong = wrongWhole(given);
    return wrong === undefined ? { ...nothing, value: given } : { ...nothing, problems: [inline(wrong)] };
  }
  // What else is wrong with it the schema of sweeps says.
  if (typeof given !== 'string' || given === '') return nothing;
  const baseFile = path.resolve(folder, given);
  const source = await readFile(baseFile, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof source !== 'string') {
    const why = source.code === 'ENOENT' ? 'there is no such file' : source.message;
    return {
      ...nothing,
      problems: [point({ path: ['base'], message: `the base experiment cannot be read: ${why}`, notes: [`looked for ${baseFile}`] })],
    };
  }
  const shown = path.relative(process.cwd(), baseFile);
  const name = shown.startsWith('..') ? baseFile : shown;
  const yaml = parseYaml(source, name);
  const own = { folder: baseOf(source, path.dirname(baseFile)), file: name, source };
  if (yaml.value === undefined) return { ...own, value: undefined, problems: yaml.problems, point: pointer(name, yaml, []) };
  const { value, sets, problems } = setValues(yaml.value, set);
  const pointHere = pointer(name, yaml, sets);
  const wrong = wrongWhole(value);
  const all = [...yaml.problems, ...problems, ...(wrong === undefined ? [] : [pointHere(wrong)])];
  return { ...own, value: wrong === undefined ? (value as Record<string, unknown>) : undefined, problems: all, point: pointHere };
}

/** Dimensions are in the order of the file, which the schema does not keep. */
function inOrderOf(config: SweepConfig, given: Record<string, unknown>): SweepConfig {
  const vary = config.vary as Record<string, unknown>;
  return {
    ...config,
    vary: Object.fromEntries(Object.keys(given['vary'] as object).map((key) => [key, vary[key]])) as SweepConfig['vary'],
  };
}

interface Placed {
  readonly at: 'base' | 'sweep';
  readonly mistake: Mistake;
}

/** The experiment of each combination, and all that is wrong with any of them, once each. */
function experimentsOf(
  combinations: readonly Combination[],
  { base, registry, names }: { readonly base: Record<string, unknown>; readonly registry: Registry; readonly names: readonly string[] },
): { experiments: Experiment[]; complaints: Placed[] } {
  const reader = new SlotReader(registry);
  const experiments: Experiment[] = [];
  const complaints = new Map<string, { placed: Placed; isOfOne: boolean; count: number; first: string }>();
  for (const [index, combination] of combinations.entries()) {
    const { config, mistakes: misplaced } = configOf(base, combination);
    const { value, mistakes } = reader.read(config);
    const between = checkExperiment(value as never, config, registry);
    experiments.push(filled(value as unknown as Experiment));
    if (misplaced.length + mistakes.length + between.length === 0) continue;
    const add = (placed: Placed, isOfOne: boolean) => {
      const key = JSON.stringify([placed.at, placed.mistake.path, placed.mistake.message]);
      const known = complaints.get(key) ?? { placed, isOfOne, count: 0, first: names[index] as string };
      complaints.set(key, { ...known, count: known.count + 1 });
    };
    for (const mistake of misplaced) add({ at: 'sweep', mistake }, true);
    for (const mistake of withoutEchoes(mistakes, config)) add(placedIn(combination, mistake), true);
    for (const mistake of between) add(placedIn(combination, mistake), false);
  }
  return {
    experiments,
    complaints: [...complaints.values()].map(({ placed, isOfOne, count, first }) => {
      if (isOfOne || count === combinations.length) return placed;
      const note = `so in ${count} of ${combinations.length} runs, the first being ${first}`;
      return { ...placed, mistake: { ...placed.mistake, notes: [...(placed.mistake.notes ?? []), note] } };
    }),
  };
}

/** The base with the values of a combination; outer places first, so that what is inside them holds. */
function configOf(base: Record<string, unknown>, combination: Combination): { config: Record<string, unknown>; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  let config: unknown = base;
  for (const { path: place, value, at } of assignmentsOf(combination)) {
    try {
      config = withValue(config, place, value);
    } catch (error) {
      mistakes.push({ path: at, on: 'key', message: (error as Error).message });
    }
  }
  return { config: config as Record<string, unknown>, mistakes };
}

function assignmentsOf(combination: Combination): Assignment[] {
  return combination.flatMap(({ assignments }) => assignments).sort((a, b) => a.path.length - b.path.length);
}

/** A mistake in a value that varies is shown where the sweep says so, any other where the base does. */
function placedIn(combination: Combination, mistake: Mistake): Placed {
  const assignments = assignmentsOf(combination);
  const around = assignments.findLast((each) => startsWith(mistake.path, each.path));
  if (around !== undefined) {
    const rest = mistake.path.slice(around.path.length);
    const isDrawn = around.at[1] === 'random';
    return {
      at: 'sweep',
      mistake: { ...mistake, path: isDrawn ? around.at : [...around.at, ...rest], on: rest.length > 0 ? mistake.on : 'value' },
    };
  }
  const inside = assignments.find((each) => startsWith(each.path, mistake.path));
  return inside === undefined ? { at: 'base', mistake } : { at: 'sweep', mistake: { ...mistake, path: inside.at } };
}

/** Runs by their hash: what is asked for twice is run once. */
function distinct(
  combinations: readonly Combination[],
  { experiments, names, plugins }: { experiments: readonly Experiment[]; names: readonly string[]; plugins: readonly LoadedPlugin[] },
): { runs: (SweepRun & { readonly index: number })[]; duplicates: { name: string; of: string }[] } {
  const byHash = new Map<string, SweepRun & { readonly index: number }>();
  const repeated: { name: string; hash: string }[] = [];
  for (const [index, experiment] of experiments.entries()) {
    const name = names[index] as string;
    const hash = experimentHash(experiment, plugins);
    if (byHash.has(hash)) {
      repeated.push({ name, hash });
      continue;
    }
    const combination = combinations[index] as Combination;
    const values = Object.fromEntries(
      combination.flatMap(({ assignments }) => assignments.map((each) => [dottedOf(each.path), each.value])),
    );
    const variant = combination.find((choice) => choice.variant !== undefined)?.variant;
    byHash.set(hash, {
      index,
      name,
      hash,
      experiment,
      values,
      ...(variant === undefined ? {} : { variant }),
    });
  }
  // Different values may read the same.
  const unique = uniqueNames([...byHash.values()].map(({ name }) => name));
  const runs = [...byHash.values()].map((run, i) => ({ ...run, name: unique[i] as string }));
  const nameOf = new Map(runs.map(({ hash, name }) => [hash, name]));
  return { runs, duplicates: repeated.map(({ name, hash }) => ({ name, of: nameOf.get(hash) as string })) };
}
