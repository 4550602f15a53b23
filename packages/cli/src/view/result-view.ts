import {
  brokenExpectations,
  type Experiment,
  type Measurement,
  type Plan,
  RUN_FILES,
  type RunResult,
  type SavedModelMeasurement,
  type ShrinkRecord,
  SPARSE_FILE,
  type SparseMeasurement,
} from '@espalier/experiment';
import type { Colours } from '../terminal.ts';
import { facts } from './facts.ts';
import { figureText } from './figure-text.ts';
import { bytes, count, milliseconds, percent, plural, points, printable, seconds, shape, significant, times } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** Dense beside pruned, and beside what is left of it where it was shrunk; what changed from the dense model to the last of them. */
export function comparison({ dense, pruned, shrunk, figures: described = {} }: RunResult, options: TableOptions): string {
  if (dense === null || pruned === null) return '';
  const models: readonly Measurement[] = shrunk === null ? [dense, pruned] : [dense, pruned, shrunk];
  const last = shrunk ?? pruned;
  const row = (name: string, value: (one: Measurement) => string, change = '') => [name, ...models.map(value), change];
  const fewer = (value: (one: Measurement) => number, word: string) => `${times(value(dense) / value(last))} ${word}`;
  const share = (value: number | null | undefined) => (value === null || value === undefined ? '–' : percent(value));
  const drop = (key: 'accuracy' | 'trainAccuracy') => (dense[key] === null || last[key] === null ? '' : points(last[key] - dense[key]));
  const figure = (
    name: string,
    key: 'parameters' | 'nonzero' | 'bytes' | 'macs' | 'latencyMs',
    shown: (value: number) => string,
    word: string,
  ) =>
    row(
      name,
      (one) => shown(one[key]),
      fewer((one) => one[key], word),
    );
  const titles = ['dense', 'pruned', ...(shrunk === null ? [] : ['shrunk'])];
  return table(
    [
      { title: '' },
      ...titles.map((title) => ({ title, align: 'right' as const })),
      { title: shrunk === null ? 'change' : 'dense to shrunk' },
    ],
    [
      ...(dense.loss === null
        ? []
        : [
            row('accuracy', (one) => share(one.accuracy), drop('accuracy')),
            row('accuracy in training', (one) => share(one.trainAccuracy), drop('trainAccuracy')),
            row('loss', (one) => (one.loss === null ? '–' : significant(one.loss))),
          ]),
      ...(shrunk === null ? [] : [figure('parameters', 'parameters', count, 'fewer')]),
      figure('non-zero parameters', 'nonzero', count, 'fewer'),
      row('sparsity', (one) => share(one.sparsity)),
      figure('bytes stored', 'bytes', bytes, 'smaller'),
      figure('MACs', 'macs', count, 'fewer'),
      figure('latency', 'latencyMs', milliseconds, 'as fast'),
      ...Object.entries(described).map(([name, { unit }]) => row(name, (one) => figureText(one.figures?.[name], unit))),
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
        threshold === null || Math.abs(threshold) < NO_LINE ? '–' : threshold.toPrecision(3),
      ]),
      ...total,
    ],
    options,
  );
}

/** The smallest number above zero that float32 has, say: where what falls is zero already, as in a model that was pruned before. */
const NO_LINE = 1e-30;

function askedText(sparsity: number | null | undefined): string {
  return sparsity === null || sparsity === undefined ? 'by scores' : percent(sparsity);
}

/** A run that is over. */
export interface Told {
  readonly result: RunResult;
  readonly experiment: Experiment;
  readonly folder: string;
  /** What went for real and what stayed, where it was shrunk. */
  readonly removal?: ShrinkRecord;
}

