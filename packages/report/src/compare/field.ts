import { nearest } from '@espalier/core';
import { WrongRequest } from '../wrong-request.ts';

/** More names than these are no help. */
const MOST = 40;

/** The shortest ends of paths that say which is meant: `strategy` for `prune.strategy`, `train.epochs` beside `prune.epochs`. */
export function shortNames(paths: readonly string[]): Map<string, string> {
  return new Map(paths.map((path) => [path, shortName(path, paths)]));
}

function shortName(path: string, paths: readonly string[]): string {
  const segments = path.split('.');
  for (let from = segments.length - 1; from > 0; from--) {
    const end = segments.slice(from).join('.');
    if (paths.every((other) => other === path || !endsWith(other, end))) return end;
  }
  return path;
}

/**
 * The path that a user means by its whole or by its end; of several with that end the shortest, as `strategy` is
 * `prune.strategy`.
 *
 * @throws WrongRequest where there is none, with the nearest.
 */
export function findPath(name: string, paths: readonly string[]): string {
  if (paths.includes(name)) return name;
  const ends = paths.filter((path) => endsWith(path, name)).sort((a, b) => depth(a) - depth(b));
  const [first, second] = ends;
  if (first === undefined) throw new WrongRequest(unknownField(name, [...shortNames(paths).values()]));
  if (second !== undefined && depth(second) === depth(first))
    throw new WrongRequest(`"${name}" may be ${ends.filter((end) => depth(end) === depth(first)).join(' or ')}: say which`);
  return first;
}

export function unknownField(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  const more = known.length > MOST ? ` and ${known.length - MOST} more` : '';
  return `no run has the field "${name}".${meant} There are: ${known.slice(0, MOST).join(', ')}${more}`;
}

function endsWith(path: string, end: string): boolean {
  return path === end || path.endsWith(`.${end}`);
}

function depth(path: string): number {
  return path.split('.').length;
}
