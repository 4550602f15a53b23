// Runs the reference configs over seeds and sparsities, and writes docs/results.md from their records.
// What is recorded already is not run again: `node scripts/results.mjs`, after `npm run setup`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const SEEDS = [1, 2, 3];

/** Each with the sparsities it is run at, and the accuracy that it should reach there (mean of the seeds, in %). */
const REFERENCES = [
  { config: 'gradual-128-64', net: '784-128-64-10', goals: { 0.9: 97.6, 0.95: 97.3, 0.98: 96.1, 0.99: 93.5 } },
  { config: 'gradual-300-100', net: 'LeNet-300-100', goals: { 0.9: 98.1, 0.95: 97.9, 0.98: 97.4, 0.99: 96.4 } },
];

function run(config, sparsity, seed) {
  const out = path.join(root, 'runs', 'reference', `${config}-${sparsity}-${seed}`);
  const file = path.join(root, 'configs', 'reference', `${config}.yaml`);
  const set = ['--set', `prune.sparsity=${sparsity}`, '--set', `seed=${seed}`];
  const cli = path.join(root, 'packages', 'cli', 'dist', 'main.js');
  const { stdout, status } = spawnSync(process.execPath, [cli, 'run', file, ...set, '--out', out, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${config} at ${sparsity}, seed ${seed}: exit status ${status}`);
  return JSON.parse(stdout);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values) => Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
const percent = (share, digits = 2) => (100 * share).toFixed(digits);

const rows = [];
for (const { config, net, goals } of REFERENCES) {
  for (const [sparsity, goal] of Object.entries(goals)) {
    const results = SEEDS.map((seed) => run(config, Number(sparsity), seed));
    const accuracies = results.map(({ pruned }) => pruned.accuracy);
    const drops = results.map(({ dense, pruned }) => pruned.accuracy - dense.accuracy);
    rows.push(
      `| ${net} | [${config}](../configs/reference/${config}.yaml) | ${percent(results[0].pruned.sparsity, 1)} | ${percent(mean(results.map(({ dense }) => dense.accuracy)))} | ` +
        `**${percent(mean(accuracies))}** ± ${percent(spread(accuracies))} | ${drops.map((drop) => percent(drop)).join(', ')} | ${goal} | ` +
        `${Math.round(mean(results.map(({ pruned }) => pruned.bytes)) / 1000)} kB |`,
    );
    process.stderr.write(`${rows.at(-1)}\n`);
  }
}

writeFileSync(
  path.join(root, 'docs', 'results.md'),
  `# Results

Written by \`node scripts/results.mjs\` from the records of its runs; what is recorded is not run again.
MNIST, accuracy on the 10,000 test images in %, mean and spread (standard deviation) of seeds ${SEEDS.join(', ')}.
The paired differences are pruned minus dense of the same seed, in points. Bytes are those of the stored model, gzipped.

| net | config | sparsity | dense | pruned | paired differences | goal | bytes |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`,
);
