import { join } from 'node:path';
import * as core from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { loadPlugins } from './load-plugins.ts';
import { configFolder, LOCAL_PLUGIN } from './testing/config-folder.ts';

const plugin = (body: string) =>
  `import { definePlugin } from '@espalier/core';\nexport default definePlugin({ name: 'mine', ${body} });\n`;
const threshold = (name: string) => plugin(`thresholds: { ${name}: { use: class { lines() { return []; } } } }`);
const problemsOf = async (folder: string, ...specs: string[]) => (await loadPlugins(specs, { from: folder })).problems;
const namesOf = async (folder: string, ...specs: string[]) => {
  const { plugins, problems } = await loadPlugins(specs, { from: folder });
  expect(problems).toEqual([]);
  return plugins.flatMap(({ plugin: { name }, spec }) => (spec === undefined ? [] : [name]));
};

test('the built-in plugins are there without asking, and may be named all the same', async () => {
  const { plugins, problems } = await loadPlugins(['@espalier/strategy-magnitude', '@espalier/core'], { from: '/' });
  expect(problems).toEqual([]);
  expect(plugins.map(({ plugin: { name } }) => name)).toEqual(expect.arrayContaining(['@espalier/core', '@espalier/strategy-magnitude']));
  expect(new Set(plugins.map(({ plugin: { name } }) => name)).size).toBe(plugins.length);
});

test('TypeScript with decorators, outside of any node_modules, shares core and tfjs with its host', async () => {
  const { plugins, problems } = await loadPlugins(['./local.ts'], { from: configFolder() });
  expect(problems).toEqual([]);
  const registry = new core.Registry(plugins.map((loaded) => loaded.plugin));
  const { part } = registry.complete(new core.Part('model', 'net', { hidden: [3] }));
  await tf.setBackend('cpu');
  const model = await new core.PartContainer(registry).make(part).build({ inputShapes: [[1]], task: 'regression', outputs: 1, seed: 1 });
  const [kernel] = core.modelParameters(model);
  expect(kernel?.shape).toEqual([1, 3]);
  model.dispose();
});

test('a part that a plugin’s options name is a part of the host', async () => {
  const folder = configFolder({
    'nested.ts': `import { definePlugin, part, Part, z } from '@espalier/core';
      export const own = new Part('scorer', 'magnitude');
      export default definePlugin({ name: 'nested', strategies: { nested: { use: class { async prune() {} }, options: z.object({ scorer: part('scorer', 'magnitude') }) } } });`,
  });
  const { plugins } = await loadPlugins(['./nested'], { from: folder });
  const { part, problems } = new core.Registry(plugins.map((loaded) => loaded.plugin)).complete(new core.Part('strategy', 'nested'));
  expect(problems).toEqual([]);
  expect(part.options['scorer']).toBeInstanceOf(core.Part);
});

test('several files, an index file, and a module of JavaScript', async () => {
  const folder = configFolder({
    'lib/index.ts': `export { default } from './plugin.js';`,
    'lib/plugin.js': `import { helper } from './helper.mjs';\n${threshold('first')}\nhelper();`,
    'lib/helper.mjs': `import { Part } from '@espalier/core';\nexport const helper = () => new Part('scorer', 'x');`,
    'second.cjs': `const { definePlugin } = require('@espalier/core');\nmodule.exports = definePlugin({ name: 'second' });`,
    'third.mjs': `import '@tensorflow/tfjs';\nconst name = await Promise.resolve('third');\nexport default { name };`,
  });
  expect(await namesOf(folder, './lib', './second.cjs', './third.mjs')).toEqual(['mine', 'second', 'third']);
});

