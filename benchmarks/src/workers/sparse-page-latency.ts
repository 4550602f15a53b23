import { useBackend } from '@espalier/backend-node';
import { openSparsePage, type PageCase, type Threads } from '../sparse-page.ts';
import { serve, workOf } from './frame.ts';
import { type PrunedNet, prunedModel } from './pruned-models.ts';

export interface SparsePageWork {
  readonly cases: readonly (PageCase & { readonly net: PrunedNet; readonly sparsity: number })[];
  readonly chromium: string;
  readonly threads: Threads;
  /** Where the page's table is kept. */
  readonly screenshot: string;
}

/** Of each model per turn. */
const SAMPLES = 5;

const { cases, chromium, threads, screenshot } = workOf<SparsePageWork>();
await useBackend({ choice: 'tensorflow', threads: 1 });
const models = [];
for (const { net, sparsity, ...each } of cases) models.push({ ...each, model: await prunedModel(net, sparsity) });
const page = await openSparsePage(chromium, models, threads);

await serve(async () => {
  const figures = Object.entries(await page.turn(SAMPLES));
  const all = figures.flatMap(([name, of]) => Object.entries(of).map(([field, value]) => [`${name} ${field}`, value]));
  return { ...Object.fromEntries(all), threads: await page.threads() };
});
await page.screenshot(screenshot);
await page.close();
