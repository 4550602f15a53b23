import type { SweepPlan, SweepResult } from '@espalier/experiment';
import { count, plural, printable, seconds } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** So many rows a person still looks through. */
const MOST_ROWS = 200;

/** What a sweep is and what is left of it, in a few lines. */
export function sweepHead(
  { sweep, folder, runs, duplicates, others, workers, threads, seconds: left }: SweepPlan,
  { colours }: TableOptions,
): string {
  const done = runs.filter(({ recorded }) => recorded !== undefined).length;
  const damaged = runs.filter((run) => run.damaged !== undefined);
  const missing = runs.length - done - damaged.length;
  const [first] = duplicates;
  const lines = [
    `${colours.bold(sweep)}: ${plural(runs.length, 'run')}${done === 0 ? '' : `, ${count(done)} recorded already`}`,
    ...(first === undefined
      ? []
      : [`${plural(duplicates.length, 'run is', 'runs are')} the same as another, and run once: ${first.name} is ${first.of}`]),
    ...(others === 0
      ? []
      : [`${plural(others, 'folder')} of runs that the sweep does not have (any more) ${others === 1 ? 'is' : 'are'} left alone`]),
    ...damaged.map(({ run, damaged: why }) => colours.red(`${run.name} is left alone: ${why ?? ''}`)),
    missing === 0
      ? 'nothing is missing'
      : `${plural(missing, 'run')} to do, ${plural(workers, 'worker')} of ${plural(threads, 'thread')}, about ${seconds(left)}`,
    colours.dim(folder),
  ];
  return lines.join('\n');
}

/** A row per run, with the time that it would take. */
export function sweepTable({ runs }: SweepPlan, options: TableOptions): string {
  const rows = runs
    .slice(0, MOST_ROWS)
    .map(({ run, recorded, damaged, seconds: estimate }) => [
      run.name,
      recorded === undefined
        ? damaged === undefined
          ? `about ${seconds(estimate)}`
          : 'damaged record'
        : recorded.status === 'done'
          ? 'recorded'
          : 'recorded: failed',
    ]);
  const shown = table([{ title: 'run', fit: 'middle' }, { title: 'time' }], rows, options);
  const more = runs.length - rows.length;
  return more === 0 ? shown : `${shown}\n… and ${count(more)} more; --json lists all`;
}

/** The same for programs. */
export function sweepPlanJson({ runs, ...plan }: SweepPlan): unknown {
  return {
    ...plan,
    runs: runs.map(({ run: { name, hash, values, variant }, recorded, damaged, seconds: estimate }) => ({
      ...{ name, hash, values, ...(variant === undefined ? {} : { variant }) },
      status: damaged !== undefined ? 'damaged' : (recorded?.status ?? 'missing'),
      seconds: estimate,
    })),
  };
}

/** How it ended: what failed, why, and where all of it is. */
export function sweepSummary({ runs, counts, folder, seconds: taken }: SweepResult, { colours }: TableOptions): string {
  const failed = runs.filter(({ status }) => status === 'failed');
  const shown = failed.slice(0, 20).map(({ name, failures = [] }) => `${colours.red('✗')} ${name}: ${printable(failures.join('; '))}`);
  const parts = [
    `${count(counts.done)} of ${plural(runs.length, 'run')} done`,
    ...(counts.failed === 0 ? [] : [`${count(counts.failed)} failed`]),
    ...(counts.missing === 0 ? [] : [`${count(counts.missing)} not run`]),
  ];
  return [
    '',
    ...shown,
    ...(failed.length > shown.length ? [`… and ${count(failed.length - shown.length)} more`] : []),
    `${parts.join(', ')}; ${count(counts.ranNow)} of them now, in ${seconds(taken)}`,
    `espalier compare ${folder}`,
  ].join('\n');
}
