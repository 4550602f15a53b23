import { Cancelled, EspalierError, Part, UnmatchedRule } from '@espalier/core';
import { type ConfigPath, dotted } from '../config/config-path.ts';
import { ConfigError } from '../config/diagnostic.ts';
import type { LoadedExperiment } from '../config/parse-experiment.ts';

/** Does something for a part of the config, see `blaming`. */
export type Blaming = <T>(path: ConfigPath, work: () => T | Promise<T>) => Promise<T>;

/** Does something for a part of the config, and points what goes wrong at that part: nothing has been run yet. */
export function blaming(loaded: LoadedExperiment): Blaming {
  return async (path, work) => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConfigError || error instanceof Cancelled) throw error;
      throw Object.assign(loaded.error([mistake(loaded, path, error)]), { cause: error });
    }
  };
}

function mistake(loaded: LoadedExperiment, path: ConfigPath, error: unknown) {
  if (error instanceof UnmatchedRule) return { path: [...path, error.index], message: error.message };
  if (error instanceof EspalierError) return { path, message: error.message };
  // Not an error that was meant for a user: a plugin's own mistake, most likely.
  return { path, message: `${ownerOf(loaded, path)} failed: ${error instanceof Error ? error.message : String(error)}` };
}

function ownerOf({ experiment, registry }: LoadedExperiment, path: ConfigPath): string {
  const value = path.reduce<unknown>((here, key) => (here as Record<string | number, unknown> | undefined)?.[key], experiment);
  if (!(value instanceof Part)) return dotted(path);
  const plugin = registry.find(value.kind, value.name)?.plugin;
  return `${value.kind} "${value.name}"${plugin === undefined ? '' : ` of ${plugin}`}`;
}
