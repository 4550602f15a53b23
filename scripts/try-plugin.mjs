#!/usr/bin/env node
/**
 * Does what docs/first-plugin.md says, word for word, in an empty folder outside of the repository, with the packages as
 * they would be published: its shell blocks are run, and the files that it shows are written. With --keep the folder stays.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { packAll } from './packing/pack.mjs';
import { serve } from './packing/registry.mjs';
import { cacheFolder, ROOT } from './setup/paths.mjs';
import { ProgramError, run } from './setup/run.mjs';

const GUIDE = join(ROOT, 'docs', 'first-plugin.md');
const folder = mkdtempSync(join(tmpdir(), 'espalier-guide-'));
const began = Date.now();
let registry;
try {
  const tarballs = await timed('pack all packages', () => packAll(join(folder, 'tarballs')));
  registry = await serve(tarballs, (await run('npm', ['config', 'get', 'registry'])).trim());
  const place = join(folder, 'here');
  mkdirSync(place);
  check(await follow(readFileSync(GUIDE, 'utf8'), place, environment()));
  console.log(`The guide works: ${((Date.now() - began) / 1000).toFixed(0)} s.`);
} catch (error) {
  if (!(error instanceof ProgramError)) throw error;
  console.error(`${error.message}:\n${error.output}`);
  process.exitCode = 1;
} finally {
  registry?.close();
  if (process.argv.includes('--keep')) console.log(`Kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

/** What a user has, and a cache of packages of its own: npm would take a package of the same version for the same. */
function environment() {
  const cache = join(cacheFolder(), 'npm');
  rmSync(join(cache, '_npx'), { recursive: true, force: true });
  const { NODE_PATH, npm_config_user_agent, ...env } = process.env;
  return {
    ...env,
    CI: 'true',
    npm_config_registry: registry.url,
    npm_config_cache: cache,
    npm_config_prefer_offline: 'true',
    npm_config_replace_registry_host: 'never',
    npm_config_update_notifier: 'false',
    npm_config_yes: 'true',
  };
}

/** Goes through the page from the top: ```sh is run line by line, ```ts [PATH] is written to that file. */
async function follow(page, start, env) {
  let cwd = start;
  for (const [, language, path, code] of page.matchAll(/^```(\w+)(?: \[(.+)\])?\n([\s\S]*?)^```$/gm)) {
    if (path !== undefined) {
      if (!existsSync(dirname(join(cwd, path)))) throw new Error(`the guide writes ${path}, where there is no such folder`);
      writeFileSync(join(cwd, path), code);
    } else if (language === 'sh') {
      for (const command of code.split('\n').filter((line) => line.trim() !== '')) {
        const to = /^cd (\S+)$/.exec(command)?.[1];
        if (to !== undefined) cwd = resolve(cwd, to);
        else await timed(command, () => run('sh', ['-c', command], { what: command, cwd, env }));
      }
    }
  }
  return cwd;
}

async function timed(what, work) {
  const start = Date.now();
  const answer = await work();
  console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  return answer;
}

/** What the reader of the guide has in the end: a page that compares the new scorer with magnitude pruning. */
function check(folder) {
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  for (const name of ['relativeImportance', 'magnitude', 'random']) {
    if (!page.includes(name)) throw new Error(`the report of the guide says nothing of ${name}`);
  }
  const runs = readFileSync(join(folder, 'comparison.csv'), 'utf8').trim().split('\n').slice(1);
  // Three scorers, two sparsities, three seeds.
  if (runs.length !== 18 || !runs.every((run) => run.includes(',done,'))) throw new Error(`not 18 runs that are done:\n${runs.join('\n')}`);
}
