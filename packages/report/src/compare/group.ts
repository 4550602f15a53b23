import type { Run } from '../read/run.ts';
import type { SettingConfig } from '../read/setting-config.ts';
import { append } from './append.ts';
import { type Scalar, type Settings, settingsOf } from './settings.ts';

/** Runs of one config: they differ in the seed, or in the control that they stand under. */
export interface Setting {
  readonly settings: Settings;
  /** Measured runs of the strategy itself, one a seed, by seed. */
  readonly runs: readonly Run[];
  /** Measured runs of its controls, by the control's name. */
  readonly controls: ReadonlyMap<string, readonly Run[]>;
  /** Runs that ended in an error, controls included. */
  readonly broken: readonly Run[];
  /** Runs of a seed that is there already. */
  readonly repeated: readonly Run[];
}

/** Brings together what only differs in seed and control. */
export function settingsOfRuns(runs: readonly Run[]): Setting[] {
  const groups = new Map<SettingConfig, Run[]>();
  for (const run of runs) append(groups, run.setting, run);
  return [...groups.values()].map(settingOf);
}

function settingOf(runs: readonly Run[]): Setting {
  const [first] = runs as readonly [Run];
  const byControl = new Map<string | null, Map<number, Run>>();
  const broken: Run[] = [];
  const repeated: Run[] = [];
  for (const run of runs) {
    if (run.pruned === null || run.dense === null) {
      broken.push(run);
      continue;
    }
    const bySeed = byControl.get(run.control) ?? new Map<number, Run>();
    byControl.set(run.control, bySeed);
    // A seed that counted twice would make the interval narrower than it is.
    if (bySeed.has(run.seed)) repeated.push(run);
    else bySeed.set(run.seed, run);
  }
  const inOrder = (bySeed: ReadonlyMap<number, Run> | undefined) => [...(bySeed?.values() ?? [])].sort((a, b) => a.seed - b.seed);
  const controls = [...byControl].filter((entry): entry is [string, Map<number, Run>] => entry[0] !== null);
  return {
    settings: settingsOf(first.setting),
    runs: inOrder(byControl.get(null)),
    controls: new Map(controls.map(([name, bySeed]) => [name, inOrder(bySeed)])),
    broken,
    repeated,
  };
}

/** A value as it stands in a table. */
export function valueText(value: Scalar | undefined): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
