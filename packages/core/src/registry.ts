import type { z } from 'zod';
import { EspalierError } from './errors.ts';
import { Part } from './part.ts';
import { PART_KINDS, PLUGIN_FIELDS, type Plugin, type PluginEntry } from './plugin.ts';
import type { PartKind, PartTypes } from './tokens.ts';

/** A part as it is registered. */
export interface RegisteredPart<K extends PartKind = PartKind> extends PluginEntry<PartTypes[K]> {
  readonly kind: K;
  readonly name: string;
  readonly plugin: string;
}

/** What is wrong with a part or its options, and where: `path` leads from the part to the value. */
export interface PartProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The names that would have been right, where a name was wrong. */
  readonly names?: readonly string[];
  /** The name that was wrong. */
  readonly unknown?: string;
  /** The kind of the part that has no such name. */
  readonly kind?: PartKind;
  /** What the options' schema said, for those who say it in other words. */
  readonly issue?: z.core.$ZodIssue;
}

/** Every part of the loaded plugins, by kind and name. */
export class Registry {
  private readonly parts = new Map<string, RegisteredPart>();
  private readonly completed = new WeakSet<Part>();

  /** @throws EspalierError where two plugins claim a name, naming both. */
  constructor(plugins: readonly Plugin[]) {
    for (const plugin of plugins) this.add(plugin);
  }

  private add(plugin: Plugin): void {
    for (const kind of PART_KINDS) {
      for (const [name, entry] of Object.entries(plugin[PLUGIN_FIELDS[kind]] ?? {})) {
        const taken = this.parts.get(`${kind} ${name}`);
        if (taken !== undefined) {
          throw new EspalierError({
            where: plugin.name,
            what: `registers the ${kind} "${name}", which ${taken.plugin === plugin.name ? 'it has already registered' : `${taken.plugin} has registered`}`,
            remedy: 'Give one of the two another name, or load only one of the plugins',
          });
        }
        if (typeof entry?.use !== 'function') {
          throw new EspalierError({ where: plugin.name, what: `the ${kind} "${name}" has no class under "use"` });
        }
        this.parts.set(`${kind} ${name}`, { ...entry, kind, name, plugin: plugin.name });
      }
    }
  }

  list(kind?: PartKind): RegisteredPart[] {
    return [...this.parts.values()].filter((entry) => kind === undefined || entry.kind === kind);
  }

  names(kind: PartKind): string[] {
    return this.list(kind).map(({ name }) => name);
  }

  find<K extends PartKind>(kind: K, name: string): RegisteredPart<K> | undefined {
    return this.parts.get(`${kind} ${name}`) as RegisteredPart<K> | undefined;
  }

  /**
   * Checks a part's name and options, and those of the parts that its options name, against their schemas.
   *
   * @returns the part with complete options, or every problem.
   */
  complete<K extends PartKind>(part: Part<K>): { part: Part<K>; problems: PartProblem[] } {
    if (this.completed.has(part)) return { part, problems: [] };
    const entry = this.find(part.kind, part.name);
    if (entry === undefined) {
      const names = this.names(part.kind);
      return { part, problems: [{ path: [], message: `unknown ${part.kind} "${part.name}"`, names, unknown: part.name, kind: part.kind }] };
    }
    if (entry.options === undefined) {
      const given = Object.keys(part.options);
      const problems = given.map((key) => ({
        path: [part.name, key],
        message: `${part.kind} "${part.name}" takes no options`,
        unknown: key,
        names: [],
      }));
      return { part, problems };
    }
    const parsed = entry.options.strict().safeParse(part.options);
    const problems: PartProblem[] = [];
    if (!parsed.success) {
      problems.push(...parsed.error.issues.flatMap((issue) => partProblems(issue, [part.name], entry.options)));
      // The parts beside a wrong option are checked all the same, so that all mistakes come at once.
      for (const [key, schema] of Object.entries(entry.options.shape)) {
        const one = (schema as z.ZodType).safeParse(part.options[key]);
        if (one.success) this.completeWithin(one.data, [part.name, key], problems);
      }
      return { part, problems };
    }
    const options = this.completeWithin(parsed.data, [part.name], problems);
    const completed = new Part(part.kind, part.name, options as Record<string, unknown>);
    if (problems.length === 0) this.completed.add(completed);
    return { part: completed, problems };
  }

  /** Completes every part inside plain options; problems are added to the list. */
  completeWithin(value: unknown, path: readonly (string | number)[], problems: PartProblem[]): unknown {
    if (value instanceof Part) {
      const completed = this.complete(value);
      problems.push(...completed.problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
      return completed.part;
    }
    if (Array.isArray(value)) return value.map((item, index) => this.completeWithin(item, [...path, index], problems));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.completeWithin(item, [...path, key], problems)]));
  }
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A schema's issue as problems: an unknown key is one problem each, with the keys there are. */
export function partProblems(issue: z.core.$ZodIssue, prefix: readonly (string | number)[], schema?: z.ZodType): PartProblem[] {
  const path = [...prefix, ...(issue.path as (string | number)[])];
  if (issue.code === 'unrecognized_keys') {
    const names = keysAt(schema, issue.path as (string | number)[]);
    return issue.keys.map((key) => ({ path: [...path, key], message: `unknown key "${key}"`, names, unknown: key, issue }));
  }
  if (issue.code === 'invalid_value' && issue.values.every((value) => typeof value === 'string')) {
    return [
      {
        path,
        message: issue.message,
        names: issue.values as string[],
        unknown: typeof issue.input === 'string' ? issue.input : undefined,
        issue,
      },
    ];
  }
  return [{ path, message: issue.message, issue }];
}

function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  let here = schema as { shape?: Record<string, unknown>; element?: unknown; unwrap?: () => unknown } | undefined;
  for (const key of ['', ...path]) {
    if (key !== '') here = (typeof key === 'number' ? here?.element : here?.shape?.[key]) as typeof here;
    while (here !== undefined && here.shape === undefined && typeof here.unwrap === 'function') here = here.unwrap() as typeof here;
  }
  return Object.keys(here?.shape ?? {});
}
