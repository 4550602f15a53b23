import { stripVTControlCharacters } from 'node:util';
import type { TableOptions } from './table.ts';

/** Lines of a name and what is to be said of it, one under the other. */
export function facts(lines: readonly (readonly [string, string] | undefined)[], { width, colours }: TableOptions): string {
  const shown = lines.filter((line) => line !== undefined);
  const names = Math.max(...shown.map(([name]) => name.length));
  const margin = `\n${' '.repeat(names + 4)}`;
  return shown.map(([name, text]) => `  ${colours.dim(name.padEnd(names))}  ${wrapped(text, width - names - 4).join(margin)}`).join('\n');
}

/** Breaks lines at spaces; a path stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    for (const word of line.split(' ')) {
      const last = lines.at(-1);
      if (last === undefined || stripVTControlCharacters(`${last} ${word}`).length > width) lines.push(word);
      else lines[lines.length - 1] = `${last} ${word}`;
    }
    return lines;
  });
}
