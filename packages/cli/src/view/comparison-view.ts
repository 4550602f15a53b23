import { stripVTControlCharacters } from 'node:util';
import {
  type Choice,
  type ComparedRow,
  type Comparison,
  differenceText,
  meanText,
  type Quality,
  type Ranking,
  type Summary,
  type Verdict,
} from '@espalier/report';
import type { Colours } from '../terminal.ts';
import { facts, wrapped } from './facts.ts';
import { figureText as ownFigureText } from './figure-text.ts';
import { bytes, count, plural, printable, significant, times } from './format.ts';
import { RowNames } from './row-names.ts';
import { type Column, type TableOptions, table, withoutMiddle } from './table.ts';

/** More rows than these are no table that anyone reads. */
const MOST_ROWS = 40;
const MOST_CONTEXTS = 12;

/** What a comparison says, for people. */
export function comparisonView(comparison: Comparison, choice: Choice | undefined, options: TableOptions): string {
  const names = new RowNames(comparison);
  const said = [
    accuracyOverSparsity(comparison, names, options),
    differences(comparison, names, options),
    controls(comparison, names, options),
    sizeAndSpeed(comparison, names, options),
    ownFigures(comparison, names, options),
    choice === undefined ? '' : chosen(comparison, choice, names, options),
  ];
  const parts = [headline(comparison, options), names.legend(said.join('\n'), options), ...said, remarks(comparison, options)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function headline({ counts, rows }: Comparison, { colours }: TableOptions): string {
  const seeds = [...new Set(rows.flatMap((row) => row.seeds))].sort((a, b) => a - b);
  const seedsText = seeds.length > 10 ? plural(seeds.length, 'seed') : `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`;
  const rest = [
    counts.broken > 0 ? colours.red(`${counts.broken} failed with an error`) : '',
    counts.unexpected > 0 ? colours.yellow(`${counts.unexpected} not as expected`) : '',
    counts.unfinished > 0 ? `${counts.unfinished} not finished` : '',
    counts.notBegun > 0 ? `${counts.notBegun} not begun` : '',
  ].filter(Boolean);
  if (counts.measured > 0 && !rows.some(isMeasured)) {
    const alone = `${plural(counts.measured, 'run')} of controls, and none of a strategy to hold against them`;
    return [colours.bold(alone), ...rest].join(' · ');
  }
  const measured = `${plural(counts.measured, 'run')} in ${plural(rows.filter(isMeasured).length, 'setting')}, ${seedsText}`;
  return [colours.bold(measured), ...rest].join(' · ');
}

/** Not of controls alone. */
function isMeasured({ cells }: ComparedRow): boolean {
  return cells.size > 0;
}

/** The picture at a look: a line per series, a column per sparsity. */
function accuracyOverSparsity({ rows, quality }: Comparison, names: RowNames, options: TableOptions): string {
  const path = 'prune.sparsity';
  const sparsities = [...new Set(rows.filter(isMeasured).map(({ values }) => values.get(path)))]
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b);
  const lines = new Map<string, Map<number, ComparedRow>>();
  for (const row of rows.filter(isMeasured)) {
    const key = [names.of(row.series), row.problem].filter(Boolean).join(', ');
    const sparsity = row.values.get(path);
    if (typeof sparsity !== 'number') return '';
    lines.set(key, (lines.get(key) ?? new Map()).set(sparsity, row));
  }
  const width = Math.max(
    ...[...lines.values()].flatMap((line) => [...line.values()].map((row) => meanText(row.figures[quality], textOf(quality)).length)),
    6,
  );
  const room = options.width - sparsities.length * (width + 2);
  const shown = new Set([...lines.keys()].map((name) => withoutMiddle(name, room)));
  if (sparsities.length < 2 || lines.size > MOST_ROWS || room < 8 || shown.size < lines.size) return '';
  // With a line of its own for each sparsity it would say nothing at a look.
  if ([...lines.values()].every(({ size }) => size === 1)) return '';
  const body = [...lines].map(([name, line]) => [
    name,
    ...sparsities.map((sparsity) => meanText(line.get(sparsity)?.figures[quality], textOf(quality))),
  ]);
  const columns = [
    { title: 'sparsity', fit: 'middle' as const },
    ...sparsities.map((sparsity) => ({ title: String(sparsity), align: 'right' as const })),
  ];
  return `${title(`${unitOf(quality)}, mean ± standard deviation over seeds`, options.colours)}\n${table(columns, body, options)}`;
}

/** Each place by itself: who leads, and of whom it may be said to be better. */
function differences(comparison: Comparison, names: RowNames, options: TableOptions): string {
  const { rankings, rows, quality, comparisons } = comparison;
  if (!rows.some(isMeasured)) return '';
  if (rankings.length === 0) return 'Neither accuracy nor loss of these runs is known: only their sizes can be compared.';
  const reference = names.ofReference(comparison.reference);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const family = comparisons > 1 ? `, widened for ${count(comparisons)} comparisons (Holm)` : '';
  const text = `Against ${reference}: differences of the same seeds, 95 % intervals${family}`;
  const head = wrapped(text, options.width)
    .map((line) => title(line, options.colours))
    .join('\n');
  let room = MOST_ROWS;
  const blocks: string[] = [];
  for (const ranking of rankings.slice(0, MOST_CONTEXTS)) {
    const places = ranking.places.slice(0, Math.max(0, room));
    room -= places.length;
    if (places.length === 0) break;
    const lines = places.map(({ row }, i) => {
      const one = byId.get(row);
      const judged = one?.versusReference;
      return [
        String(i + 1),
        names.of(one?.series ?? ''),
        meanText(one?.figures[quality], textOf(quality)),
        differenceText(judged, textOf(quality)),
        judged?.verdict ?? '',
      ];
    });
    const context = names.ofContext(ranking.context);
    const isShort = context.length <= 14;
    const place = isShort ? '' : `${wrapped(printable(context), options.width).join('\n')}\n`;
    const columns = [
      { title: '', align: 'right' as const, width: 2 },
      { title: isShort && context !== '' ? context : 'strategy', fit: 'middle' as const, width: 14 },
      { title: quality, align: 'right' as const, width: 12 },
      { title: `to ${reference}`, width: 22 },
      { title: '' },
    ];
    const said = wrapped(leaderText(ranking, names), options.width - 4).join('\n    ');
    blocks.push(`${place}${table(columns, lines, options)}${said === '' ? '' : `\n    ${said}`}`);
  }
  const shown = MOST_ROWS - Math.max(0, room);
  const left = rows.filter(isMeasured).length - shown;
  const more =
    left > 0
      ? `

${count(left)} more: narrow them with --where or --by, or write all with --csv`
      : '';
  return `${head}\n${blocks.join('\n\n')}${more}`;
}

/** What may be said of the one with the best mean. */
function leaderText({ places }: Ranking, names: RowNames): string {
  const [first, ...others] = places;
  if (first === undefined || others.length === 0) return '';
  const those = (verdict: Verdict) =>
    others.filter(({ behind }) => behind?.verdict === verdict).map(({ series }) => printable(names.of(series)));
  const [better, alike, once, steady] = [those('better'), those('not distinguishable'), those('one seed'), those('no spread')];
  const untested = others.filter(({ behind }) => behind === undefined).map(({ series }) => printable(names.of(series)));
  return [
    better.length > 0 ? `better than ${some(better)}` : '',
    alike.length > 0 ? `not distinguishable from ${some(alike)}` : '',
    once.length > 0 ? `one seed: nothing can be said of ${some(once)}` : '',
    steady.length > 0 ? `the same difference in every seed to ${some(steady)}, so no interval` : '',
    untested.length > 0 ? `no seed in common with ${some(untested)}` : '',
  ]
    .filter(Boolean)
    .map((text, i) =>
      i === 0 ? `${printable(names.of(first.series))} is ${text}`.replace(/ is (one seed|the same|no seed)/, ': $1') : text,
    )
    .join('; ');
}

function some(names: readonly string[]): string {
  // Names may have commas of their own.
  const between = names.some((name) => name.includes(',')) ? ' / ' : ', ';
  return names.length <= 4 ? names.join(between) : `${names.slice(0, 3).join(between)} and ${names.length - 3} more`;
}

function controls({ rows, quality }: Comparison, names: RowNames, options: TableOptions): string {
  const hasContext = rows.some(({ context }) => context !== '');
  const lines = rows.flatMap((row) =>
    [...row.versusControls].map(([control, judged]) => [
      names.of(row.series),
      ...(hasContext ? [names.ofPlace(row)] : []),
      control,
      differenceText(judged, textOf(quality)),
      judged.verdict,
    ]),
  );
  if (lines.length === 0) return '';
  const columns = [
    { title: 'strategy', fit: 'middle' as const },
    ...(hasContext ? [{ title: 'at', fit: 'middle' as const }] : []),
    { title: 'control' },
    { title: 'difference' },
    { title: '', fit: 'wrap' as const },
  ];
  const head = title('Strategies against their own controls, paired by seed', options.colours);
  return `${head}\n${table(columns, lines.slice(0, MOST_ROWS), options)}${moreText(lines.length)}`;
}

/** Latencies by the figures that have them, those of shrunk and sparse models where there are any. */
const LATENCIES = {
  denseLatencyMs: 'dense ms',
  latencyMs: 'masked ms',
  shrunkLatencyMs: 'shrunk ms',
  savedModelLatencyMs: 'one graph ms',
  sparseLatencyMs: 'sparse ms',
} as const;
type Latency = keyof typeof LATENCIES;

interface RowColumn extends Column {
  cell(row: ComparedRow): string;
}

function sizeAndSpeed({ rows, fronts, quality }: Comparison, names: RowNames, options: TableOptions): string {
  const shown = rows.filter(({ figures }) => figures.bytes !== undefined).slice(0, MOST_ROWS);
  if (shown.length === 0) return '';
  const isThere = (figure: string) => shown.some(({ figures }) => figures[figure] !== undefined);
  const size = (figure: 'bytes' | 'shrunkBytes', name: string): RowColumn[] =>
    isThere(figure) ? [{ title: name, align: 'right', cell: ({ figures }) => sizeText(figures[figure]) }] : [];
  const named: RowColumn[] = [
    { title: 'strategy', fit: 'middle', cell: ({ series }) => names.of(series) },
    ...(shown.some(({ context }) => context !== '')
      ? [{ title: 'at', fit: 'middle' as const, cell: (row: ComparedRow) => names.ofPlace(row) }]
      : []),
  ];
  const sizes: RowColumn[] = [
    ...size('bytes', 'bytes'),
    ...size('shrunkBytes', 'shrunk'),
    { title: 'MACs', align: 'right', cell: ({ figures }) => count(figures.macs?.mean ?? 0) },
  ];
  const latencies = (Object.keys(LATENCIES) as Latency[])
    .filter((figure) => figure === 'denseLatencyMs' || figure === 'latencyMs' || isThere(figure))
    .map((figure): RowColumn => ({ title: LATENCIES[figure], align: 'right', cell: ({ figures }) => latencyText(figures[figure]) }));
  const onFront: RowColumn = {
    title: 'front',
    cell: ({ id }) => [fronts.bytes.includes(id) ? 'bytes' : '', fronts.macs.includes(id) ? 'MACs' : ''].filter(Boolean).join(', '),
  };
  const drawn = (columns: readonly RowColumn[]) =>
    table(
      columns,
      shown.map((row) => columns.map(({ cell }) => cell(row))),
      options,
    );
  const whole = drawn([...named, ...sizes, ...latencies, onFront]);
  const fits = whole.split('\n').every((line) => stripVTControlCharacters(line).length <= options.width);
  const tables = fits ? whole : `${drawn([...named, ...sizes, onFront])}\n\n${drawn([...named, ...latencies])}`;
  const front = `Front: no other setting has ${quality === 'accuracy' ? 'more accuracy' : 'less loss'} for as few of those (Pareto).`;
  const notes = wrapped(`${front} ${speedText(shown)}`, options.width).join('\n');
  const head = title('Size and speed: mean bytes and MACs; ms: median latency ± spread over seeds', options.colours);
  return `${head}\n${tables}${moreText(rows.length)}\n${notes}`;
}

function sizeText(summary: Summary | undefined): string {
  return summary === undefined ? '–' : bytes(Math.round(summary.mean));
}

/** A column for each figure of metrics and evaluators. */
function ownFigures({ rows, ownFigures: own }: Comparison, names: RowNames, options: TableOptions): string {
  const shown = rows.filter(({ figures }) => [...own.keys()].some((name) => figures[name] !== undefined));
  if (shown.length === 0) return '';
  const hasContext = shown.some(({ context }) => context !== '');
  const columns = [
    { title: 'strategy', fit: 'middle' as const },
    ...(hasContext ? [{ title: 'at', fit: 'middle' as const }] : []),
    ...[...own.keys()].map((name) => ({ title: printable(name), align: 'right' as const })),
  ];
  const lines = shown
    .slice(0, MOST_ROWS)
    .map((row) => [
      names.of(row.series),
      ...(hasContext ? [names.ofPlace(row)] : []),
      ...[...own].map(([name, { unit }]) => meanFigureText(row.figures[name], unit)),
    ]);
  return `${title('Metrics and evaluators: means ± spread over seeds', options.colours)}\n${table(columns, lines, options)}${moreText(shown.length)}`;
}

function meanFigureText(summary: Summary | undefined, unit: string | undefined): string {
  if (summary === undefined) return '–';
  const { mean, spread } = summary;
  return spread === null || spread === 0 ? ownFigureText(mean, unit) : `${ownFigureText(mean, unit)} ± ${ownFigureText(spread, unit)}`;
}

function speedText(rows: readonly ComparedRow[]): string {
  const masked = medianSpeed(rows, 'latencyMs');
  if (masked === undefined) return '';
  const noise = Math.abs(masked - 1) <= 0.1 ? ', within what noise makes' : '';
  const zeros = `Zeros alone give no speed, they are multiplied all the same; here masked models have ${times(masked)} the speed of dense ones (median)${noise}.`;
  const [shrunk, graph] = [medianSpeed(rows, 'shrunkLatencyMs'), medianSpeed(rows, 'savedModelLatencyMs')];
  const sparse = medianSpeed(rows, 'sparseLatencyMs', 'denseWasmLatencyMs');
  const onKernels = sparse === undefined ? '' : ` On sparse kernels they have ${times(sparse)} that of dense ones on WebAssembly.`;
  if (shrunk === undefined) return `${zeros}${onKernels || ' What makes them faster is shrinking, or sparse kernels.'}`;
  return `${zeros} Shrunk they have ${times(shrunk)}${graph === undefined ? '' : `, and ${times(graph)} as one graph`}.${onKernels}`;
}

/** How many times as fast as the dense models. */
function medianSpeed(
  rows: readonly ComparedRow[],
  figure: Latency,
  dense: 'denseLatencyMs' | 'denseWasmLatencyMs' = 'denseLatencyMs',
): number | undefined {
  const ratios = rows.flatMap(({ figures: { [dense]: slow, [figure]: own } }) => (slow && own ? [slow.median / own.median] : []));
  return ratios.sort((a, b) => a - b)[ratios.length >> 1];
}

/** The answer to --minimize or --maximize. */
function chosen({ rows, quality }: Comparison, choice: Choice, names: RowNames, options: TableOptions): string {
  const row = rows.find(({ id }) => id === choice.row);
  if (row === undefined) return '';
  const { figures, versusDense } = row;
  const goal = figures[choice.goal];
  const word = choice.direction === 'minimize' ? 'Least' : 'Most';
  const { holdsIn } = choice;
  const seeds = plural(row.seeds.length, 'seed');
  const alone =
    holdsIn === row.seeds.length ? `the mean, and each of ${seeds} by itself` : `the mean, and ${holdsIn} of ${seeds} by themselves`;
  const head = `${word} ${choice.goal}: ${[names.of(row.series), row.context].filter(Boolean).join(', ')}`;
  const heading = wrapped(printable(head), options.width)
    .map((line) => title(line, options.colours))
    .join('\n');
  const { command } = choice;
  const several = `none: this is a mean over ${plural(choice.settings, 'setting')}, and no one run has it; leave --by away to choose a setting`;
  return `${heading}\n${facts(
    [
      [
        choice.goal,
        goal === undefined
          ? '–'
          : `${figureText(choice.goal, goal.mean)}${goal.spread ? ` ± ${figureText(choice.goal, goal.spread)}` : ''}`,
      ],
      [
        quality,
        `${meanText(figures[quality], textOf(quality))}${versusDense === undefined ? '' : `, to dense ${differenceText(versusDense, textOf(quality))}`}`,
      ],
      holdsIn === undefined ? undefined : ['holds in', alone],
      choice.set.length === 0 ? undefined : ['settings', printable(choice.set.join(' '))],
      ['run it', command === undefined ? several : printable(command)],
      [
        'model',
        `${printable(choice.run.folder)}/${modelFolder(choice.goal)} (seed ${choice.run.seed}, the median one${command === undefined ? ' of all of them' : ''})`,
      ],
    ],
    options,
  )}`;
}

/** Where the model is that a figure is of. */
function modelFolder(figure: Choice['goal']): string {
  if (figure.startsWith('savedModel')) return 'saved-model';
  if (figure.startsWith('sparse')) return 'sparse';
  return figure.startsWith('shrunk') ? 'shrunk' : 'model';
}

function remarks({ problems }: Comparison, { colours, width }: TableOptions): string {
  const shown = problems
    .slice(0, 10)
    .map(({ file, what }) => wrapped(`${colours.yellow('left out:')} ${printable(file)}: ${printable(what)}`, width).join('\n  '));
  if (problems.length > shown.length) shown.push(`${problems.length - shown.length} more like these; --json lists them`);
  return shown.join('\n');
}

function moreText(rows: number): string {
  return rows > MOST_ROWS ? `\n${count(rows - MOST_ROWS)} more` : '';
}

function title(text: string, colours: Colours): string {
  return colours.bold(printable(text));
}

function unitOf(quality: Quality): string {
  return quality === 'accuracy' ? 'Accuracy in %' : 'Loss';
}

/** How a quality is written: accuracies in percent. */
function textOf(quality: Quality): (value: number) => string {
  return quality === 'accuracy' ? (value) => (100 * value).toFixed(2) : significant;
}

function latencyText(summary: Summary | undefined): string {
  if (summary === undefined) return '–';
  return summary.spread === null ? significant(summary.median) : `${significant(summary.median)} ± ${significant(summary.spread)}`;
}

function figureText(figure: Choice['goal'], value: number): string {
  if (/bytes$/i.test(figure)) return bytes(Math.round(value));
  if (/accuracy|sparsity/i.test(figure)) return `${(100 * value).toFixed(2)} %`;
  return /macs|nonzero/i.test(figure) ? count(value) : significant(value);
}
