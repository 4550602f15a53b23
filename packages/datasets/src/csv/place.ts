/** Where a character stands in a text: so many lines below its first, and in this column, from 1. */
export function placeIn(text: string, offset: number, newline: string): { line: number; column: number } {
  let line = 0;
  let start = 0;
  for (let end = text.indexOf(newline); end >= 0 && end < offset; end = text.indexOf(newline, start)) {
    line++;
    start = end + newline.length;
  }
  return { line, column: offset - start + 1 };
}

/** Where a field starts in the text of its row; delimiters within quotes are not counted. */
export function fieldStart(row: string, field: number, delimiter: string): number {
  let start = 0;
  let isQuoted = false;
  for (let i = 0, seen = 0; i < row.length && seen < field; i++) {
    if (row[i] === '"') isQuoted = !isQuoted;
    if (isQuoted || !row.startsWith(delimiter, i)) continue;
    seen++;
    start = i + delimiter.length;
  }
  return start;
}
