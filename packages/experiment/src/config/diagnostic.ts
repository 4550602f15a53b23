import { EspalierError } from '@espalier/core';
import type { ConfigPath } from './config-path.ts';

/** Where something stands in a text; lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  /** The column after the last character, where it ends on the same line. */
  readonly endColumn?: number;
}

/** One mistake in a config, with all that helps to mend it. */
export interface Diagnostic extends Position {
  readonly file: string;
  /** The argument of `--set` that the mistake came from, without `--set`; line and column are then inside it. */
  readonly argument?: string;
  /** The option in place of `--set` that the argument is of; one that is missing has an empty argument. */
  readonly option?: string;
  readonly path: ConfigPath;
  readonly message: string;
  /** What could have stood there. */
  readonly expected?: string;
  /** The known name that was probably meant. */
  readonly nearest?: string;
  /** What else is to be said, a sentence each. */
  readonly notes?: readonly string[];
  readonly severity: 'error' | 'warning';
}

export interface RenderOptions {
  readonly colour?: boolean;
}

const MAX_WIDTH = 120;
const MAX_SHOWN = 50;

/** Shows a mistake as a compiler would: where, what, the line itself with the place underlined, what to do. */
export function renderDiagnostic(diagnostic: Diagnostic, source: string, { colour = false }: RenderOptions = {}): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { argument, option = '--set', severity, expected, nearest } = diagnostic;
  const accent = severity === 'error' ? 31 : 33;
  const where = argument === undefined ? `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}` : `${option} ${argument}`.trimEnd();
  const head = severity === 'error' ? diagnostic.message : `warning: ${diagnostic.message}`;

  const shown = excerpt(argument ?? source.split(/\r\n|[\r\n]/)[diagnostic.line - 1] ?? '', diagnostic);
  const number = argument === undefined ? String(diagnostic.line) : option;
  const margin = ' '.repeat(number.length);
  const hints = [
    ...(expected === undefined ? [] : [`expected: ${expected}`]),
    ...(nearest === undefined ? [] : [`did you mean "${nearest}"?`]),
    ...(diagnostic.notes ?? []),
  ];
  return [
    `${paint(1, `${where}:`)} ${paint(accent, head)}`,
    ...(argument === ''
      ? []
      : [
          `  ${paint(2, `${number} |`)} ${shown.text}`,
          `  ${paint(2, `${margin} |`)} ${' '.repeat(shown.indent)}${paint(accent, '^'.repeat(shown.length))}`,
        ]),
    ...hints.map((hint) => `  ${margin} ${paint(2, '=')} ${hint}`),
  ].join('\n');
}

/** The part of a line around the place; control characters and tabs take one column each, so that the underline fits. */
function excerpt(line: string, { column, endColumn }: Position): { text: string; indent: number; length: number } {
  const from = column > MAX_WIDTH - 20 ? column - 40 : 0;
  const cut = line.slice(from, from + MAX_WIDTH);
  const before = from > 0 ? '…' : '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not reach a terminal.
  const text = `${before}${cut}${from + MAX_WIDTH < line.length ? '…' : ''}`.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  const indent = column - 1 - from + before.length;
  const length = Math.max(1, Math.min((endColumn ?? column + 1) - column, text.length - indent));
  return { text: text.trimEnd(), indent, length };
}

/** A config that cannot be run: every mistake in it, in the order of the file. Nothing has been run. */
export class ConfigError extends EspalierError {
  readonly diagnostics: readonly Diagnostic[];
  /** The text of the config. */
  readonly source: string;
  private readonly sourceOf: SourceOf;

  /** @param others the texts of other files that diagnostics speak of, by their names. */
  constructor(diagnostics: readonly Diagnostic[], source: string, others: ReadonlyMap<string, string> = new Map()) {
    const sorted = inOrder(diagnostics);
    const sourceOf: SourceOf = ({ file }) => others.get(file) ?? source;
    super(renderAll(sorted, sourceOf));
    this.diagnostics = sorted;
    this.source = source;
    this.sourceOf = sourceOf;
  }

  /** The message, in colour where that is wanted. */
  render(options: RenderOptions = {}): string {
    return renderAll(this.diagnostics, this.sourceOf, options);
  }
}

type SourceOf = (diagnostic: Diagnostic) => string;

function renderAll(diagnostics: readonly Diagnostic[], sourceOf: SourceOf, options: RenderOptions = {}): string {
  const shown = diagnostics.slice(0, MAX_SHOWN).map((diagnostic) => renderDiagnostic(diagnostic, sourceOf(diagnostic), options));
  const more = diagnostics.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n\n');
}

/** In the order of the file, what came from arguments last, nothing twice. */
function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  const once = diagnostics.filter(({ file, argument, option, line, column, message }) => {
    const key = JSON.stringify([file, argument, option, line, column, message]);
    return !seen.has(key) && seen.add(key);
  });
  const files = [...new Set(diagnostics.map(({ file }) => file))];
  return once.sort(
    (a, b) =>
      Number(a.argument !== undefined) - Number(b.argument !== undefined) ||
      files.indexOf(a.file) - files.indexOf(b.file) ||
      a.line - b.line ||
      a.column - b.column,
  );
}
