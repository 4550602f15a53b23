#!/usr/bin/env node
/**
 * Writes docs/configs.md, and the JSON Schemas that editors complete configs/ and examples/ from, out of the schemas that
 * configs are checked with. With --check it writes nothing, and ends with 1 where a file is not what it would write.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeParts, experimentJsonSchema, loadPlugins, Registry, sweepJsonSchema, typeInWords } from 'espalier';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = path.join(ROOT, 'examples');

const registry = await registryOf([]);
const schema = experimentJsonSchema(registry);
const examples = readdirSync(EXAMPLES)
  .map((name) => `./${name}/src/index.ts`)
  .filter((file) => existsSync(path.join(EXAMPLES, file)));

const GENERATED = {
  'docs/configs.md': configsPage(),
  'configs/experiment.schema.json': json(schema),
  'configs/sweep.schema.json': json(sweepJsonSchema(registry)),
  'examples/experiment.schema.json': json(experimentJsonSchema(await registryOf(examples))),
};

for (const [name, text] of Object.entries(GENERATED)) {
  const file = path.join(ROOT, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${name} is not what the schemas say: write it anew with \`node scripts/docs.mjs\``);
    process.exitCode = 1;
  }
}

async function registryOf(specs) {
  const { plugins, problems } = await loadPlugins(specs, { from: EXAMPLES });
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return new Registry(plugins.map(({ plugin }) => plugin));
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function configsPage() {
  const kinds = groups(describeParts(registry));
  return `${[
    '# Configs',
    '',
    '*Written by `node scripts/docs.mjs` from the schemas that configs are checked with.*',
    '',
    'An experiment is one YAML file. A part is written as `name`, or as `name: { options }` where it is given any.',
    'Relative paths start at the folder of the file. `espalier validate FILE` checks it, `espalier plan FILE` says what it would do,',
    '`espalier schema FILE` writes the JSON Schema from which editors complete.',
    '',
    ...keyTable(schema, ''),
    '## Sweeps',
    '',
    'A sweep is an experiment and what varies in it: [Sweeps](sweeps.md) shows how. `espalier schema --sweep FILE` writes its JSON Schema.',
    '',
    ...keyTable(withoutPaths(sweepJsonSchema(registry)), ''),
    ...kinds.flatMap(([kind, parts]) => [`## ${title(kind)}`, '', ...parts.flatMap(partSection)]),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** The keys of a mapping, and after them those of the mappings inside it. */
function keyTable(mapping, prefix) {
  const inside = [];
  const rows = Object.entries(mapping.properties).map(([key, value]) => {
    const list = value.items?.properties === undefined ? undefined : value.items;
    const deeper = list ?? (value.properties === undefined ? undefined : value);
    const name = `${prefix}${key}${list === undefined ? '' : '[]'}`;
    if (deeper !== undefined && !isRange(deeper)) inside.push([name, value.description ?? '', deeper]);
    const isRequired = mapping.required?.includes(key) === true;
    return row([`\`${name}\``, takes(value), fallback(value, isRequired), value.description ?? '']);
  });
  return [
    row(['key', 'takes', 'default', '']),
    row(['---', '---', '---', '---']),
    ...rows,
    '',
    ...inside.flatMap(([name, description, value]) => [`### \`${name}\``, '', description, '', ...keyTable(value, `${name}.`)]),
  ];
}

function partSection({ name, plugin, description, options }) {
  const head = [`### \`${name}\``, '', `${description ?? ''} From \`${plugin}\`.`.trim(), ''];
  if (options.length === 0) return head;
  const rows = options.map((option) =>
    row([`\`${option.name}\``, linked(option.type), fallback(option, option.required), option.description ?? '']),
  );
  return [...head, row(['option', 'takes', 'default', '']), row(['---', '---', '---', '---']), ...rows, ''];
}

function takes(value) {
  if (isRange(value)) return '`{ min, max }`, either or both';
  if (value.items?.properties !== undefined) return 'a list of mappings';
  return value.properties === undefined ? linked(typeInWords(value)) : 'a mapping';
}

/** Of `vary` only what is no path of an experiment: those stand above. */
function withoutPaths(sweep) {
  const { vary, base, name, ...rest } = sweep.properties;
  const ways = Object.entries(vary.properties).filter(([key]) => ['list', 'zip', 'random', 'except'].includes(key));
  const plain = ways.map(([key, { properties, items, ...way }]) => [key, key === 'random' ? { ...way, properties } : way]);
  const path = { ...vary.additionalProperties, type: 'array', items: {} };
  return {
    ...sweep,
    properties: {
      name,
      base: { description: base.description, anyOf: [{ type: 'string' }, { type: 'object' }] },
      vary: { ...vary, properties: { PATH: path, ...Object.fromEntries(plain) } },
      ...rest,
    },
  };
}

/** How a part is written stands at the top of the page; here the parts there are help more. */
function linked(words) {
  return words.replace(/(an?) (\w+(?: rate)?) as "name" or "name: \{options\}"$/, (_, article, noun) => {
    const kind = noun.replace(/ (.)/, (_space, letter) => letter.toUpperCase());
    if (registry.names(kind).length === 0) return `${article} ${noun} of a plugin`;
    return `${article} [${noun}](#${title(kind).toLowerCase().replaceAll(' ', '-')})`;
  });
}

function isRange({ properties = {} }) {
  return Object.keys(properties).join() === 'min,max';
}

function fallback(value, isRequired) {
  if (isRequired) return '**required**';
  const isPlain = value.default !== undefined && value.properties === undefined;
  return isPlain ? `\`${typeof value.default === 'string' ? value.default : JSON.stringify(value.default)}\`` : '';
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function title(kind) {
  const words = {
    strategy: 'Strategies',
    granularity: 'Granularities',
    learningRate: 'Learning rates',
    loss: 'Losses',
    dataset: 'Data',
    reportSection: 'Report sections',
  };
  return words[kind] ?? `${kind[0].toUpperCase()}${kind.slice(1)}s`;
}

/** Parts by their kind, in the order of the kinds. (`Map.groupBy` needs Node 21.) */
function groups(parts) {
  const kinds = [...new Set(parts.map(({ kind }) => kind))];
  return kinds.map((kind) => [kind, parts.filter((part) => part.kind === kind)]);
}
