import { closest, distance } from 'fastest-levenshtein';

/** The name that was probably meant; undefined where none is near enough to be more help than noise. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const byLowerCase = new Map(names.map((known) => [known.toLowerCase(), known]));
  const wanted = name.toLowerCase();
  const found = closest(wanted, [...byLowerCase.keys()]);
  const allowed = Math.max(1, Math.floor(Math.max(wanted.length, found.length) / 3));
  const isNear = distance(wanted, found) <= allowed || lettersOf(wanted) === lettersOf(found);
  return isNear ? byLowerCase.get(found) : startOf(wanted, byLowerCase);
}

/** `wsam` and `wasm` have the same. */
function lettersOf(name: string): string {
  return [...name].sort().join('');
}

/** `poly` for `polynomial`: a start of one name alone. */
function startOf(wanted: string, names: ReadonlyMap<string, string>): string | undefined {
  const longer = [...names.keys()].filter((name) => wanted.length >= 3 && (name.startsWith(wanted) || wanted.startsWith(name)));
  return longer.length === 1 ? names.get(longer[0] as string) : undefined;
}
