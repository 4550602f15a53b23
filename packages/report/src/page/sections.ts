import type { SectionBlock } from '@espalier/core';
import type { SectionContent } from '../html/sections.ts';
import { h, tableOf } from './dom.ts';
import { number } from './own-figures.ts';

/** A section of a plugin: plain content, drawn here. */
export function sectionOf({ title, blocks }: SectionContent): HTMLElement {
  return h('section', { 'aria-label': title }, h('h2', {}, title), blocks.map(blockOf));
}

function blockOf(block: SectionBlock): HTMLElement {
  if ('text' in block) return h('p', {}, block.text);
  // As an image, nothing in it runs or is fetched.
  if ('svg' in block)
    return h('img', { src: `data:image/svg+xml,${encodeURIComponent(block.svg)}`, alt: block.alt, style: 'max-width: 100%; height: auto' });
  const { caption, columns, rows } = block.table;
  return tableOf(
    caption,
    columns.map((title, i) => ({
      title,
      isNumber: rows.some((row) => typeof row[i] === 'number'),
      cell: (row: (typeof rows)[number]) => cellText(row[i] ?? null),
    })),
    rows,
  );
}

function cellText(cell: string | number | null): string {
  if (cell === null) return '–';
  return typeof cell === 'number' ? number(cell) : cell;
}
