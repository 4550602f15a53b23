import type { SettingConfig } from '../read/setting-config.ts';

/** A value of a config, or the name of a part; lists and other structures as their JSON. */
export type Scalar = string | number | boolean | null;

/** What a config says, by path: `prune.strategy` → `magnitude`, `prune.strategy.magnitude.rounds` → 4. */
export type Settings = ReadonlyMap<string, Scalar>;

/** A config as paths and values. A part that has options, `{ magnitude: { rounds: 4 } }`, gives its name too. */
export function settingsOf(config: SettingConfig): Settings {
  const settings = new Map<string, Scalar>();
  for (const [key, value] of Object.entries(config)) visit(key, value);
  return settings;

  function visit(path: string, value: unknown): void {
    if (typeof value !== 'object' || value === null) settings.set(path, value as Scalar);
    else if (Array.isArray(value)) settings.set(path, JSON.stringify(value));
    else {
      const entries = Object.entries(value);
      const [only] = entries;
      if (entries.length === 1 && only !== undefined && typeof only[1] === 'object' && only[1] !== null) settings.set(path, only[0]);
      for (const [key, inner] of entries) visit(`${path}.${key}`, inner);
    }
  }
}

/**
 * The paths whose value is not the same everywhere. A path that only some settings have (an option of one strategy)
 * varies where those that have it differ; one that always goes with another (the optimizer of the pruning, with that of
 * the training) is left out.
 */
export function variedPaths(all: readonly Settings[]): string[] {
  const values = new Map<string, Set<Scalar>>();
  for (const settings of all)
    for (const [path, value] of settings) {
      const known = values.get(path);
      if (known === undefined) values.set(path, new Set([value]));
      else known.add(value);
    }
  const varied = [...values].filter(([, different]) => different.size > 1).map(([path]) => path);
  const shown: string[] = [];
  const patterns = new Set<string>();
  for (const path of varied) {
    const pattern = JSON.stringify(all.map((settings) => settings.get(path)));
    if (patterns.has(pattern)) continue;
    patterns.add(pattern);
    shown.push(path);
  }
  return shown;
}
