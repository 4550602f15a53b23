import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describePart, loadPlugins, PART_KINDS, Registry } from 'espalier';

/** Every built-in part: what it does, the formula and the paper as its source has them, and its options. */
export async function partsPage(root) {
  const docs = classDocs(path.join(root, 'packages'));
  const { plugins } = await loadPlugins([], { from: root });
  const registry = new Registry(plugins.map(({ plugin }) => plugin));
  const kinds = PART_KINDS.filter((kind) => registry.list(kind).length > 0);
  return [
    '# Parts and their formulas',
    '',
    'Every part that is built in. The same options, with the keys that they stand under, are in [Configs](./configs.md).',
    '',
    ...kinds.flatMap((kind) => [`## ${titleOf(kind)}`, '', ...registry.list(kind).flatMap((part) => section(part, docs))]),
  ].join('\n');
}

function section(part, docs) {
  const { name, plugin, description = '', options } = describePart(part);
  const doc = docs.get(part.use.name);
  const rows = options.map((option) => row([`\`${option.name}\``, option.type, fallback(option), option.description ?? '']));
  return [
    `### ${name}`,
    '',
    `${description} From \`${plugin}\`.`.trim(),
    '',
    ...(doc === undefined ? [] : [...doc, '']),
    ...(rows.length === 0 ? [] : [row(['option', 'takes', 'default', '']), row(['---', '---', '---', '---']), ...rows, '']),
  ];
}

function fallback({ required, default: value }) {
  if (required) return '**required**';
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function titleOf(kind) {
  const words = { strategy: 'Strategies', granularity: 'Granularities', learningRate: 'Learning rates', loss: 'Losses' };
  return words[kind] ?? `${kind[0].toUpperCase()}${kind.slice(1)}s`;
}

/** The comments of classes, by the names of the classes, as paragraphs. */
function classDocs(folder) {
  const docs = new Map();
  const files = readdirSync(folder, { recursive: true }).filter((name) => /^[\w-]+\/src\/.*(?<!\.test)\.ts$/.test(name));
  for (const file of files) {
    const source = readFileSync(path.join(folder, file), 'utf8');
    for (const [, comment, name] of source.matchAll(
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?:@\w+\([^\n]*\)\n)*(?:export )?(?:abstract )?class (\w+)/g,
    )) {
      docs.set(name, linesOf(comment));
    }
  }
  return docs;
}

/** A line that ends a sentence ends a paragraph: formulas and papers stand by themselves. */
function linesOf(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trim());
  const text = lines
    .filter((line) => !line.startsWith('@'))
    .join('\n')
    .trim();
  return text.replaceAll(/([.!?])\n(?=\S)/g, '$1\n\n').split('\n');
}
