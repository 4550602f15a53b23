import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './paths.mjs';

const NOT_SOURCES = new Set(['node_modules', 'dist', '.turbo', 'runs', 'coverage', '.espalier']);

/** The folders of the workspace's packages, by the three patterns of pnpm-workspace.yaml. */
export function workspaceFolders(root = ROOT) {
  const below = (folder) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => join(root, folder, name)) : []);
  return [...below('packages'), ...below('examples'), join(root, 'benchmarks')].filter((folder) =>
    existsSync(join(folder, 'package.json')),
  );
}

/** Changes when other dependencies have to be installed: by content, for these files are few. */
export function dependenciesPrint(root = ROOT) {
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'].map((file) => join(root, file));
  const hash = createHash('sha256').update(machine());
  for (const file of [...files, ...workspaceFolders(root).map((folder) => join(folder, 'package.json'))]) {
    hash.update(relative(root, file)).update(existsSync(file) ? readFileSync(file) : '');
  }
  return hash.digest('hex');
}

/** Changes when the native binding has to be built anew. */
export function bindingPrint(root = ROOT) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'packages', 'backend-node', 'binding', 'espalier_binding.cc')))
    .digest('hex');
}

/** Changes when something has to be built: by time and size, so that looking takes milliseconds. Turbo looks closer. */
export function sourcesPrint(root = ROOT) {
  const hash = createHash('sha256').update(machine());
  for (const file of ['tsconfig.base.json', 'turbo.json']) hash.update(stateOf(join(root, file)));
  for (const folder of workspaceFolders(root))
    for (const file of sourcesIn(folder)) hash.update(relative(root, file)).update(stateOf(file));
  return hash.digest('hex');
}

function* sourcesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !NOT_SOURCES.has(entry.name)) yield* sourcesIn(path);
    if (entry.isFile() && !/\.test\.\w+$/.test(entry.name)) yield path;
  }
}

function stateOf(file) {
  const { mtimeMs, size } = existsSync(file) ? statSync(file) : { mtimeMs: 0, size: 0 };
  return `${mtimeMs} ${size}\n`;
}

/** What a checkout on a shared disk, or another Node, must not mistake for its own. */
function machine() {
  return `${process.platform} ${process.arch} ${process.versions.modules}\n`;
}
