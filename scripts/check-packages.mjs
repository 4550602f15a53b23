#!/usr/bin/env node
/**
 * Every package, packed as it would be published, holds what its users need and no more, and is found by whoever imports
 * it: by publint, and by are-the-types-wrong for ES modules (Espalier has no others).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packAll } from './packing/pack.mjs';

const NEEDED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts'];
const STRAY = /\.tsbuildinfo$|\.test\.|^dist\/testing\/|(^|\/)node_modules\//;
/** Packages that are ES modules alone cannot be required by old resolvers, nor do they say so. */
const NOT_FOR = ['node10', 'node16-cjs'];

const folder = mkdtempSync(join(tmpdir(), 'espalier-packed-'));
try {
  const tarballs = await packAll(folder);
  const problems = (await Promise.all(tarballs.map(problemsOf))).flat();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${tarballs.length} packages are right as they would be published.`);
} finally {
  rmSync(folder, { recursive: true });
}

async function problemsOf(tarball) {
  const data = readFileSync(tarball);
  const packed = createPackageFromTarballData(new Uint8Array(data));
  const own = `/node_modules/${packed.packageName}/`;
  const files = packed.listFiles().map((file) => file.slice(own.length));
  const manifest = JSON.parse(packed.readFile(`${own}package.json`));
  const linted = await publint({ pack: { tarball: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) }, strict: true });
  const { problems: wrongTypes = [], types } = await checkPackage(packed);
  return [
    ...NEEDED.filter((file) => !files.includes(file)).map((file) => `has no ${file}`),
    ...files.filter((file) => STRAY.test(file) && !file.startsWith('templates/')).map((file) => `should not hold ${file}`),
    ...(/"(workspace|catalog|link):/.test(JSON.stringify(manifest)) ? ['names packages as only this workspace knows them'] : []),
    ...linted.messages.map((message) => `publint: ${formatMessage(message, manifest, { color: false })}`),
    ...(types === false ? ['are-the-types-wrong: has no types'] : []),
    ...wrongTypes
      .filter(({ resolutionKind }) => !NOT_FOR.includes(resolutionKind))
      .map(({ kind, entrypoint = '' }) => `are-the-types-wrong: ${kind} ${entrypoint}`),
  ].map((problem) => `${packed.packageName}: ${problem}`);
}
