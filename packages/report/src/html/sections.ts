import path from 'node:path';
import type { ReportedRun, ReportedSetting, ReportSection, SectionBlock } from '@espalier/core';
import type { ComparedRow, Comparison } from '../compare/compare.ts';
import { figureNamesOf, figureOf } from '../compare/figures.ts';
import { runsOf } from '../compare/row.ts';
import type { Run } from '../read/run.ts';
import { WrongRequest } from '../wrong-request.ts';

/** A section as the page draws it. */
export interface SectionContent {
  readonly title: string;
  readonly blocks: readonly SectionBlock[];
}

/** What sections show of a comparison; those that have nothing to show are left out. @throws WrongRequest naming one that fails. */
export async function sectionsOf(
  comparison: Comparison,
  sections: readonly ReportSection[],
  sparsityOf: (row: ComparedRow) => number | null,
): Promise<SectionContent[]> {
  if (sections.length === 0) return [];
  const measured = comparison.rows.filter(({ cells }) => cells.size > 0);
  const names = figureNamesOf(measured.flatMap(({ cells }) => runsOf(cells)));
  const settings = measured.map(
    (row): ReportedSetting => ({
      label: [row.series, row.context].filter(Boolean).join(', '),
      strategy: String(row.settings.get('prune.strategy') ?? row.series),
      sparsity: sparsityOf(row),
      runs: runsOf(row.cells).map((run) => reported(run, names)),
    }),
  );
  const contents: SectionContent[] = [];
  for (const section of sections) {
    const blocks = await shown(section, { quality: comparison.quality, settings });
    if (blocks.length > 0) contents.push({ title: String(section.title), blocks });
  }
  return contents;
}

function reported(run: Run, names: readonly string[]): ReportedRun {
  const figures = names.flatMap((name) => {
    const value = figureOf(run, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    seed: run.seed,
    folder: path.resolve(run.folder),
    figures: Object.fromEntries(figures),
    details: { dense: run.dense?.details ?? {}, pruned: run.pruned?.details ?? {}, shrunk: run.shrunk?.details ?? {} },
  };
}

async function shown(section: ReportSection, runs: Parameters<ReportSection['show']>[0]): Promise<SectionBlock[]> {
  const fail = (why: string, cause?: unknown) => new WrongRequest(`the report section "${section.title}" ${why}`, { cause });
  let blocks: readonly SectionBlock[];
  try {
    blocks = await section.show(runs);
  } catch (error) {
    throw fail(`failed: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (!Array.isArray(blocks)) throw fail('shows no list of blocks');
  return blocks.map((block) => {
    const problem = wrongBlock(block);
    if (problem !== undefined) throw fail(`shows a block ${problem}`);
    return block;
  });
}

/** Plugins may be JavaScript: the page could not say whose fault it is. */
function wrongBlock(block: unknown): string | undefined {
  const { text, svg, alt, table } = (block ?? {}) as {
    text?: unknown;
    svg?: unknown;
    alt?: unknown;
    table?: { columns?: unknown; rows?: unknown };
  };
  if (typeof text === 'string') return undefined;
  if (typeof svg === 'string') return typeof alt === 'string' ? undefined : 'whose picture has no "alt" that says what it shows';
  if (table === undefined) return 'that is neither { text }, { table } nor { svg, alt }';
  const { columns, rows } = table;
  if (!Array.isArray(columns) || !Array.isArray(rows)) return 'whose table has no columns or no rows';
  return rows.every((row) => Array.isArray(row) && row.length === columns.length)
    ? undefined
    : 'whose table has rows of another length than its columns';
}
