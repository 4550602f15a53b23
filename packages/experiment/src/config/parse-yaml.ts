import {
  type Alias,
  Composer,
  CST,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  Parser,
  visit,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { ConfigPath } from './config-path.ts';
import type { Diagnostic, Position } from './diagnostic.ts';

const MAX_LENGTH = 1_000_000;
const MAX_DEPTH = 64;
const MAX_ALIASES = 100;

/** A YAML text as a plain value that remembers where each part of it stands. */
export interface ParsedYaml {
  /** undefined where the text has no tree to go on with. */
  readonly value: unknown;
  readonly problems: readonly Diagnostic[];
  /** Where a key or a value stands; where the path leads nowhere, the nearest place around it. */
  at(path: ConfigPath, what?: 'key' | 'value'): Position;
}

/** Reads one document of YAML 1.2 (core schema, with merge keys); every mistake is reported, nothing is thrown. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const positionOf = (start: number, end?: number): Position => {
    const { line, col } = lines.linePos(start);
    const last = end === undefined ? undefined : lines.linePos(end);
    const lineEnd = /[\r\n]|$/.exec(text.slice(start))?.index ?? 0;
    const endColumn = last?.line === line ? last.col : col + lineEnd;
    return { line: Math.max(1, line), column: Math.max(1, col), endColumn };
  };
  const problem = (message: string, position: Position, more: Partial<Diagnostic> = {}): Diagnostic => ({
    file,
    path: [],
    ...position,
    message,
    severity: 'error',
    ...more,
  });
  const top: Position = { line: 1, column: 1 };
  const nothing = (message: string, position: Position = top): ParsedYaml => ({
    value: undefined,
    problems: [problem(message, position)],
    at: () => top,
  });

  if (text.length > MAX_LENGTH) return nothing(`this is no config: it has ${text.length} characters, more than the ${MAX_LENGTH} allowed`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what tells a binary file.
  const binary = /[\u0000-\u0008\u000e-\u001f\ufffd]/.exec(text);
  if (binary !== null) return nothing('this is not YAML: it has bytes that no text has', placeIn(text, binary.index));

  const tokens = tokensOf(text, lines);
  if (typeof tokens === 'number') return nothing(`nested too deeply: more than ${MAX_DEPTH} levels`, positionOf(tokens, tokens + 1));
  const documents = [...new Composer(YAML_OPTIONS).compose(tokens, true, text.length)] as Document.Parsed<ParsedNode>[];
  const [document] = documents;
  if (document === undefined || (document.contents === null && document.errors.length === 0)) return nothing('the file is empty');

  const root = document.contents as Node | null;
  const problems = documents
    .flatMap(({ errors, warnings }) => [...errors, ...warnings])
    .map((error) =>
      problem(wordsFor(error, text), positionOf(error.pos[0], error.code === 'DUPLICATE_KEY' ? keyEnd(text, error.pos[0]) : error.pos[1])),
    );
  const errorsSpoilTree = documents.some(({ errors }) =>
    errors.some(({ code }) => code !== 'DUPLICATE_KEY' && code !== 'TAG_RESOLVE_FAILED'),
  );
  const second = documents[1];
  if (second !== undefined) {
    problems.push(problem('a second document: a config is one document, without "---" inside', positionOf(second.range[0])));
  }

  const { targets, bomb, ...survey } = surveyOf(document);
  const refused = survey.refused.map(({ message, node }) => problem(message, rangeOf(node, positionOf)));
  problems.push(...refused);
  const at = (path: ConfigPath, what: 'key' | 'value' = 'value') => find({ root, targets, positionOf }, path, what);
  if (errorsSpoilTree || refused.length > 0) return { value: undefined, problems: onePerLine(problems), at };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), problems, at };
  } catch (error) {
    const message =
      error instanceof ReferenceError
        ? `aliases stand for more than ${MAX_ALIASES} copies of values here: written out, they would fill the memory`
        : `this cannot be read: ${(error as Error).message}`;
    return { value: undefined, problems: [...problems, problem(message, rangeOf(bomb ?? root, positionOf))], at };
  }
}

/** Dates stay text, no tag makes anything but plain values, and "%YAML 1.1" changes nothing of that. */
const YAML_OPTIONS = { schema: 'core', merge: true, stringKeys: true, resolveKnownTags: false, strict: true, uniqueKeys: true } as const;

/** The tokens of a text, or where it gets too deep: composing recurses, and ends the process where its stack does. */
function tokensOf(text: string, lines: LineCounter): CST.Token[] | number {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    if (parser.stack.length > MAX_DEPTH && parser.stack.filter(CST.isCollection).length > MAX_DEPTH) return offset;
    // Marks between lexemes, such as the start of a document, are not in the text.
    if (![CST.DOCUMENT, CST.FLOW_END, CST.SCALAR].includes(lexeme)) offset += lexeme.length;
  }
  tokens.push(...parser.end());
  return tokens;
}

