import path from 'node:path';
import type { Run, Weights } from '@espalier/report';

/** The dense weights that a run started from: those of the cache, as long as they are kept there. */
export async function denseWeights({ baseline }: Run): Promise<Weights | undefined> {
  if (baseline === undefined) return undefined;
  const { cacheFolder, keptDenseWeights } = await import('./index.ts');
  const stored = await keptDenseWeights(path.join(cacheFolder(), 'baselines'), baseline);
  return stored === undefined
    ? undefined
    : new Map(Object.entries(stored).map(([name, { shape, data }]) => [name, { shape, values: data }]));
}
