import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { slugOf } from '../slug.mjs';

const PAGES = fileURLToPath(new URL('../.pages', import.meta.url));

/** Links to the pages that there are. */
function links(...pages) {
  return pages
    .map(([text, link]) => ({ text, link }))
    .filter(({ link }) => existsSync(path.join(PAGES, `${link.replace(/\/$/, '/index')}.md`)));
}

export default defineConfig({
  title: 'Espalier',
  description: 'Pruning of neural networks for TypeScript, on TensorFlow.js: train, prune, compare',
  lang: 'en',
  srcDir: '.pages',
  outDir: '.vitepress/dist',
  cacheDir: '.vitepress/cache',
  cleanUrls: true,
  markdown: {
    // Pages are text: what looks like markup in them is shown.
    html: false,
    // As on GitHub, where the same pages are read.
    anchor: { slugify: slugOf },
    // Indented code looks like any other.
    config: ({ renderer: { rules } }) => {
      rules.code_block = (tokens, at, ...rest) => {
        tokens[at].info = 'sh';
        return rules.fence(tokens, at, ...rest);
      };
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      {
        text: 'Start',
        items: links(['Espalier', '/'], ['Getting started', '/getting-started'], ['Concepts', '/concepts'], ['Recipes', '/recipes']),
      },
      {
        text: 'Experiments',
        items: links(
          ['Sweeps', '/sweeps'],
          ['Comparing', '/comparing'],
          ['Shrinking', '/shrinking'],
          ['Folding', '/folding'],
          ['Sparse models', '/sparse'],
          ['Results', '/results'],
          ['Performance', '/performance'],
        ),
      },
      {
        text: 'Plugins',
        items: links(
          ['A plugin in ten minutes', '/first-plugin'],
          ['Scorer, scheduler, strategy', '/plugins'],
          ['Every other seam', '/seams'],
          ['Metric, evaluator, report section', '/measures'],
          ['Examples', '/examples/'],
        ),
      },
      {
        text: 'Reference',
        items: links(
          ['Configs', '/configs'],
          ['Commands', '/commands'],
          ['Parts and their formulas', '/parts'],
          ['Configs of this project', '/config-files/'],
          ['API', '/api/'],
        ),
      },
    ],
  },
});