/** Where the time went and what can be relied on. */
export function afterword({ result, experiment, folder, removal }: Told, options: TableOptions): string {
  const { timing, dense, pruned, shrunk, sparse, backend, spared = [] } = result;
  const trained = timing.denseS === 0 ? 'dense model from the cache' : `dense ${seconds(timing.denseS)}`;
  return facts(
    [
      dense?.loss === null ? ['accuracy', 'not measured: there was no data'] : undefined,
      dense === null || pruned === null ? undefined : ['speed', honestSpeed(dense, pruned, shrunk)],
      sparse === null ? undefined : ['sparse', sparseText(sparse)],
      spared.length === 0 ? undefined : ['not emptied', sparedText(spared)],
      ...(removal === undefined ? [] : removalLines(removal)),
      dense === null || shrunk?.savedModel === undefined ? undefined : ['one graph', graphText(shrunk.savedModel, dense)],
      [
        'time',
        `${trained}, pruning ${seconds(timing.pruneS)} (scoring ${seconds(timing.scoreS)}, training ${seconds(timing.trainS)})${
          timing.shrinkS === undefined ? '' : `, shrinking ${seconds(timing.shrinkS)}`
        }`,
      ],
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

function honestSpeed(dense: Measurement, pruned: Measurement, shrunk: Measurement | null): string {
  const ratio = dense.latencyMs / pruned.latencyMs;
  const noise = Math.abs(ratio - 1) > 0.1 ? '; what differs is the noise of this machine' : '';
  const zeros = `zeros alone give no speed, they are multiplied all the same: ${times(ratio)} the speed of the dense model here${noise}`;
  if (shrunk === null) return zeros;
  return `${zeros}. Without what is dead: ${times(dense.latencyMs / shrunk.latencyMs)}`;
}

function graphText({ latencyMs, maxDifference, bytes: size }: SavedModelMeasurement, dense: Measurement): string {
  const file = `${RUN_FILES.savedModel}/, ${bytes(size)}, for tf.node.loadSavedModel`;
  if (latencyMs === null || maxDifference === null) return `${file}; neither checked nor measured, as TensorFlow was not there`;
  return `${file}: ${milliseconds(latencyMs)}, ${times(dense.latencyMs / latencyMs)} the speed of the dense model, ${sameOutputs(maxDifference)}`;
}

function sparseText({ latencyMs, denseWasmLatencyMs, bytes: size, maxDifference }: SparseMeasurement): string {
  const beside =
    denseWasmLatencyMs === null
      ? 'not held against the dense model, which the WebAssembly backend of tfjs cannot run'
      : `${times(denseWasmLatencyMs / latencyMs)} the speed of the dense model on WebAssembly (${milliseconds(denseWasmLatencyMs)}, one thread each)`;
  const file = `${RUN_FILES.sparse}/${SPARSE_FILE}, ${bytes(size)}, for loadSparse`;
  return `${file}: ${milliseconds(latencyMs)}, ${beside}, ${sameOutputs(maxDifference)}`;
}

function sameOutputs(maxDifference: number): string {
  return maxDifference === 0 ? 'same outputs' : `outputs the same to ${maxDifference.toExponential(0)}`;
}

function sparedText(spared: readonly string[]): string {
  const shown = spared.slice(0, SPARED).map(printable).join(', ');
  const more = spared.length > SPARED ? ` and ${count(spared.length - SPARED)} more` : '';
  return `${shown}${more}: a cut would have taken all of it, and its best was kept. "mayEmpty: true" under prune lets it go`;
}

/** Parameters that are named; result.json has all of them. */
const SPARED = 5;

/** Reasons that are shown; removal.json has all of them. */
const REASONS = 3;

function removalLines({ units, stayed, maxDifference, removal }: ShrinkRecord): [string, string][] {
  const lines: [string, string][] = [
    [
      'removed',
      `${count(units.removed)} of the ${plural(units.of, 'unit')} that can go, ${sameOutputs(maxDifference)} before any training`,
    ],
  ];
  const leftOut = removal.bypassed.map(({ layer, input }) => `what comes from "${input}" into "${layer}"`).join(', ');
  if (leftOut !== '') lines.push(['left out', printable(`${leftOut}: it gave nothing but zeros`)]);
  for (const { layer, units: zeroed, why } of stayed.slice(0, REASONS))
    lines.push(['stayed', printable(`${plural(zeroed.length, 'zeroed unit')} of "${layer}": ${why}`)]);
  const more = stayed.length - REASONS;
  if (more > 0) lines.push(['', `and ${count(more)} more: see ${RUN_FILES.removal}`]);
  return lines;
}

/** Each expectation of the config, held or not. */
function expectationLines(result: RunResult, experiment: Experiment, colours: Colours): [string, string][] {
  const broken = brokenExpectations(experiment, result);
  const { figures = {}, ...own } = experiment.expect ?? {};
  const ranges = [...Object.entries(own), ...Object.entries(figures).map(([name, range]) => [`figures.${name}`, range] as const)];
  return ranges.map(([name, range]) => {
    const wrong = broken.find((sentence) => sentence.startsWith(`expect.${name}:`));
    if (wrong !== undefined) return ['expected', colours.red(`✗ ${wrong.slice('expect.'.length)}`)];
    const limits = [range?.min === undefined ? '' : `at least ${range.min}`, range?.max === undefined ? '' : `at most ${range.max}`];
    return ['expected', `${colours.green('✓')} ${name} ${limits.filter(Boolean).join(' and ')}`];
  });
}
