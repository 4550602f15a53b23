import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EspalierError, nearest } from '@espalier/core';
import { createJiti } from 'jiti';

/** No file is found by that name; `nearest` is what was probably meant. */
export class Unfindable extends EspalierError {
  readonly nearest: string | undefined;

  constructor(what: string, name?: string) {
    super(what);
    this.nearest = name;
  }
}

/** Where a plugin starts. */
export interface FoundPlugin {
  readonly file: string;
  /** Of the package, in full; undefined for a path. */
  readonly packageName?: string;
}

/**
 * The file of a plugin that is named by a path or by a package. A package is looked for as Node would from the user's
 * own folders, one after the other, and not from where Espalier is installed. Its name may be short: `entropy` for
 * `espalier-plugin-entropy` or `@acme/espalier-plugin-entropy`, `@acme/entropy` for `@acme/espalier-plugin-entropy`,
 * `@acme` for `@acme/espalier-plugin`.
 *
 * @param from the folders to look from and upwards.
 * @throws Unfindable where there is none, or where a short name may mean several.
 */
export function findPlugin(spec: string, from: readonly [string, ...string[]]): FoundPlugin {
  if (spec.startsWith('.') || isAbsolute(spec)) return { file: findFile(resolve(from[0], spec)) };
  for (const folder of from) {
    const file = entryOf(spec, folder);
    if (file !== undefined) return { file, packageName: spec };
  }
  const installed = installedFromAll(from);
  const [name, ...others] = installed.filter((each) => each === spec || isShortFor(spec, each));
  if (others.length > 0) throw new Unfindable(`the name is short for ${[name, ...others].join(' and for ')}: say which in full`);
  if (name === undefined) {
    throw new Unfindable(`there is no such package from ${from.join(' or ')} upwards; a path starts with "./"`, nearest(spec, installed));
  }
  const file = from.map((folder) => entryOf(name, folder)).find((each) => each !== undefined);
  if (file !== undefined) return { file, packageName: name };
  throw new Unfindable(`the package${name === spec ? '' : ` ${name}`} is there, but not the file that it starts with; is it built?`);
}

/** An installed plugin that a package's name may be short for: what was meant, where the package is none. */
export function longerName(spec: string, from: readonly string[]): string | undefined {
  return installedFromAll(from).find((name) => isShortFor(spec, name));
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

function findFile(path: string): string {
  const folderIndex = EXTENSIONS.map((extension) => join(path, `index${extension}`));
  const file = [path, ...EXTENSIONS.map((extension) => path + extension), ...folderIndex].find(isFile);
  if (file !== undefined) return file;
  const folder = dirname(path);
  const there = existsSync(folder) ? readdirSync(folder).filter((name) => EXTENSIONS.includes(extname(name))) : [];
  const name = nearest(basename(path), there);
  throw new Unfindable(existsSync(path) ? 'a folder without an index file' : `there is no such file (looked for ${path})`, name);
}

/** The file that a package starts with, for those who import it or else for those who require it. */
function entryOf(name: string, folder: string): string | undefined {
  const jiti = createJiti(join(folder, 'config.yaml'));
  const url = jiti.esmResolve(name, { try: true }) ?? jiti.esmResolve(name, { try: true, conditions: ['node', 'require'] });
  if (url === undefined) return undefined;
  const file = fileURLToPath(url);
  return isFile(file) ? file : undefined;
}

function isShortFor(short: string, name: string): boolean {
  const [scope, own] = short.startsWith('@') ? (short.split('/') as [string, string?]) : [undefined, short];
  const long = own === undefined ? 'espalier-plugin' : `espalier-plugin-${own}`;
  return scope === undefined ? name === long || name.endsWith(`/${long}`) : name === `${scope}/${long}`;
}

function installedFromAll(folders: readonly string[]): string[] {
  return [...new Set(folders.flatMap(installedFrom))];
}

/** The packages that a config in this folder can name. */
function installedFrom(folder: string): string[] {
  const names = foldersIn(join(folder, 'node_modules')).flatMap((name) =>
    name.startsWith('@') ? foldersIn(join(folder, 'node_modules', name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const parent = dirname(folder);
  return parent === folder ? names : [...names, ...installedFrom(parent)];
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
