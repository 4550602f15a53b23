/** Leads from the top of a config to a value: `['prune', 'parameters', 0, 'sparsity']`. */
export type ConfigPath = readonly (string | number)[];

/** The path as `--set` takes it: `prune.parameters.0.sparsity`. */
export function dotted(path: ConfigPath): string {
  return path.join('.');
}

export function startsWith(path: ConfigPath, start: ConfigPath): boolean {
  return start.length <= path.length && start.every((key, i) => String(key) === String(path[i]));
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value at a path. A part's name alone has no options, so nothing is inside it; a number that stands for a part
 * (a learning rate) stands for what is inside it, too.
 */
export function valueAt(root: unknown, path: ConfigPath): unknown {
  let here = root;
  for (const key of path) {
    if (here === null || typeof here === 'string') return undefined;
    if (typeof here !== 'object') return here;
    here = Object.hasOwn(here, key) ? (here as Record<string | number, unknown>)[key] : undefined;
  }
  return here;
}
