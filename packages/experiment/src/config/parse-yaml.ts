import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type ParsedNode,
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

  let documents: Document.Parsed<ParsedNode>[];
  try {
    documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, ...YAML_OPTIONS })] as Document.Parsed<ParsedNode>[];
  } catch (error) {
    // The parser recurses: a text that is nested absurdly deep ends its stack.
    if (error instanceof RangeError) return nothing(`nested too deeply: more than ${MAX_DEPTH} levels`);
    throw error;
  }
  const [document] = documents;
  if (document === undefined || (document.contents === null && document.errors.length === 0)) return nothing('the file is empty');

  const root = document.contents as Node | null;
  const problems = documents
    .flatMap(({ errors, warnings }) => [...errors, ...warnings])
    .map((error) => problem(wordsFor(error, text), positionOf(error.pos[0], error.code === 'DUPLICATE_KEY' ? keyEnd(text, error.pos[0]) : error.pos[1])));
  const errorsSpoilTree = documents.some(({ errors }) => errors.some(({ code }) => code !== 'DUPLICATE_KEY' && code !== 'TAG_RESOLVE_FAILED'));
  const second = documents[1];
  if (second !== undefined) {
    problems.push(problem('a second document: a config is one document, without "---" inside', positionOf(second.range[0])));
  }

  const refused = refusedNodes(document).map(({ message, node }) => problem(message, rangeOf(node, positionOf)));
  problems.push(...refused);
  const at = (path: ConfigPath, what: 'key' | 'value' = 'value') => find(document, root, path, what, positionOf) ?? top;
  if (errorsSpoilTree || refused.length > 0) return { value: undefined, problems: onePerLine(problems), at };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), problems, at };
  } catch (error) {
    const bomb = heaviestAlias(document);
    const message =
      error instanceof ReferenceError
        ? `aliases stand for more than ${MAX_ALIASES} copies of values here: written out, they would fill the memory`
        : `this cannot be read: ${(error as Error).message}`;
    return { value: undefined, problems: [...problems, problem(message, rangeOf(bomb ?? root, positionOf))], at };
  }
}

/** Dates stay text, no tag makes anything but plain values, and "%YAML 1.1" changes nothing of that. */
const YAML_OPTIONS = { schema: 'core', merge: true, stringKeys: true, resolveKnownTags: false, strict: true, uniqueKeys: true } as const;

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
    case 'RESOURCE_EXHAUSTION':
      return `nested too deeply: more than ${MAX_DEPTH} levels`;
    case 'BAD_ALIAS':
      return message.charAt(0).toLowerCase() + message.slice(1);
    default:
      return `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  }
}

function keyEnd(text: string, start: number): number {
  return start + (/^("[^"]*"|'[^']*'|[^:\r\n]*)/.exec(text.slice(start, start + 200))?.[0].trimEnd().length ?? 1);
}

/** What the parser lets through and a config must not have. */
function refusedNodes(document: Document.Parsed): { message: string; node: Node }[] {
  const refused: { message: string; node: Node }[] = [];
  visit(document, {
    Alias(_, alias: Alias, ancestors) {
      const target = alias.resolve(document);
      if (target === undefined) refused.push({ message: `the alias *${alias.source} stands for nothing: no &${alias.source} is above it`, node: alias });
      else if (ancestors.includes(target)) refused.push({ message: `the alias *${alias.source} stands for itself`, node: alias });
    },
    Collection(_, node, ancestors) {
      if (ancestors.filter((ancestor) => isCollection(ancestor)).length < MAX_DEPTH) return undefined;
      refused.push({ message: `nested too deeply: more than ${MAX_DEPTH} levels`, node });
      return visit.BREAK;
    },
    Pair(_, { key }) {
      if (isScalar(key) && key.value === '__proto__') refused.push({ message: 'the key "__proto__" is not allowed', node: key });
    },
  });
  return refused;
}

/** The alias that stands for most, so that the message points at the bomb rather than at its fuse. */
function heaviestAlias(document: Document.Parsed): Node | undefined {
  let heaviest: { node: Node; within: number } | undefined;
  visit(document, {
    Alias(_, node) {
      let within = 0;
      const target = node.resolve(document);
      if (target !== undefined) visit(target, { Alias: () => void within++ });
      if (heaviest === undefined || within > heaviest.within) heaviest = { node, within };
    },
  });
  return heaviest?.node;
}

type PositionOf = (start: number, end?: number) => Position;

function rangeOf(node: Node | null, positionOf: PositionOf): Position {
  const range = node?.range;
  return range === undefined || range === null ? { line: 1, column: 1 } : positionOf(range[0], range[1]);
}

function find(document: Document.Parsed, root: Node | null, path: ConfigPath, what: 'key' | 'value', positionOf: PositionOf): Position | undefined {
  let node: Node | null | undefined = root;
  let key: Node | undefined;
  for (const [depth, step] of path.entries()) {
    const here: Node | undefined = isAlias(node) ? node.resolve(document) : (node ?? undefined);
    const next: { key?: unknown; value?: unknown } | undefined = isMap(here) ? pairAt(document, here, String(step)) : isSeq(here) ? { key: undefined, value: here.items[Number(step)] } : undefined;
    if (next === undefined || (next.key === undefined && next.value === undefined)) {
      // The path goes on where the file does not: at a mapping's key, or at the name that stands for a part.
      if (depth === 0) return firstPlace(here, positionOf);
      return rangeOf(isCollection(here) ? (key ?? here) : (here ?? key ?? null), positionOf);
    }
    key = isNode(next.key) ? next.key : undefined;
    node = isNode(next.value) ? next.value : null;
  }
  if (path.length === 0) return firstPlace(node ?? undefined, positionOf);
  const isEmpty = node === null || node === undefined || (isScalar(node) && node.range?.[0] === node.range?.[1]);
  return rangeOf(key !== undefined && (what === 'key' || isEmpty) ? key : (node ?? null), positionOf);
}

/** A problem with the whole is shown at its first key. */
function firstPlace(node: Node | undefined, positionOf: PositionOf): Position {
  const first = isMap(node) ? (node.items[0]?.key as Node | undefined) : undefined;
  return rangeOf(first ?? node ?? null, positionOf);
}

function pairAt(document: Document.Parsed, map: YAMLMap, key: string): Pair | undefined {
  const own = map.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own !== undefined) return own;
  for (const pair of map.items) {
    if (!isScalar(pair.key) || pair.key.source !== '<<') continue;
    for (const merged of isSeq(pair.value) ? pair.value.items : [pair.value]) {
      const target = isAlias(merged) ? merged.resolve(document) : merged;
      const found = isMap(target) ? pairAt(document, target, key) : undefined;
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