function wordsFor({ code, message, pos }: YAMLError, text: string): string {
  switch (code) {
    case 'DUPLICATE_KEY':
      return `duplicate key "${text.slice(pos[0], keyEnd(text, pos[0]))}": it stands above already`;
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent YAML; use spaces';
    case 'TAG_RESOLVE_FAILED':
      return 'a tag (!…) has no meaning here: values are plain text, numbers, true, false, lists and mappings';
    case 'NON_STRING_KEY':
      return 'a key must be plain text';
    case 'BAD_ALIAS':
      return message.charAt(0).toLowerCase() + message.slice(1);
    default:
      return `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

function keyEnd(text: string, start: number): number {
  return start + (/^("[^"]*"|'[^']*'|[^:\r\n]*)/.exec(text.slice(start, start + 200))?.[0].trimEnd().length ?? 1);
}

/** What one pass over the nodes tells; asking an alias itself would search the document anew each time. */
interface Survey {
  /** What the parser lets through and a config must not have. */
  readonly refused: readonly { readonly message: string; readonly node: Node }[];
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>;
  /** The last alias that stands for further aliases: the bomb itself rather than its fuse. */
  readonly bomb: Node | undefined;
}

function surveyOf(document: Document.Parsed): Survey {
  const refused: { message: string; node: Node }[] = [];
  const targets = new Map<Alias, Node>();
  const anchors = new Map<string, Node>();
  const holdAliases = new Set<unknown>();
  let bomb: Node | undefined;
  visit(document, {
    Alias(_, alias, ancestors) {
      const target = anchors.get(alias.source);
      if (target === undefined)
        refused.push({ message: `the alias *${alias.source} stands for nothing: no &${alias.source} is above it`, node: alias });
      else if (ancestors.includes(target)) refused.push({ message: `the alias *${alias.source} stands for itself`, node: alias });
      else targets.set(alias, target);
      for (const ancestor of ancestors) holdAliases.add(ancestor);
      if (bomb === undefined || holdAliases.has(target)) bomb = alias;
    },
    Value(_, node) {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Pair(_, { key }) {
      if (isScalar(key) && key.value === '__proto__') refused.push({ message: 'the key "__proto__" is not allowed', node: key });
    },
  });
  return { refused, targets, bomb };
}

type PositionOf = (start: number, end?: number) => Position;

function rangeOf(node: Node | null, positionOf: PositionOf): Position {
  const range = node?.range;
  return range === undefined || range === null ? { line: 1, column: 1 } : positionOf(range[0], range[1]);
}

interface Tree {
  readonly root: Node | null;
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly positionOf: PositionOf;
}

function find({ root, targets, positionOf }: Tree, path: ConfigPath, what: 'key' | 'value'): Position {
  let node: Node | null | undefined = root;
  let key: Node | undefined;
  for (const [depth, step] of path.entries()) {
    const here: Node | undefined = isAlias(node) ? targets.get(node) : (node ?? undefined);
    const next: { key?: unknown; value?: unknown } | undefined = isMap(here)
      ? pairAt(targets, here, String(step))
      : isSeq(here)
        ? { key: undefined, value: here.items[Number(step)] }
        : undefined;
    if (next === undefined || (next.key === undefined && next.value === undefined)) {
      // The path goes on where the file does not: at a mapping's key, or at the name that stands for a part.
      if (depth === 0) return firstPlace(here, positionOf);
      return rangeOf(isCollection(here) || isEmpty(here) ? (key ?? here ?? null) : here, positionOf);
    }
    key = isNode(next.key) ? next.key : undefined;
    node = isNode(next.value) ? next.value : null;
  }
  if (path.length === 0) return firstPlace(node ?? undefined, positionOf);
  return rangeOf(key !== undefined && (what === 'key' || isEmpty(node)) ? key : (node ?? null), positionOf);
}

/** A value that was left out after its key has no place of its own. */
function isEmpty(node: Node | null | undefined): node is null | undefined {
  return node === null || node === undefined || (isScalar(node) && node.range?.[0] === node.range?.[1]);
}

/** A problem with the whole is shown at its first key. */
function firstPlace(node: Node | undefined, positionOf: PositionOf): Position {
  const first = isMap(node) ? (node.items[0]?.key as Node | undefined) : undefined;
  return rangeOf(first ?? node ?? null, positionOf);
}

function pairAt(targets: ReadonlyMap<Alias, Node>, map: YAMLMap, key: string): Pair | undefined {
  const own = map.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (!isScalar(pair.key) || pair.key.source !== '<<') continue;
    for (const merged of isSeq(pair.value) ? pair.value.items : [pair.value]) {
      const target = isAlias(merged) ? targets.get(merged) : merged;
      const found = isMap(target) ? pairAt(targets, target, key) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function placeIn(text: string, index: number): Position {
  const before = text.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A broken line makes the parser complain several times; the first complaint is the one that helps. */
function onePerLine(problems: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<number>();
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column).filter(({ line }) => !seen.has(line) && seen.add(line));
}
