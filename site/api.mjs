import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Application } from 'typedoc';
import { slugOf } from './slug.mjs';

/** What programs import, package by package: a page each. */
const PACKAGES = ['core', 'experiment', 'report', 'surgery', 'models', 'backend-node'];

/** Writes the API of the packages as Markdown, from their sources and what stands above each export. */
export async function apiPages(root, out) {
  const packages = path.join(root, 'packages');
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: PACKAGES.map((name) => path.join(packages, name, 'src', 'index.ts')),
    tsconfig: path.join(root, 'site', 'tsconfig.json'),
    // The build has checked them, with a newer compiler.
    skipErrorChecking: true,
    readme: 'none',
    name: 'API',
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    logLevel: 'Error',
    outputs: [{ name: 'markdown', path: out }],
    // Of the plugin: one page for each package.
    router: 'module',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    useCodeBlocks: true,
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('the API could not be read');
  for (const module of project.children ?? []) module.name = module.name.replace('/src', '');
  await app.generateOutputs(project);
  for (const name of readdirSync(out).filter((file) => file.endsWith('.md'))) {
    const file = path.join(out, name);
    writeFileSync(file, withOwnHeadings(readFileSync(file, 'utf8')));
  }
}

/** Rows of tables are no headings here, and what is named twice is not always linked by its own number. */
function withOwnHeadings(text) {
  const seen = new Map();
  const slugs = new Set();
  for (const [, heading] of text.matchAll(/^#+ (.+)$/gm)) {
    const slug = slugOf(heading.replaceAll('\\', ''));
    const before = seen.get(slug) ?? 0;
    slugs.add(before === 0 ? slug : `${slug}-${before}`);
    seen.set(slug, before + 1);
  }
  return text
    .replaceAll(/\[([^\]]+)\]\((\w[^)#]*)?#property-[\w-]+\)/g, (_, shown, page) => (page ? `[${shown}](${page})` : shown))
    .replaceAll(/\]\(#([\w-]+?)(-\d+)\)/g, (link, slug, number) => (slugs.has(slug + number) ? link : `](#${slug})`));
}
