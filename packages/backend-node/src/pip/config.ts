import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseIni } from './ini.ts';

/** Where a user's pip would look, and how it would connect. */
export interface PipConfig {
  /** Base addresses of simple indexes, in pip's order. */
  indexes: readonly string[];
  /** Folders and pages that list files, looked at as well. */
  findLinks: readonly string[];
  /** A bundle of certificates (PEM) to trust besides Node's own. */
  cert?: string;
  proxy?: string;
  /** Hosts whose certificate is not checked. What is fetched is checked by hash all the same. */
  trustedHosts: readonly string[];
}

/** What pip asks where nobody has said otherwise. */
export const PUBLIC_INDEX = 'https://pypi.org/simple';

export interface Surroundings {
  env: NodeJS.ProcessEnv;
  os: NodeJS.Platform;
  home: string;
}

/**
 * Reads pip's settings the way pip does: system files, then the user's, then the virtual environment's, then
 * `PIP_CONFIG_FILE`, then the environment; what comes later wins. In a file `[install]` and `[download]` win over `[global]`.
 * Source: https://pip.pypa.io/en/stable/topics/configuration/
 */
export async function readPipConfig(surroundings: Partial<Surroundings> = {}): Promise<PipConfig> {
  const { env = process.env, os = process.platform, home = homedir() } = surroundings;
  const settings = new Map<string, string>();
  for (const file of configFiles({ env, os, home })) {
    const sections = parseIni(await readFile(file, 'utf8').catch(() => ''));
    for (const section of ['global', 'install', 'download']) {
      for (const [key, value] of Object.entries(sections[section] ?? {})) settings.set(key.replaceAll('_', '-'), value);
    }
  }
  for (const [name, value] of Object.entries(env)) {
    if (/^PIP_/i.test(name) && value) settings.set(name.slice(4).toLowerCase().replaceAll('_', '-'), value);
  }
  const words = (key: string) => (settings.get(key) ?? '').split(/\s+/).filter((word) => word !== '');
  const noIndex = /^(1|true|yes|on|y|t)$/i.test(settings.get('no-index') ?? '');
  const cert = settings.get('cert');
  const proxy = settings.get('proxy');
  return {
    indexes: noIndex ? [] : [settings.get('index-url') ?? PUBLIC_INDEX, ...words('extra-index-url')],
    findLinks: words('find-links'),
    trustedHosts: words('trusted-host'),
    ...(cert && { cert }),
    ...(proxy && { proxy }),
  };
}

/** Every file that pip would read, the weakest first. */
export function configFiles({ env, os, home }: Surroundings): string[] {
  const named = env['PIP_CONFIG_FILE'];
  // pip's own way of saying "no file at all".
  if (named === '/dev/null' || named?.toLowerCase() === 'nul') return [];
  const files = [...systemFiles(env, os), ...userFiles(env, os, home)];
  const environment = env['VIRTUAL_ENV'] ?? env['CONDA_PREFIX'];
  if (environment) files.push(join(environment, os === 'win32' ? 'pip.ini' : 'pip.conf'));
  if (named) files.push(named);
  return files;
}

function systemFiles(env: NodeJS.ProcessEnv, os: NodeJS.Platform): string[] {
  if (os === 'win32') return [join(env['ProgramData'] ?? 'C:\\ProgramData', 'pip', 'pip.ini')];
  if (os === 'darwin') return ['/Library/Application Support/pip/pip.conf'];
  const folders = (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(delimiter).reverse();
  return [...folders.map((folder) => join(folder, 'pip', 'pip.conf')), '/etc/pip.conf'];
}

function userFiles(env: NodeJS.ProcessEnv, os: NodeJS.Platform, home: string): string[] {
  if (os === 'win32') {
    return [join(home, 'pip', 'pip.ini'), join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'pip', 'pip.ini')];
  }
  const files = [join(home, '.pip', 'pip.conf'), join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'pip', 'pip.conf')];
  if (os === 'darwin') files.push(join(home, 'Library', 'Application Support', 'pip', 'pip.conf'));
  return files;
}
