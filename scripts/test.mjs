#!/usr/bin/env node
import { join } from 'node:path';
import { followParent } from './setup/follow-parent.mjs';
import { ROOT } from './setup/paths.mjs';
import { runHere } from './setup/run-here.mjs';
import { setUp } from './setup/set-up.mjs';

followParent();
await setUp();

process.chdir(ROOT);
await runHere(join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), ['run', ...process.argv.slice(2)]);
