#!/usr/bin/env node
/**
 * Trains and prunes the model of the app, by digits.yaml, and puts it into public/: once as tfjs loads it, once as the
 * one file of a sparse model. A minute natively; what it wrote is kept in the repository, so that the app runs without.
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadExperiment, runExperiment } from 'espalier';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PUBLIC = path.join(HERE, 'public');

const out = process.argv[2] ?? (await mkdtemp(path.join(tmpdir(), 'espalier-digits-')));
const result = await runExperiment(await loadExperiment(path.join(HERE, 'digits.yaml')), {
  out,
  onEvent: (event) => event.type === 'epoch' && console.log(`${event.phase}: epoch ${event.epoch}`),
});
if (result.status !== 'done') throw new Error(result.failures?.join('\n'));

await rm(PUBLIC, { recursive: true, force: true });
await mkdir(path.join(PUBLIC, 'model'), { recursive: true });
for (const name of ['model.json', 'weights.bin']) await copyFile(path.join(out, 'model', name), path.join(PUBLIC, 'model', name));
await copyFile(path.join(out, 'sparse', 'model.sparse'), path.join(PUBLIC, 'model.sparse'));
const { pruned, sparse } = result;
const about = {
  sparsity: pruned.sparsity,
  accuracy: pruned.accuracy,
  denseBytes: (await readFile(path.join(out, 'model', 'weights.bin'))).length,
  sparseBytes: sparse.bytes,
};
await writeFile(path.join(PUBLIC, 'about.json'), `${JSON.stringify(about, null, 2)}\n`);
console.log(about);
if (process.argv[2] === undefined) await rm(out, { recursive: true, force: true });
