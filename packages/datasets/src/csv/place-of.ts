/**
 * The line and column, from 1, at which a field starts.
 *
 * @param raw the text of its record, which may start with empty lines and span several.
 * @param lastLine the line on which the record ends.
 */
export function placeOf(raw: string, field: number, delimiter: string, lastLine: number): { line: number; column: number } {
  const text = raw.replace(/[\r\n]+$/, '');
  let start = text.length - text.replace(/^[\r\n]+/, '').length;
  let isQuoted = false;
  for (let i = start, seen = 0; i < text.length && seen < field; i++) {
    if (text[i] === '"') isQuoted = !isQuoted;
    if (isQuoted || !text.startsWith(delimiter, i)) continue;
    seen++;
    start = i + delimiter.length;
  }
  const linesAfter = text.slice(start).split('\n').length - 1;
  return { line: lastLine - linesAfter, column: start - text.lastIndexOf('\n', start - 1) };
}
