import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describeParts, loadPlugins, Registry } from 'espalier';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Those of a package under examples are its own affair: it writes schemas that hold its own parts with `npm run schema`. */
const CONFIGS = ['configs', 'examples'].flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: folder === 'configs' })
    .filter((name) => name.endsWith('.yaml') && !name.includes('runs'))
    .map((name) => path.join(folder, name)),
);

const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const validators = new Map();

/** The schema that the first line of a config names, as an editor finds it. */
function validatorOf(config) {
  const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(config)) ?? [];
  expect(named, `the first line of ${config}`).toBeDefined();
  const file = path.join(path.dirname(config), named);
  if (!validators.has(file)) validators.set(file, ajv.compile(JSON.parse(read(file))));
  return validators.get(file);
}

test.each(CONFIGS)('%s names its schema in its first line, and fits it', (config) => {
  const validate = validatorOf(config);
  validate(parse(read(config)));
  expect(validate.errors).toBeNull();
});

test('a config that is wrong does not fit', () => {
  const validate = validatorOf('configs/quickstart.yaml');
  const config = parse(read('configs/quickstart.yaml'));
  expect(validate(config)).toBe(true);
  expect(validate({ ...config, prune: { ...config.prune, sparsity: 90 } })).toBe(false);
  expect(validate({ ...config, prune: { ...config.prune, strategy: 'magnitud' } })).toBe(false);
  expect(validate({ ...config, train: { optimizer: { adam: { learningrate: 1 } } } })).toBe(false);
  expect(validate({ ...config, evaluators: ['energy'] })).toBe(true);
});

test('what an editor shows of a part and its options is what `espalier plugins` prints', async () => {
  const { $defs } = JSON.parse(read('configs/experiment.schema.json'));
  const { plugins } = await loadPlugins([], { from: ROOT });
  const parts = describeParts(new Registry(plugins.map(({ plugin }) => plugin)));
  expect(parts.length).toBeGreaterThan(50);
  for (const { kind, name, description, options } of parts) {
    const withOptions = $defs[kind].anyOf.find(({ properties }) => properties !== undefined && name in properties);
    expect([kind, name, withOptions.description]).toEqual([kind, name, description]);
    for (const option of options) {
      const shown = withOptions.properties[name].properties[option.name];
      expect([name, option.name, shown.description, shown.default]).toEqual([name, option.name, option.description, option.default]);
    }
  }
});
