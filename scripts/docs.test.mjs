import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSweep, loadPlugins, parseExperiment, parseSweep } from 'espalier';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];
const PLUGINS_PAGE = path.join('docs', 'plugins.md');
/** Pages whose code stands in examples/, with the config that runs it. */
const OF_EXAMPLES = {
  [PLUGINS_PAGE]: 'examples/plugins.yaml',
  [path.join('docs', 'seams.md')]: 'examples/seams.yaml',
  [path.join('docs', 'measures.md')]: 'examples/seams.yaml',
};

/** The code blocks of one language in a page. */
function blocks(page, language) {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code);
}

test('docs/configs.md is what the schemas say', () => {
  execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { cwd: ROOT });
});

test('docs/comparing.md shows what espalier compare prints', () => {
  execFileSync(process.execPath, ['scripts/comparing.mjs', '--check'], { cwd: ROOT });
});

const CONFIGS = PAGES.flatMap((page) => blocks(page, 'yaml').map((text) => [page, text]));

test.each(CONFIGS)('a config in %s is right', async (page, text) => {
  // The plugins that it names are found from the folder of its file.
  const file = OF_EXAMPLES[page] ?? page;
  const read = isSweep(text) ? await parseSweep(text, { file }) : (await parseExperiment(text, { file })).experiment;
  expect(read.name).not.toBe('');
});

/** `data: { module: { path: ./my-data.ts } }`: a line of a config, within a sentence. */
const LINES = PAGES.flatMap((page) =>
  [...readFileSync(path.join(ROOT, page), 'utf8').matchAll(/`((?:data|model|loss|trainer|shrink): [^`\n]+)`/g)].map(([, line]) => [
    line,
    page,
  ]),
);

test.each(LINES)('%s in %s is right', async (line) => {
  const file = path.join(ROOT, 'configs', 'quickstart.yaml');
  const [key] = line.split(':');
  const without = readFileSync(file, 'utf8').replace(new RegExp(`^${key}:.*\\n`, 'm'), '');
  await parseExperiment(`${without}\n${line}\n`, { file });
});

test('the sweep in the recipes is right, on the config before it', async () => {
  const page = path.join('docs', 'recipes.md');
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-docs-'));
  try {
    writeFileSync(path.join(folder, 'mine.yaml'), blocks(page, 'yaml')[0]);
    const [sweep] = blocks(page, 'yaml \\[which.yaml\\]');
    const { runs, warnings } = await parseSweep(sweep, { file: path.join(folder, 'which.yaml') });
    expect([runs.length, warnings]).toEqual([27, []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the config in the README is that of the quickstart', () => {
  const [shown] = blocks('README.md', 'yaml');
  expect(readFileSync(path.join(ROOT, 'configs', 'quickstart.yaml'), 'utf8').replace(/^#.*\n/gm, '')).toBe(shown);
});

test.each(Object.entries(OF_EXAMPLES))('the configs in %s are %s', (page, config) => {
  const whole = readFileSync(path.join(ROOT, config), 'utf8').replace(/^#.*\n/gm, '');
  for (const shown of blocks(page, 'yaml')) expect(whole).toBe(shown);
  for (const part of blocks(page, `yaml \\[from ${config}\\]`)) expect(whole).toContain(part);
});

test.each(Object.keys(OF_EXAMPLES))('the code in %s is that of the examples', (page) => {
  const sources = readdirSync(path.join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => ['index.ts', 'index.test.ts'].map((file) => path.join(ROOT, 'examples', name, 'src', file)))
    // Not all of them are plugins.
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'));
  const shown = blocks(page, 'ts');
  expect(shown).not.toEqual([]);
  expect(shown.filter((code) => !sources.some((source) => source.includes(code)))).toEqual([]);
});

test('the program in the README trains, prunes and says so', () => {
  const [program] = blocks('README.md', 'ts');
  // A part of the digits, so that it is done in seconds on any backend; nothing else of it is changed.
  const quick = program.replace("loadData('mnist')", 'loadData({ mnist: { limit: { train: 4000, test: 1000 } } })');
  expect(quick).not.toBe(program);
  // From the package of the command, where both of its imports are found.
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', quick], {
    cwd: path.join(ROOT, 'packages', 'cli'),
  }).toString();
  const [, sparsity, before, after] = /^([\d.]+) % zeros: accuracy ([\d.]+) before, ([\d.]+) after$/m.exec(said).map(Number);
  expect(sparsity).toBeGreaterThan(10);
  expect(before).toBeGreaterThan(0.85);
  expect(after).toBeGreaterThan(before - 0.05);
}, 120_000);

test('all other code in TypeScript compiles', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-docs-'));
  try {
    const options = { noEmit: true, strict: true, target: 'ES2022', module: 'ESNext', moduleResolution: 'Bundler', skipLibCheck: true };
    const packages = path.join(ROOT, 'packages');
    const paths = {
      espalier: [path.join(packages, 'cli', 'dist', 'index.d.ts')],
      '@espalier/*': [path.join(packages, '*', 'dist', 'index.d.ts')],
      '@espalier/sparse/runtime': [path.join(packages, 'sparse', 'dist', 'runtime.d.ts')],
      '@tensorflow/tfjs': [path.join(packages, 'core', 'node_modules', '@tensorflow', 'tfjs')],
      'node:*': [path.join(ROOT, 'node_modules', '@types', 'node')],
    };
    const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true };
    const types = { types: ['node'], typeRoots: [path.join(ROOT, 'node_modules', '@types')] };
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...options, ...decorators, ...types, paths } }));
    for (const page of PAGES.filter((name) => OF_EXAMPLES[name] === undefined)) {
      // One that does not begin with tfjs goes on from the one before.
      const modules = [];
      for (const code of blocks(page, 'ts')) {
        if (modules.length === 0 || code.includes('import * as tf')) modules.push(code);
        else modules.push(`${modules.pop()}\n${code}`);
      }
      for (const [i, code] of modules.entries()) {
        writeFileSync(path.join(folder, `${path.basename(page, '.md')}-${i + 1}.ts`), `${code}\nexport {};\n`);
      }
    }
    const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the plugin in the concepts loads', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'espalier-docs-'));
  try {
    writeFileSync(path.join(folder, 'my-plugin.ts'), blocks('docs/concepts.md', 'ts')[0]);
    const { plugins, problems } = await loadPlugins(['./my-plugin.ts'], { from: folder });
    expect(problems).toEqual([]);
    expect(plugins.at(-1).plugin.scorers).toHaveProperty('distance');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
