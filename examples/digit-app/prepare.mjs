#!/usr/bin/env node
/**
 * Trains and prunes the model of the app, by digits.yaml, and puts it into public/: once as tfjs loads it, once as the
 * one file of a sparse model. A minute or two natively; what it wrote is kept in the repository, so that the app runs
 * without. With --compile the model that is there is only compiled anew; with a folder the run in it is used.
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSparse, loadExperiment, loadModel, readModelFiles, runExperiment, useBackend } from 'espalier';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PUBLIC = path.join(HERE, 'public');
const MODEL = path.join(PUBLIC, 'model', 'model.json');
const SPARSE = path.join(PUBLIC, 'model.sparse');
const ABOUT = path.join(PUBLIC, 'about.json');

const [given] = process.argv.slice(2);
if (given === '--compile') await compile();
else if (given !== undefined) await prepare(given);
else {
  const out = await mkdtemp(path.join(tmpdir(), 'espalier-digits-'));
  await prepare(out);
  await rm(out, { recursive: true, force: true });
}

async function prepare(out) {
  const loaded = await loadExperiment(path.join(HERE, 'digits.yaml'));
  const onEvent = (event) => event.type === 'epoch' && console.log(`${event.phase}: epoch ${event.epoch}`);
  const { status, failures, pruned, sparse } = await runExperiment(loaded, { out, onEvent });
  if (status !== 'done') throw new Error(failures.join('\n'));
  await mkdir(path.dirname(MODEL), { recursive: true });
  for (const name of ['model.json', 'weights.bin']) await copyFile(path.join(out, 'model', name), path.join(path.dirname(MODEL), name));
  await copyFile(path.join(out, 'sparse', 'model.sparse'), SPARSE);
  const { size: denseBytes } = await stat(path.join(path.dirname(MODEL), 'weights.bin'));
  await tell({ sparsity: pruned.sparsity, accuracy: pruned.accuracy, denseBytes, sparseBytes: sparse.bytes });
}

async function compile() {
  await useBackend({ choice: 'cpu' });
  const sparse = await compileSparse(await loadModel(await readModelFiles(MODEL), MODEL));
  await sparse.save(SPARSE);
  sparse.dispose();
  const { size: sparseBytes } = await stat(SPARSE);
  await tell({ ...JSON.parse(await readFile(ABOUT, 'utf8')), sparseBytes });
}

/** What the page says of the model. */
async function tell(about) {
  await writeFile(ABOUT, `${JSON.stringify(about, null, 2)}\n`);
  console.log(about);
}
