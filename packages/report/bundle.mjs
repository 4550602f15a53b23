/** Bundles the page of the report, charts and all, into one script and one style that go into every report. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const { outputFiles } = await build({
  entryPoints: { page: here('src/page/main.ts') },
  outdir: here('dist/page'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
});

mkdirSync(here('dist/page'), { recursive: true });
for (const { path: file, text } of outputFiles) {
  // A script element ends at the first of these, wherever in the script it stands.
  const safe = text.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const half = `${file}.${process.pid}.half`;
  writeFileSync(half, safe);
  // Whoever reads it meanwhile has the old one or the new one, whole.
  renameSync(half, path.join(here('dist/page'), path.basename(file)));
}
