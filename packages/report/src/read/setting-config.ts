/** A complete experiment without name, seed, control and what it expects (the tolerance too): what is left makes the numbers. */
export type SettingConfig = Readonly<Record<string, unknown>>;

const NO_SETTING = new Set(['name', 'seed', 'plugins', 'expect']);

/** Gives runs of one setting one object for it: thousands of runs hold as many configs as there are settings. */
export class SettingConfigs {
  private readonly known = new Map<string, SettingConfig>();
  /** As they are written: most records of a setting have their keys in the same order. */
  private readonly quick = new Map<string, SettingConfig>();

  of(config: Readonly<Record<string, unknown>>): SettingConfig {
    const { control: _control, tolerance: _tolerance, ...prune } = (config['prune'] ?? {}) as Record<string, unknown>;
    const kept = Object.entries(config).filter(([key]) => !NO_SETTING.has(key));
    const setting = { ...Object.fromEntries(kept), prune };
    const text = JSON.stringify(setting);
    const found = this.quick.get(text);
    if (found !== undefined) return found;
    const key = JSON.stringify(sorted(setting));
    const same = this.known.get(key) ?? setting;
    this.known.set(key, same);
    this.quick.set(text, same);
    return same;
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