test('packages found from the config’s folder, ESM and CommonJS, get the host’s core rather than their own', async () => {
  const ownCore = {
    'package.json': '{"name":"@espalier/core","main":"index.js"}',
    'index.js': 'throw new Error("a second copy of core was loaded")',
  };
  const at = (folder: string, files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
  const folder = configFolder({
    ...at('node_modules/@acme/esm', {
      'package.json': '{"type":"module","exports":{"import":"./index.js"}}',
      'index.js': threshold('esm'),
    }),
    ...at('node_modules/@acme/esm/node_modules/@espalier/core', ownCore),
    ...at('node_modules/cjs', {
      'package.json': '{"main":"./main.js"}',
      'main.js': `const { definePlugin } = require('@espalier/core');\nexports.default = definePlugin({ name: 'cjs' });`,
    }),
    ...at('node_modules/@espalier/core', ownCore),
    'configs/deep/x.yaml': '',
  });
  expect(await namesOf(join(folder, 'configs/deep'), '@acme/esm', 'cjs')).toEqual(['mine', 'cjs']);
});

test('a plugin that is named twice, or by two paths, is loaded once', async () => {
  expect(await namesOf(configFolder(), './local.ts', './local.ts', './local')).toEqual(['local']);
});

test.each([
  ['throws', `\n\nthrow new Error('boom');`, 'throws when it is loaded: boom (bad.ts:3)'],
  ['is no TypeScript', 'const = 3;', 'throws when it is loaded: '],
  ['imports what is not there', `import 'not-there';`, "throws when it is loaded: Cannot find module 'not-there'"],
  ['exports nothing', 'export const x = 1;', 'has no default export that is a plugin: export default definePlugin('],
  [
    'exports a plugin by another name',
    `${threshold('x').replace('export default', 'export const it =')}`,
    'has no default export that is a plugin',
  ],
  ['exports a plugin without a name', 'export default {};', 'has no default export that is a plugin'],
  ['has a misspelt field', plugin('scorer: {}'), 'its plugin has an unknown field "scorer"; did you mean "scorers"?'],
  ['has a part without a class', plugin('scorers: { x: { using: 1 } }'), 'its scorers.x has no class under "use"'],
  [
    'has options that are no schema',
    plugin('scorers: { x: { use: class {}, options: { a: 1 } } }'),
    'the options of its scorers.x are no schema',
  ],
  ['takes a name of a built-in part', threshold('global'), 'mine: registers the threshold "global", which @espalier/core has registered'],
])('refused, and the others load: one that %s', async (_, text, message) => {
  const { plugins, problems } = await loadPlugins(['./bad.ts', './local.ts'], { from: configFolder({ 'bad.ts': text }) });
  expect(problems).toEqual([expect.objectContaining({ spec: './bad.ts', index: 0, message: expect.stringContaining(message) })]);
  expect(problems[0]?.message).toContain('plugin "./bad.ts": ');
  expect(plugins.map(({ plugin: { name } }) => name)).toContain('local');
});

test('two plugins that claim one name: the second is refused, naming both', async () => {
  const folder = configFolder({ 'other.ts': LOCAL_PLUGIN.replace("name: 'local'", "name: 'other'") });
  expect(await problemsOf(folder, './local.ts', './other.ts')).toEqual([
    expect.objectContaining({
      index: 1,
      message: expect.stringContaining('other: registers the dataset "digits", which local has registered'),
    }),
  ]);
});

test('a plugin with another copy of core bundled is told apart', async () => {
  const bundled = `import { injectable, inject } from '@espalier/core';
    const OPTIONS = Symbol('espalier.OPTIONS');
    @injectable() class Scorer { constructor(@inject(OPTIONS as never) private readonly options: object) {} score() { return [this.options]; } }
    export default { name: 'bundled', scorers: { bundled: { use: Scorer } } };`;
  const [problem] = await problemsOf(configFolder({ 'bundled.ts': bundled }), './bundled.ts');
  expect(problem?.message).toContain('scorers.bundled injects tokens of another copy of @espalier/core');
});

test('what is not there, with the nearest name that is', async () => {
  const folder = configFolder({ 'node_modules/espalier-plugin-entropy/package.json': '{}', 'folder/readme.md': '' });
  expect(await problemsOf(folder, './locl.ts', 'espalier-plugin-entropi', './folder', 'espalier-plugin-entropy')).toEqual([
    expect.objectContaining({ nearest: 'local.ts', message: expect.stringContaining('there is no such file') }),
    expect.objectContaining({ nearest: 'espalier-plugin-entropy', message: expect.stringContaining('there is no such package') }),
    expect.objectContaining({ message: 'plugin "./folder": a folder without an index file' }),
    expect.objectContaining({ message: expect.stringContaining('the package is there, but not the file that it starts with') }),
  ]);
});
