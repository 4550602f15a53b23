import { PLUGIN_FIELDS, type Plugin } from '@espalier/core';
import { testDataset } from './test-dataset.ts';
import { testGranularity } from './test-granularity.ts';
import { testModel } from './test-model.ts';
import { testScheduler } from './test-scheduler.ts';
import { testScorer } from './test-scorer.ts';
import { testStrategy } from './test-strategy.ts';
import { testThreshold } from './test-threshold.ts';

/** The kinds of parts whose promises the testkit knows. */
const SUITES = {
  scorer: testScorer,
  scheduler: testScheduler,
  threshold: testThreshold,
  granularity: testGranularity,
  strategy: testStrategy,
  model: testModel,
  dataset: testDataset,
};

export interface PluginSuiteOptions {
  /** Plugins that bring the parts which its options name; core's are always there. */
  readonly with?: readonly Plugin[];
  /** What its strategies cut as one; single weights where it is not given. */
  readonly granularity?: unknown;
  /** Parts by name that are left to suites of their own. */
  readonly without?: readonly string[];
}

/** Tests every part of a plugin whose promises the testkit knows, with the defaults of its options: `testPlugin(plugin)`. */
export function testPlugin(plugin: Plugin, { with: others, granularity, without = [] }: PluginSuiteOptions = {}): void {
  for (const [kind, test] of Object.entries(SUITES)) {
    for (const name of Object.keys(plugin[PLUGIN_FIELDS[kind as keyof typeof SUITES]] ?? {})) {
      if (!without.includes(name)) test(plugin, name, kind === 'strategy' ? ({ with: others, granularity } as object) : { with: others });
    }
  }
}
