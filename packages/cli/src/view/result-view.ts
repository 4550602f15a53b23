import { brokenExpectations, type Expectation, type Experiment, type Measurement, type Plan, type RunResult } from '@espalier/experiment';
import type { Colours } from '../terminal.ts';
import { facts } from './facts.ts';
import { bytes, count, milliseconds, percent, points, seconds, shape, significant, times } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** Dense beside pruned. */
export function comparison({ dense, pruned }: RunResult, options: TableOptions): string {
  if (dense === null || pruned === null) return '';
  const row = (name: string, value: (one: Measurement) => string, change = '') => [name, value(dense), value(pruned), change];
  const fewer = (value: (one: Measurement) => number, word: string) => `${times(value(dense) / value(pruned))} ${word}`;
  const share = (value: number | null | undefined) => (value === null || value === undefined ? '–' : percent(value));
  const drop = (key: 'accuracy' | 'trainAccuracy') => (dense[key] === null || pruned[key] === null ? '' : points(pruned[key] - dense[key]));
  return table(
    [{ title: '' }, { title: 'dense', align: 'right' }, { title: 'pruned', align: 'right' }, { title: 'change' }],
    [
      row('accuracy', (one) => share(one.accuracy), drop('accuracy')),
      row('accuracy in training', (one) => share(one.trainAccuracy), drop('trainAccuracy')),
      row('loss', (one) => significant(one.loss)),
      row(
        'non-zero parameters',
        (one) => count(one.nonzero),
        fewer((one) => one.nonzero, 'fewer'),
      ),
      row('sparsity', (one) => share(one.sparsity)),
      row(
        'bytes stored',
        (one) => bytes(one.bytes),
        fewer((one) => one.bytes, 'smaller'),
      ),
      row(
        'MACs',
        (one) => count(one.macs),
        fewer((one) => one.macs, 'fewer'),
      ),
      row(
        'latency',
        (one) => milliseconds(one.latencyMs),
        fewer((one) => one.latencyMs, 'as fast'),
      ),
    ],
    options,
  );
}

/** What was asked of each parameter, and what it has got. */
export function askedAndGot(result: RunResult, plan: Plan, options: TableOptions): string {
  const asked = new Map(plan.parameters.map(({ name, sparsity }) => [name, sparsity]));
  const total =
    result.parameters.length < 2 || result.pruned?.sparsity === undefined
      ? []
      : [['all of them', '', askedText(result.asked), percent(result.pruned.sparsity), '']];
  return table(
    [
      { title: 'parameter', fit: 'middle' },
      { title: 'shape' },
      { title: 'asked', align: 'right' },
      { title: 'got', align: 'right' },
      { title: 'pruned below', align: 'right' },
    ],
    [
      ...result.parameters.map(({ name, shape: sizes, sparsity, threshold }) => [
        name,
        shape(sizes),
        askedText(asked.get(name)),
        percent(sparsity),
        threshold === null ? '–' : threshold.toPrecision(3),
      ]),
      ...total,
    ],
    options,
  );
}

function askedText(sparsity: number | null | undefined): string {
  return sparsity === null || sparsity === undefined ? 'by scores' : percent(sparsity);
}

/** Where the time went and what can be relied on. */
export function afterword(result: RunResult, experiment: Experiment, folder: string, options: TableOptions): string {
  const { timing, dense, pruned, backend } = result;
  const trained = timing.denseS === 0 ? 'dense model from the cache' : `dense ${seconds(timing.denseS)}`;
  return facts(
    [
      dense === null || pruned === null ? undefined : ['speed', honestSpeed(dense, pruned)],
      ['time', `${trained}, pruning ${seconds(timing.pruneS)} (scoring ${seconds(timing.scoreS)}, training ${seconds(timing.trainS)})`],
      ['backend', `${backend.name} ${backend.version}`],
      ['folder', folder],
      ...expectationLines(result, experiment, options.colours),
    ],
    options,
  );
}

/** Why a run has failed, a line each. */
export function verdict({ failures = [] }: RunResult, colours: Colours): string[] {
  return failures.map((failure) => `${colours.red('failed:')} ${failure}`);
}

function honestSpeed(dense: Measurement, pruned: Measurement): string {
  const ratio = dense.latencyMs / pruned.latencyMs;
  const noise = Math.abs(ratio - 1) > 0.1 ? '; what differs is the noise of this machine' : '';
  return `zeros alone give no speed, they are multiplied all the same: ${times(ratio)} the speed of the dense model here${noise}`;
}

/** Each expectation of the config, held or not. */
function expectationLines(result: RunResult, experiment: Experiment, colours: Colours): [string, string][] {
  const broken = brokenExpectations(experiment, result);
  return Object.entries(experiment.expect ?? {}).map(([name, range]) => {
    const wrong = broken.find((sentence) => sentence.startsWith(`expect.${name as Expectation}:`));
    if (wrong !== undefined) return ['expected', colours.red(`✗ ${wrong.slice('expect.'.length)}`)];
    const limits = [range?.min === undefined ? '' : `at least ${range.min}`, range?.max === undefined ? '' : `at most ${range.max}`];
    return ['expected', `${colours.green('✓')} ${name} ${limits.filter(Boolean).join(' and ')}`];
  });
}
