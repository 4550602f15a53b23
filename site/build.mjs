#!/usr/bin/env node
/**
 * Builds the docs as a site, into site/.vitepress/dist: the pages of docs/ as they are, the README as the first of them,
 * and what is generated, a page for each example and config, the parts with their formulas, and the API. Links are
 * checked, also those to headings: with one that leads nowhere this ends with 1. The packages have to be built.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { apiPages } from './api.mjs';
import { deadLinks } from './links.mjs';
import { partsPage } from './parts.mjs';
import { slugOf } from './slug.mjs';

const SITE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = path.dirname(SITE.replace(/\/$/, ''));
const PAGES = path.join(SITE, '.pages');

rmSync(PAGES, { recursive: true, force: true });
mkdirSync(PAGES, { recursive: true });

write('index.md', siteLinks(read('README.md').replaceAll('](docs/', '](./'), '.'));
for (const name of readdirSync(path.join(ROOT, 'docs'))) {
  if (name.endsWith('.md')) write(name, siteLinks(read(`docs/${name}`), '..'));
  else cpSync(path.join(ROOT, 'docs', name), path.join(PAGES, name), { recursive: true });
}
examplePages();
configPages();
write('parts.md', await partsPage(ROOT));
await apiPages(ROOT, path.join(PAGES, 'api'));
await build(SITE);

const dead = deadLinks(path.join(SITE, '.vitepress', 'dist'));
for (const problem of dead) console.error(problem);
if (dead.length > 0) process.exitCode = 1;
else console.log('Every link leads to a page, and those to headings to a heading.');

/** Files of the repository have pages of their own here. */
function siteLinks(text, root) {
  const from = root.replaceAll('.', '\\.');
  return text
    .replaceAll(new RegExp(`\\]\\(${from}/README\\.md`, 'g'), '](./index.md')
    .replaceAll(new RegExp(`\\]\\((?:${from}/)?examples(?:/)?\\)`, 'g'), '](./examples/index.md)')
    .replaceAll(new RegExp(`\\]\\((?:${from}/)?examples/([\\w-]+)(?:\\.yaml|/src/index\\.ts|/?)\\)`, 'g'), '](./examples/$1.md)')
    .replaceAll(new RegExp(`\\]\\((?:${from}/)?configs/([\\w/-]+)\\.yaml\\)`, 'g'), '](./config-files/$1.md)')
    .replaceAll(/\[([^\]]+)\]\((?:\.\.?\/)?(?:CONTRIBUTING|CHANGELOG)\.md\)/g, '$1');
}

function examplePages() {
  const sources = readdirSync(path.join(ROOT, 'examples'), { withFileTypes: true });
  const plugins = sources.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const apps = [];
  const list = plugins.flatMap((name) => {
    const { description } = JSON.parse(read(`examples/${name}/package.json`));
    const source = readIfThere(`examples/${name}/src/index.ts`);
    if (source === undefined) {
      apps.push(`- [${name}](./${name}.md): ${description}`);
      write(`examples/${name}.md`, appPage(`examples/${name}`));
      return [];
    }
    const tests = readIfThere(`examples/${name}/src/index.test.ts`);
    const tested = tests === undefined ? [] : ['## Its test', '', fence('ts', tests)];
    write(`examples/${name}.md`, [`# ${name}`, '', `${description}.`, '', fence('ts', source), '', ...tested].join('\n'));
    return [`- [${name}](./${name}.md): ${description}`];
  });
  const configs = sources.filter(({ name }) => name.endsWith('.yaml')).map(({ name }) => name);
  for (const name of configs) write(`examples/${name.replace('.yaml', '.md')}`, yamlPage(name, read(`examples/${name}`)));
  const head = ['# Examples', '', 'Plugins as you would write them, each with its test; CI runs them all.', ''];
  const pages = ['', 'A page with a pruned model in it:', '', ...apps];
  const run = ['', 'Configs that run them:', '', ...configs.map((name) => `- [${name}](./${name.replace('.yaml', '.md')})`)];
  write('examples/index.md', [...head, ...list, ...pages, ...run, ''].join('\n'));
}

/** The README of an example that is an app, and below it the files that it names, where its links then lead. */
function appPage(folder) {
  const files = [];
  const text = read(`${folder}/README.md`).replaceAll(/\]\(([\w./-]+)\)/g, (_, file) => {
    files.push(file);
    return `](#${slugOf(file)})`;
  });
  const shown = files.flatMap((file) => [`## ${file}`, '', fence(path.extname(file).slice(1), read(`${folder}/${file}`)), '']);
  return [text, ...shown].join('\n');
}

function configPages() {
  const names = readdirSync(path.join(ROOT, 'configs'), { recursive: true }).filter((name) => name.endsWith('.yaml'));
  for (const name of names) write(`config-files/${name.replace('.yaml', '.md')}`, yamlPage(name, read(`configs/${name}`)));
  const list = names.sort().map((name) => `- [${name}](./${name.replace('.yaml', '.md')})`);
  write(
    'config-files/index.md',
    ['# Configs of this project', '', 'They stand in `configs/`, and run as they are.', '', ...list, ''].join('\n'),
  );
}

function yamlPage(name, text) {
  return [`# ${name}`, '', fence('yaml', text), ''].join('\n');
}

function fence(language, text) {
  return `\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\``;
}

function read(file) {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function readIfThere(file) {
  try {
    return read(file);
  } catch {
    return undefined;
  }
}

function write(file, text) {
  const at = path.join(PAGES, file);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
}
