#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { followParent } from './setup/follow-parent.mjs';
import { ROOT } from './setup/paths.mjs';
import { runHere } from './setup/run-here.mjs';
import { setUp } from './setup/set-up.mjs';

followParent();
await setUp();

const args = process.argv.slice(2);
// npm runs scripts in the checkout; paths in arguments are meant from where the user is.
if (args.length > 0 && process.env.INIT_CWD && existsSync(process.env.INIT_CWD)) process.chdir(process.env.INIT_CWD);
const quickstart = ['run', join('configs', 'quickstart.yaml')];
await runHere(join(ROOT, 'packages', 'cli', 'dist', 'main.js'), args.length > 0 ? args : quickstart);
