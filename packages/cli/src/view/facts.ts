import type { Colours } from '../terminal.ts';

/** Lines of a name and what is to be said of it, one under the other. */
export function facts(lines: readonly (readonly [string, string] | undefined)[], colours: Colours): string {
  const shown = lines.filter((line) => line !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown
    .map(([name, text]) => `  ${colours.dim(name.padEnd(width))}  ${text.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`)
    .join('\n');
}
