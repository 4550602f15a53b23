import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as core from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadPlugins } from './load-plugins.ts';
import { configFolder } from './testing/config-folder.ts';

const { version: HERE } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const scorer = (name: string) => `import { definePlugin, inject, injectable, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
@injectable()
class OneScorer {
  constructor(@inject(OPTIONS) private readonly options: { by: number }) {}
  score(parameters: readonly { shape: number[] }[]) { return parameters.map(({ shape }) => tf.fill(shape, this.options.by)); }
}
export default definePlugin({ name: '${name}', scorers: { '${name}': { use: OneScorer, options: z.object({ by: z.number().default(1) }) } } });`;
const javascript = (name: string) => `import { definePlugin } from '@espalier/core';
export default definePlugin({ name: '${name}', scorers: { '${name}': { use: class { score() { return []; } } } } });`;
const commonJs = (name: string) => `const { definePlugin } = require('@espalier/core');
module.exports = definePlugin({ name: '${name}', scorers: { '${name}': { use: class { score() { return []; } } } } });`;

const manifest = (fields: object) => JSON.stringify({ version: '1.0.0', ...fields });
const at = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

/** Packages as they lie in node_modules. */
const installed = (packages: Record<string, { manifest?: object; files: Record<string, string> }>) =>
  Object.assign(
    {},
    ...Object.entries(packages).map(([name, { manifest: fields, files }]) =>
      at(`node_modules/${name}`, { 'package.json': manifest({ name, ...fields }), ...files }),
    ),
  ) as Record<string, string>;

async function load(folder: string, ...specs: string[]) {
  const { plugins, problems } = await loadPlugins(specs, { from: folder });
  return {
    names: plugins.flatMap(({ plugin, spec }) => (spec === undefined ? [] : [plugin.name])),
    messages: problems.map(({ message }) => message),
  };
}

