import type { Plan } from '@espalier/experiment';
import { facts } from './facts.ts';
import { bytes, count, percent, plural, shape } from './format.ts';
import { leftAlone } from './left-alone.ts';
import { type Column, type TableOptions, table } from './table.ts';

/** What a run will do, in a few lines. */
export function planSummary(plan: Plan, options: TableOptions): string {
  const taken = plan.parameters.filter((parameter) => parameter.taken);
  const elements = taken.reduce((sum, parameter) => sum + parameter.size, 0);
  const { training } = plan;
  return facts(
    [
      [
        'prunes',
        `${taken.length} of ${plural(plan.parameters.length, 'parameter')}, ${count(elements)} of ${count(plan.dense.parameters)} elements`,
      ],
      ['by', `${plan.control === null ? '' : `control "${plan.control}" of `}${plan.strategy}, threshold ${plan.threshold}`],
      ['expects', expectation(plan)],
      ['cuts', cutsText(plan)],
      rewindsText(plan),
      ['trains', trainingText(training)],
    ],
    options,
  );
}

/** Each parameter: those that are taken, and under them those that are left, by reason. */
export function planTable(plan: Plan, options: TableOptions): string {
  const taken = plan.parameters.filter((parameter) => parameter.taken);
  const left = plan.parameters.filter((parameter) => !parameter.taken);
  const rows = taken.map(({ name, layer, shape: sizes, size, sparsity, why }) => [
    name,
    layer,
    shape(sizes),
    count(size),
    sparsity === null ? 'by scores' : percent(sparsity),
    why,
  ]);
  const columns: Column[] = [
    { title: 'parameter', fit: 'middle' },
    { title: 'layer', fit: 'middle' },
    { title: 'shape' },
    { title: 'elements', align: 'right' },
    { title: 'sparsity', align: 'right' },
    { title: 'by', fit: 'wrap' },
  ];
  return [table(columns, rows, options), ...(left.length === 0 ? [] : [leftAlone(left, options)])].join('\n\n');
}

function expectation({ expected, dense }: Plan): string {
  if (expected === null) return 'what the threshold decides: it shows when there are scores';
  const about = expected.isExact ? '' : 'about ';
  return [
    `${percent(expected.sparsity)} zeros, ${count(expected.nonzero)} of ${count(dense.parameters)} parameters left`,
    `${about}${count(expected.macs)} of ${count(dense.macs)} MACs, about ${bytes(expected.bytes)} of ${bytes(dense.bytes)} stored`,
  ].join('\n');
}

/** Where the cuts are: each of a few, the ends of many. */
function cutsText({ cuts }: Plan): string {
  const [first] = cuts;
  const last = cuts.at(-1);
  if (first === undefined || last === undefined) return 'none';
  if (cuts.length <= 6) return cuts.map(cutText).join('\n');
  return `${plural(cuts.length, 'cut')} ${sparkline(cuts.map(({ sparsity }) => sparsity ?? 0))}\nfirst ${cutText(first)}\nlast ${cutText(last)}`;
}

function trainingText({ denseSteps, pruneSteps, shrinkSteps, stepsPerEpoch, samples }: Plan['training']): string {
  if (denseSteps + pruneSteps + shrinkSteps === 0) return 'nothing';
  const shrinking = shrinkSteps === 0 ? '' : `, ${count(shrinkSteps)} after shrinking`;
  const steps = `${plural(denseSteps, 'step')} dense, ${count(pruneSteps)} while pruning${shrinking}`;
  return `${steps}; ${count(stepsPerEpoch)} an epoch, ${plural(samples, 'sample')}`;
}

function cutText({ step, epoch, sparsity, scorer }: Plan['cuts'][number]): string {
  const when = step === 0 ? 'before the first step' : `after step ${count(step)} (epoch ${epoch})`;
  return `${when}: ${sparsity === null ? 'as the threshold decides' : percent(sparsity)}, by ${scorer}`;
}

function rewindsText({ rewinds }: Plan): readonly [string, string] | undefined {
  const [first] = rewinds;
  if (first === undefined) return undefined;
  return ['rewinds', `${plural(rewinds.length, 'time')} to ${[...new Set(rewinds.map(({ to }) => to))].join(', ')}`];
}

const BARS = '▁▂▃▄▅▆▇█';

/** Values from 0 to 1 as a row of bars, at most 24 of them. */
export function sparkline(values: readonly number[], width = 24): string {
  const length = Math.min(width, values.length);
  const picked = Array.from({ length }, (_, i) => values[Math.round((i * (values.length - 1)) / Math.max(1, length - 1))] ?? 0);
  return picked.map((value) => BARS[Math.min(BARS.length - 1, Math.floor(value * BARS.length))]).join('');
}
