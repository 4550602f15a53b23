#!/usr/bin/env node
import { Command } from 'commander';
import { ask } from './ask.ts';
import { createPlugin } from './create-plugin.ts';
import { KINDS } from './kinds.ts';
import { nextSteps } from './next-steps.ts';
import { Cancelled, WrongRequest } from './wrong-request.ts';

/** As those of `espalier`: 2 for what cannot be, 130 for what was called off. */
const STATUS = { wrong: 2, cancelled: 130 };

// Files are written in one go, which a signal then comes after: there is a whole plugin, or none.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(STATUS.cancelled));

new Command('create-espalier-plugin')
  .description('Makes a plugin package for Espalier, and asks for what is not said.')
  .argument('[name]', 'of the package')
  .option('--kind <kind>', `what it is for: ${Object.keys(KINDS).join(', ')}`)
  .option('--dir <folder>', 'where it goes (default: a folder of its name)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : STATUS.wrong))
  .action(async (name: string | undefined, { kind, dir }: { kind?: string; dir?: string }) => {
    try {
      const made = createPlugin({ ...(await ask({ name, kind })), folder: dir, from: process.cwd() });
      console.log(nextSteps(made, process.cwd()));
    } catch (error) {
      if (!(error instanceof WrongRequest || error instanceof Cancelled)) throw error;
      console.error(error instanceof Cancelled ? error.message : `error: ${error.message}`);
      process.exitCode = error instanceof Cancelled ? STATUS.cancelled : STATUS.wrong;
    }
  })
  .parse();