/** The pnpm that set-up has fetched. */
function pnpm(folder: string, ...args: string[]): void {
  const cache = process.env['ESPALIER_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'espalier');
  const root = JSON.parse(readFileSync(fileURLToPath(new URL('../../../../package.json', import.meta.url)), 'utf8')) as {
    packageManager: string;
  };
  const program = join(cache, root.packageManager.replace('@', '-'), 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');
  const run = existsSync(program) ? [process.execPath, program] : ['npx', '-y', root.packageManager];
  execFileSync(run[0] as string, [...run.slice(1), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

test('installed by pnpm, whose layout is strict: a workspace link of TypeScript sources, ESM and CommonJS', async () => {
  const folder = configFolder({
    'package.json': manifest({ name: 'root', private: true }),
    'pnpm-workspace.yaml': 'packages: [app, plugins/*]\nautoInstallPeers: false\n',
    'app/package.json': manifest({
      name: 'app',
      private: true,
      dependencies: {
        'acme-entropy': 'workspace:*',
        '@acme/espalier-plugin-size': 'file:../vendor/size',
        'espalier-plugin-old': 'file:../vendor/old',
      },
    }),
    'app/configs/x.yaml': '',
    ...at('plugins/acme-entropy', {
      'package.json': manifest({
        name: 'acme-entropy',
        type: 'module',
        exports: './src/index.ts',
        peerDependencies: { '@espalier/core': 'workspace:^' },
      }),
      'src/index.ts': `export { default } from './plugin.ts';`,
      'src/plugin.ts': scorer('entropy'),
    }),
    ...at('vendor/size', {
      'package.json': manifest({
        name: '@acme/espalier-plugin-size',
        type: 'module',
        exports: { '.': { types: './index.d.ts', default: './index.js' } },
        peerDependencies: { '@espalier/core': `^${HERE}` },
      }),
      'index.js': javascript('size'),
    }),
    ...at('vendor/old', {
      'package.json': manifest({ name: 'espalier-plugin-old', main: './main', dependencies: { 'old-helper': 'file:../helper' } }),
      'main.js': `require('old-helper');\n${commonJs('old')}`,
    }),
    ...at('vendor/helper', { 'package.json': manifest({ name: 'old-helper' }), 'index.js': '' }),
  });
  pnpm(folder, 'install', '--offline', '--ignore-scripts', '--no-lockfile');
  const from = join(folder, 'app', 'configs');
  // Whole names, and short ones.
  expect(await load(from, 'acme-entropy', '@acme/espalier-plugin-size', 'espalier-plugin-old')).toEqual({
    names: ['entropy', 'size', 'old'],
    messages: [],
  });
  expect(await load(from, '@acme/size', 'old')).toEqual({ names: ['size', 'old'], messages: [] });
  // What another package has installed is none of ours.
  expect((await load(from, 'old-helper')).messages).toEqual([expect.stringContaining('there is no such package')]);
  expect((await load(folder, 'acme-entropy')).messages).toEqual([expect.stringContaining('there is no such package')]);

  await tf.setBackend('cpu');
  const { plugins } = await loadPlugins(['acme-entropy'], { from });
  const container = new core.PartContainer(new core.Registry(plugins.map(({ plugin }) => plugin)));
  const [scores] = await container.make(new core.Part('scorer', 'entropy', { by: 3 })).score([{ shape: [1, 2] }] as never, {} as never);
  expect([...(scores?.dataSync() ?? [])]).toEqual([3, 3]);
  rmSync(folder, { recursive: true });
});

test('TypeScript in node_modules, only "require" in exports, a file of a package, and the package itself from inside of it', async () => {
  const folder = configFolder({
    ...installed({
      'espalier-plugin-ts': { manifest: { type: 'module', exports: './index.ts' }, files: { 'index.ts': scorer('ts') } },
      'espalier-plugin-cjs': { manifest: { exports: { '.': { require: './main.cjs' } } }, files: { 'main.cjs': commonJs('cjs') } },
      '@acme/many': { manifest: { type: 'module', exports: { './deep': './deep.js' } }, files: { 'deep.js': javascript('deep') } },
    }),
  });
  expect(await load(folder, 'espalier-plugin-ts', 'cjs', '@acme/many/deep')).toEqual({ names: ['ts', 'cjs', 'deep'], messages: [] });
});

test('a short name that may mean two packages is not guessed', async () => {
  const plugin = { manifest: { exports: './index.mjs' }, files: { 'index.mjs': javascript('x') } };
  const folder = configFolder(
    installed({ '@acme/espalier-plugin-x': plugin, '@other/espalier-plugin-x': plugin, '@acme/espalier-plugin': plugin }),
  );
  expect((await load(folder, 'x')).messages).toEqual([
    'plugin "x": the name is short for @acme/espalier-plugin-x and for @other/espalier-plugin-x: say which in full',
  ]);
  expect(await load(folder, '@other/x')).toEqual({ names: ['x'], messages: [] });
  expect(await load(folder, '@acme')).toEqual({ names: ['x'], messages: [] });
});

test('a package of a short name that is no plugin: the plugin that was meant is named', async () => {
  const folder = configFolder(
    installed({
      entropy: { manifest: { exports: './index.mjs' }, files: { 'index.mjs': 'export const entropy = 1;' } },
      '@acme/espalier-plugin-entropy': { manifest: { exports: './index.mjs' }, files: { 'index.mjs': javascript('entropy') } },
    }),
  );
  const { problems } = await loadPlugins(['entropy'], { from: folder });
  expect(problems).toEqual([
    expect.objectContaining({ message: expect.stringContaining('has no default export'), nearest: '@acme/espalier-plugin-entropy' }),
  ]);
});

test.each(['^9.0.0', '>=9', '9.x'])('a plugin made for core %s says so, and what to do', async (range) => {
  const folder = configFolder(
    installed({
      'acme-next': {
        manifest: { version: '2.1.0', exports: './index.mjs', peerDependencies: { '@espalier/core': range } },
        files: { 'index.mjs': 'throw new Error("it was loaded")' },
      },
      'espalier-plugin-dependent': {
        manifest: { exports: './index.mjs', dependencies: { '@espalier/core': range } },
        files: { 'index.mjs': '' },
      },
    }),
  );
  expect((await load(folder, 'acme-next', 'espalier-plugin-dependent')).messages).toEqual([
    `plugin "acme-next": needs @espalier/core ${range}, and this is ${HERE}: so says the package.json of acme-next 2.1.0. Install an espalier that brings @espalier/core ${range}, or a version of the plugin that is made for ${HERE}`,
    expect.stringContaining(
      `needs @espalier/core ${range}, and this is ${HERE}: so says the package.json of espalier-plugin-dependent 1.0.0`,
    ),
  ]);
});

test.each([`^${HERE}`, '*', '>=0.0.1', 'workspace:^', 'file:../core', 'latest'])('a plugin for core %s is loaded', async (range) => {
  const folder = configFolder(
    installed({
      'acme-now': {
        manifest: { exports: './index.mjs', peerDependencies: { '@espalier/core': range } },
        files: { 'index.mjs': javascript('now') },
      },
    }),
  );
  expect(await load(folder, 'acme-now')).toEqual({ names: ['now'], messages: [] });
});

test('where the package of a plugin has its own copy of core, it works with ours; a package that it requires does not, and is named', async () => {
  const copy = {
    'package.json': '{"name":"@espalier/core","version":"0.0.1","main":"index.js"}',
    'index.js': `exports.OPTIONS = Symbol('espalier.OPTIONS');`,
  };
  const helper = `const { OPTIONS } = require('@espalier/core');
const { inject, injectable } = require('${/* any place from which tsyringe is found */ join(fileURLToPath(new URL('../../../core', import.meta.url)), 'node_modules', 'tsyringe')}');
class Strange { score() { return []; } }
inject(OPTIONS)(Strange, undefined, 0);
injectable()(Strange);
exports.Strange = Strange;`;
  const folder = configFolder({
    ...installed({
      'espalier-plugin-own': { manifest: { exports: './index.mjs' }, files: { 'index.mjs': javascript('own') } },
      'espalier-plugin-strange': {
        manifest: { main: 'index.js' },
        files: {
          'index.js': `const { definePlugin } = require('@espalier/core'); const { Strange } = require('helper'); module.exports = definePlugin({ name: 'strange', scorers: { strange: { use: Strange } } });`,
        },
      },
      helper: { manifest: { main: 'index.js' }, files: { 'index.js': helper } },
    }),
    ...at('node_modules/espalier-plugin-own/node_modules/@espalier/core', copy),
    ...at('node_modules/@espalier/core', copy),
  });
  expect(await load(folder, 'own', 'strange')).toEqual({
    names: ['own'],
    messages: [expect.stringContaining('scorers.strange injects tokens of another copy of @espalier/core')],
  });
});
