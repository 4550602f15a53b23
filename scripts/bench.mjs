#!/usr/bin/env node
import { join } from 'node:path';
import { followParent } from './setup/follow-parent.mjs';
import { ROOT } from './setup/paths.mjs';
import { runHere } from './setup/run-here.mjs';
import { setUp } from './setup/set-up.mjs';

followParent();
await setUp();

await runHere(join(ROOT, 'benchmarks', 'dist', 'main.js'), process.argv.slice(2));
