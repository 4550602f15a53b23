import { Budget, type Plugin } from '@espalier/core';
import { type ExampleNet, NETS } from './nets.ts';
import { STRATEGY_PROMISES, type StrategyPromise } from './strategy-promises.ts';
import { StrategySubject } from './strategy-subject.ts';
import { type SuiteOptions, suite, type Tried, tried } from './suite.ts';

export interface StrategySuiteOptions extends SuiteOptions<StrategyPromise> {
  /** What is cut as one, as a config would name it; single weights where it is not given. */
  readonly granularity?: unknown;
  /** As a config would name it; `global` where it is not given. */
  readonly threshold?: unknown;
  /** What it is to reach; 0.6 where it is not given. */
  readonly sparsity?: number;
  /** Nets of your own to try it on, beside those of the testkit. */
  readonly nets?: Readonly<Record<string, () => ExampleNet>>;
}

/**
 * Tests that a strategy keeps what every strategy promises: `testStrategy(plugin, 'follow')`, or with options
 * `testStrategy(plugin, { follow: { scorer: 'magnitude', every: 3 } }, { with: [magnitudePlugin] })`. It has six steps of
 * training, two epochs of three.
 */
export function testStrategy(plugin: Plugin, config: unknown, options: StrategySuiteOptions = {}): void {
  const one = tried('strategy', plugin, config, options);
  suite(one, STRATEGY_PROMISES, () => strategySubject(one, options, { ...NETS, ...options.nets }), options.except);
}

export function strategySubject(
  one: Tried,
  { granularity, threshold, sparsity = 0.6 }: StrategySuiteOptions,
  nets: Readonly<Record<string, () => ExampleNet>>,
): StrategySubject {
  return new StrategySubject(one, nets, { granularity, threshold, sparsity, budget: new Budget(6, 3), mayEmpty: true });
}
