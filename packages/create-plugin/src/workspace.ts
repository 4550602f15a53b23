import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The checkout of Espalier that a folder lies in, if it does: there its packages are taken from beside the plugin. */
export interface Workspace {
  readonly root: string;
  /** `pnpm@10.34.8` */
  readonly packageManager: string;
}

export function workspaceOf(folder: string): Workspace | undefined {
  const core = readJson(join(folder, 'packages', 'core', 'package.json'));
  if (core['name'] === '@espalier/core' && existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const { packageManager } = readJson(join(folder, 'package.json'));
    return { root: folder, packageManager: typeof packageManager === 'string' ? packageManager : 'pnpm' };
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : workspaceOf(parent);
}

function readJson(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
