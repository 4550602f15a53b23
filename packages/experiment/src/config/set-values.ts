import { isScalar, parseDocument } from 'yaml';
import { type ConfigPath, isMapping } from './config-path.ts';
import type { Diagnostic } from './diagnostic.ts';

/** One `--set PATH=VALUE`, read. */
export interface SetValue {
  /** As it was given: `prune.sparsity=0.9`. */
  readonly argument: string;
  readonly path: ConfigPath;
  readonly value: unknown;
}

/**
 * The arguments of `--set` and what a config is with them; those that cannot be read or placed are problems.
 *
 * @param pathOf where a path leads in this config, where that is not to itself.
 */
export function setValues(
  config: unknown,
  args: readonly string[],
  pathOf: (path: ConfigPath) => ConfigPath = (path) => path,
): { value: unknown; sets: SetValue[]; problems: Diagnostic[] } {
  const sets: SetValue[] = [];
  const problems: Diagnostic[] = [];
  let value = config;
  for (const argument of args) {
    const given = readSet(argument);
    if ('message' in given) {
      problems.push(given);
      continue;
    }
    const read = { ...given, path: pathOf(given.path) };
    try {
      value = withValue(value, read.path, read.value);
      sets.push(read);
    } catch (error) {
      problems.push(wrong(argument, (error as Error).message, read.path));
    }
  }
  return { value, sets, problems };
}

function readSet(argument: string): SetValue | Diagnostic {
  const equals = argument.indexOf('=');
  if (equals < 1) return wrong(argument, 'expected PATH=VALUE, such as prune.sparsity=0.9');
  const path = readPath(argument.slice(0, equals));
  if (path === undefined) return wrong(argument, PATH_EXPECTED);
  const text = argument.slice(equals + 1);
  const document = parseDocument(text, { schema: 'core', stringKeys: true, resolveKnownTags: false, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  // A value such as "a: b: c" or "*.png" is no YAML, and yet nothing but text can be meant where no bracket opens.
  if (problem !== undefined && /^\s*[[{"'!&]/.test(text))
    return wrong(argument, `the value is not YAML: ${problem.message}`, path, equals + 2);
  if (problem !== undefined) return { argument, path, value: text };
  try {
    return { argument, path, value: isScalar(document.contents) ? document.contents.value : document.toJS({ maxAliasCount: 0 }) };
  } catch {
    return wrong(argument, 'aliases (*name) have no place in a value', path, equals + 2);
  }
}

export const PATH_EXPECTED = 'expected a path of names and places in lists with dots between them, such as prune.parameters.0.sparsity';

/** `prune.parameters.0.sparsity` step by step; undefined where it is no path. */
export function readPath(text: string): ConfigPath | undefined {
  const steps = text.split('.');
  if (steps.some((step) => step === '' || step === '__proto__')) return undefined;
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/**
 * The value with one place replaced; what lies on the way is copied, not changed.
 *
 * @throws Error saying what stands in the way.
 */
export function withValue(here: unknown, path: ConfigPath, value: unknown, before: ConfigPath = []): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const inside = (child: unknown) => withValue(child, rest, value, [...before, step]);
  if (Array.isArray(here)) {
    if (typeof step !== 'number' || step > here.length) {
      throw new Error(
        `${before.join('.')} is a list of ${here.length}: expected a place from 0 to ${here.length} (which adds one), got "${step}"`,
      );
    }
    return here.toSpliced(step, 1, inside(here[step]));
  }
  if (here === undefined || here === null) {
    if (typeof step === 'string') return { [step]: inside(undefined) };
    if (step === 0) return [inside(undefined)];
    throw new Error(`${before.join('.')} is not there; a list starts with place 0`);
  }
  if (isMapping(here)) return { ...here, [step]: inside(Object.hasOwn(here, step) ? here[step] : undefined) };
  // A part as a plain name: its options turn `adam` into `adam: {…}`.
  if (typeof here === 'string' && here === String(step)) return { [step]: inside(undefined) };
  if (typeof here === 'string' && /\.ya?ml$/.test(here))
    throw new Error(`${before.join('.')} is the file "${here}"; what is in it is set by its own path, ${[step, ...rest].join('.')}`);
  if (typeof here === 'string')
    throw new Error(`${before.join('.')} is "${here}", which has no "${step}"; its own options are under ${before.join('.')}.${here}`);
  throw new Error(`${before.join('.')} is ${JSON.stringify(here)}, which has nothing inside`);
}

function wrong(argument: string, message: string, path: ConfigPath = [], column = 1): Diagnostic {
  return { file: '--set', argument, line: 1, column, endColumn: argument.length + 1, path, message, severity: 'error' };
}
