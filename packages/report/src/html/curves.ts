import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Curves } from './report-data.ts';

const MOST_POINTS = 150;

const event = z.object({
  type: z.string(),
  phase: z.string().optional(),
  done: z.number().nonnegative().optional(),
  loss: z.number().optional(),
  sparsity: z.number().min(0).max(1).optional(),
});

type Point = readonly [step: number, value: number];

/** Training curves of a run from its log; undefined where there is none. A line that is cut short or damaged is passed over. */
export function curvesOf(folder: string): Curves | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(folder, 'events.jsonl'), 'utf8');
  } catch {
    return undefined;
  }
  const dense: Point[] = [];
  const prune: Point[] = [];
  const sparsity: Point[] = [];
  for (const line of text.split('\n')) {
    const parsed = parsedLine(line);
    if (parsed === undefined) continue;
    const { type, phase, done, loss } = parsed;
    if (type === 'step' && done !== undefined && loss !== undefined) (phase === 'dense' ? dense : prune).push([done, loss]);
    if ((type === 'cut' || type === 'regrow') && parsed.sparsity !== undefined) sparsity.push([prune.at(-1)?.[0] ?? 0, parsed.sparsity]);
  }
  if (dense.length + prune.length + sparsity.length === 0) return undefined;
  return { dense: thinned(dense), prune: thinned(prune), sparsity: everyFew(sparsity) };
}

function parsedLine(line: string): z.infer<typeof event> | undefined {
  if (line === '') return undefined;
  try {
    return event.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** Means of neighbours, so that few points tell of all. */
function thinned(points: readonly Point[]): Point[] {
  const each = Math.ceil(points.length / MOST_POINTS);
  const few: Point[] = [];
  for (let from = 0; from < points.length; from += each) {
    const some = points.slice(from, from + each);
    const loss = some.reduce((sum, [, value]) => sum + value, 0) / some.length;
    few.push([some.at(-1)?.[0] ?? 0, Number(loss.toPrecision(5))]);
  }
  return few;
}

/** A staircase keeps its ends. */
function everyFew(points: readonly Point[]): Point[] {
  const each = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, i) => i % each === 0 || i === points.length - 1);
}
