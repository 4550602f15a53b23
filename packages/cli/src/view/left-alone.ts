import { type TableOptions, table } from './table.ts';

interface LeftParameter {
  readonly name: string;
  readonly why?: string;
}

/** Parameters that pruning leaves alone, those with the same reason together. */
export function leftAlone(parameters: readonly LeftParameter[], options: TableOptions): string {
  const names = new Map<string, string[]>();
  for (const { name, why = '' } of parameters) names.set(why, [...(names.get(why) ?? []), name]);
  const rows = [...names].map(([why, some]) => [some.join(', '), why]);
  return table(
    [
      { title: 'left alone', fit: 'wrap' },
      { title: 'why', fit: 'wrap' },
    ],
    rows,
    options,
  );
}
