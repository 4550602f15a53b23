/**
 * Whether parameters are named by tfjs's own count of layers (`dense_Dense3/kernel`). It counts on for as long as the
 * process lives, so that a second model of the same kind has other names: only in a fresh process are they what
 * `espalier run` would give.
 */
export function isAutoNamed(names: readonly string[]): boolean {
  return names.some((name) => /(^|\/)[a-z0-9_]+_[A-Z][A-Za-z0-9]*\d+\//.test(name));
}
