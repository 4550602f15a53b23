import { ConfigError, type Diagnostic } from '@espalier/experiment';
import type { PruneWishes } from './prune-config.ts';

/** Options of `prune` and where in the config that is made of them their values stand, indented by two more. */
const ENTRIES = {
  data: 'data:',
  strategy: '  strategy:',
  sparsity: '  sparsity:',
  epochs: '  epochs:',
  granularity: '  granularity:',
  threshold: '  threshold:',
} as const;

interface Place {
  readonly option: string;
  readonly values: readonly string[];
  /** Of the first value, counted from 1. */
  readonly line: number;
  readonly indent: number;
}

/** The same error, but what is wrong is shown in the option that it came from: its user never saw the config. */
export function blameOptions(error: unknown, config: string, wishes: PruneWishes): unknown {
  if (!(error instanceof ConfigError)) return error;
  const places = placesIn(config, wishes);
  return new ConfigError(
    error.diagnostics.map((diagnostic) => placed(diagnostic, places)),
    config,
  );
}

function placesIn(config: string, wishes: PruneWishes): Place[] {
  const lines = config.split('\n');
  const places = Object.entries(ENTRIES).flatMap(([name, entry]) => {
    const value = wishes[name as keyof typeof ENTRIES];
    const indent = entry.search(/\S/) + 2;
    return value === undefined ? [] : [{ option: `--${name}`, values: value.split('\n'), line: lines.indexOf(entry) + 2, indent }];
  });
  const strategy = places.find(({ option }) => option === '--strategy');
  if (wishes.scorer === undefined || strategy === undefined) return places;
  // It stands in the strategy, two lines further and as many indents.
  return [{ option: '--scorer', values: wishes.scorer.split('\n'), line: strategy.line + 2, indent: strategy.indent + 4 }, ...places];
}

function placed(diagnostic: Diagnostic, places: readonly Place[]): Diagnostic {
  if (diagnostic.argument !== undefined) return diagnostic;
  const { line, column, endColumn, path, message } = diagnostic;
  const scorer = places.find(({ option }) => option === '--scorer');
  // What is wrong with a part inside of a strategy is found at the strategy.
  if (scorer !== undefined && message.startsWith('scorer ')) {
    const [argument = ''] = scorer.values;
    return { ...diagnostic, option: scorer.option, argument, line: 1, column: 1, endColumn: argument.length + 1 };
  }
  const place = places.find((each) => line >= each.line && line < each.line + each.values.length);
  if (place !== undefined) {
    const argument = place.values[line - place.line] ?? '';
    const moved = (at: number) => Math.max(1, at - place.indent);
    return {
      ...diagnostic,
      option: place.option,
      argument,
      line: 1,
      column: moved(column),
      ...(endColumn === undefined ? {} : { endColumn: moved(endColumn) }),
    };
  }
  if (path[0] === 'shrink') {
    const option = path[1] === 'savedModel' ? '--saved-model' : '--shrink';
    return { ...diagnostic, option, argument: '', line: 1, column: 1 };
  }
  if (path[0] === 'sparse') return { ...diagnostic, option: '--sparse', argument: '', line: 1, column: 1 };
  const missing = path[0] === 'prune' ? path[1] : path[0];
  if (typeof missing !== 'string' || !(missing in ENTRIES)) return diagnostic;
  return { ...diagnostic, option: `--${missing}`, argument: '', line: 1, column: 1 };
}
