import type { Plugin } from '@espalier/core';
import { type ExampleNet, NETS } from './nets.ts';
import { SCORER_PROMISES, type ScorerPromise } from './scorer-promises.ts';
import { ScorerSubject } from './scorer-subject.ts';
import { type SuiteOptions, suite, tried } from './suite.ts';

export interface ScorerSuiteOptions extends SuiteOptions<ScorerPromise> {
  /** Nets of your own to try it on, beside those of the testkit. */
  readonly nets?: Readonly<Record<string, () => ExampleNet>>;
}

/**
 * Tests that a scorer keeps what every scorer promises: `testScorer(plugin, 'entropy')`, or with options
 * `testScorer(plugin, { entropy: { bins: 8 } })`.
 */
export function testScorer(plugin: Plugin, config: unknown, options: ScorerSuiteOptions = {}): void {
  const one = tried('scorer', plugin, config, options);
  suite(one, SCORER_PROMISES, () => new ScorerSubject(one, { ...NETS, ...options.nets }), options.except);
}
