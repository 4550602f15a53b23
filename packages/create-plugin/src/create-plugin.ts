import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { KINDS, type Kind } from './kinds.ts';
import { namesOf } from './names.ts';
import { filesOf } from './templates.ts';
import { type Workspace, workspaceOf } from './workspace.ts';
import { WrongRequest } from './wrong-request.ts';

export interface PluginRequest {
  /** Of its package; the part in it is called after that. */
  readonly name: string;
  readonly kind: Kind;
  /** Where it goes: by default a folder of its name. */
  readonly folder?: string;
  /** Where relative paths start. */
  readonly from: string;
}

export interface CreatedPlugin {
  readonly name: string;
  readonly kind: Kind;
  /** The name by which configs use its part. */
  readonly part: string;
  readonly folder: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
  /** Where it lies in a checkout of Espalier itself. */
  readonly workspace?: Workspace;
}

/**
 * Writes a plugin's package. It is there as a whole or not at all: it is written beside its place, and moved there.
 *
 * @throws WrongRequest where the name is none, the place is taken, or it cannot be written to.
 */
export function createPlugin({ name, kind, folder, from }: PluginRequest): CreatedPlugin {
  if (!Object.hasOwn(KINDS, kind)) throw new WrongRequest(`there is no kind "${kind}": it is one of ${Object.keys(KINDS).join(', ')}`);
  const names = namesOf(name, kind);
  const isRoot = workspaceOf(resolve(from))?.root === resolve(from);
  const target = resolve(from, folder ?? join(isRoot ? 'examples' : '', names.folder));
  const workspace = workspaceOf(dirname(target));
  if (workspace !== undefined) checkIsMember(target, workspace, from);
  checkIsFree(target);
  const files = filesOf(kind, names, workspace !== undefined);
  try {
    write(files, target);
  } catch (error) {
    throw new WrongRequest(`${target} cannot be written: ${(error as Error).message}`, { cause: error });
  }
  return { name, kind, part: names.part, folder: target, files: [...files.keys()].sort(), ...(workspace && { workspace }) };
}

/** Of a checkout's folders only some are packages of its workspace; elsewhere it would not be linked to the others. */
function checkIsMember(target: string, { root }: Workspace, from: string): void {
  const inside = relative(root, target);
  if (/^(examples|packages)[/\\][^/\\]+$/.test(inside)) return;
  const remedy = `--dir ${join(relative(from, root), 'examples', basename(target))}`;
  throw new WrongRequest(`${target} lies in a checkout of Espalier, whose plugins are in examples: ${remedy}`);
}

function checkIsFree(target: string): void {
  if (!existsSync(target)) return;
  if (!lstatSync(target).isDirectory()) throw new WrongRequest(`${target} is there already, and is no folder`);
  if (readdirSync(target).length > 0) throw new WrongRequest(`${target} is there already, and not empty: choose another name, or --dir`);
}

function write(files: ReadonlyMap<string, string>, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(temporary, path)), { recursive: true });
      writeFileSync(join(temporary, path), text);
    }
    if (existsSync(target)) for (const name of readdirSync(temporary)) renameSync(join(temporary, name), join(target, name));
    else {
      // A temporary folder is its owner's alone; this one is to be as any other.
      chmodSync(temporary, 0o777 & ~process.umask());
      renameSync(temporary, target);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
