import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { configFiles, PUBLIC_INDEX, readPipConfig } from './config.ts';

/** A machine with nothing of its own: its system files are looked for where there are none. */
async function machine(files: Record<string, string>, env: NodeJS.ProcessEnv = {}) {
  const home = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  // Windows' places are all named by variables, so that this machine's own /etc/pip.conf stays out.
  return { home, os: 'win32' as const, env: { APPDATA: join(home, 'roaming'), ProgramData: join(home, 'program'), ...env } };
}

test('without any settings, the public index is asked', async () => {
  expect(await readPipConfig(await machine({}))).toEqual({ indexes: [PUBLIC_INDEX], findLinks: [], trustedHosts: [] });
});

test('system, user and named files, then the environment: what comes later wins', async () => {
  const files = {
    'program/pip/pip.ini': '[global]\nindex-url = https://system.example/simple\ncert = /system.pem\n',
    'roaming/pip/pip.ini': '[global]\nindex-url = https://user.example/simple\n',
    'named.ini': '[global]\nindex-url = https://named.example/simple\n',
  };
  const there = await machine(files);
  expect((await readPipConfig(there)).indexes).toEqual(['https://user.example/simple']);
  const named = { ...there, env: { ...there.env, PIP_CONFIG_FILE: join(there.home, 'named.ini') } };
  expect(await readPipConfig(named)).toMatchObject({ indexes: ['https://named.example/simple'], cert: '/system.pem' });
  const told = { ...named, env: { ...named.env, PIP_INDEX_URL: 'https://env.example/simple', PIP_CERT: '/env.pem' } };
  expect(await readPipConfig(told)).toMatchObject({ indexes: ['https://env.example/simple'], cert: '/env.pem' });
});

test('further indexes, links, hosts and a proxy are read; a command section wins over [global]', async () => {
  const text = [
    '[global]',
    'extra-index-url = https://a.example/simple',
    '  https://b.example/simple',
    'find_links = /wheels /more',
    'trusted-host = mirror.example',
    'proxy = http://proxy.example:3128',
    '[install]',
    'index-url = https://install.example/simple',
  ].join('\n');
  expect(await readPipConfig(await machine({ 'pip/pip.ini': text }))).toEqual({
    indexes: ['https://install.example/simple', 'https://a.example/simple', 'https://b.example/simple'],
    findLinks: ['/wheels', '/more'],
    trustedHosts: ['mirror.example'],
    proxy: 'http://proxy.example:3128',
  });
});

test('"no index" leaves the links alone', async () => {
  const config = await readPipConfig(await machine({}, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: '/wheels' }));
  expect(config).toMatchObject({ indexes: [], findLinks: ['/wheels'] });
});

test('the files are looked for where pip looks', () => {
  expect(configFiles({ os: 'linux', home: '/home/ada', env: { VIRTUAL_ENV: '/venv', PIP_CONFIG_FILE: '/x.conf' } })).toEqual([
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
    '/home/ada/.pip/pip.conf',
    '/home/ada/.config/pip/pip.conf',
    '/venv/pip.conf',
    '/x.conf',
  ]);
  expect(configFiles({ os: 'linux', home: '/h', env: { XDG_CONFIG_HOME: '/xdg' } })).toContain('/xdg/pip/pip.conf');
  expect(configFiles({ os: 'darwin', home: '/h', env: {} })).toContain('/h/Library/Application Support/pip/pip.conf');
  expect(configFiles({ os: 'linux', home: '/h', env: { PIP_CONFIG_FILE: '/dev/null' } })).toEqual([]);
});
