import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';
import { fetchPnpm, pnpmProgram } from '../setup/pnpm.mjs';
import { run } from '../setup/run.mjs';

/** Packs every package as it would be published, into this folder. Answers with the tarballs’ paths. */
export async function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  await fetchPnpm();
  const args = ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', folder];
  await run(process.execPath, [pnpmProgram(), ...args], { what: 'pnpm pack', cwd: ROOT });
  return readdirSync(folder).map((name) => join(folder, name));
}
