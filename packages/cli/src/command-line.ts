import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { AddCommand, CommandContext } from './command.ts';
import { addBench } from './commands/bench.ts';
import { addCompare } from './commands/compare.ts';
import { addCreatePlugin } from './commands/create-plugin.ts';
import { addDoctor } from './commands/doctor.ts';
import { addInspect } from './commands/inspect.ts';
import { addPlan } from './commands/plan.ts';
import { addPlugins } from './commands/plugins.ts';
import { addPrune } from './commands/prune.ts';
import { addReport } from './commands/report.ts';
import { addRun } from './commands/run.ts';
import { addSchema } from './commands/schema.ts';
import { addSweep } from './commands/sweep.ts';
import { addValidate } from './commands/validate.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { Interrupt } from './interrupt.ts';
import { reportError } from './report-error.ts';
import { Terminal } from './terminal.ts';

const COMMANDS: readonly AddCommand[] = [
  addRun,
  addPrune,
  addSweep,
  addCompare,
  addReport,
  addPlan,
  addValidate,
  addInspect,
  addBench,
  addPlugins,
  addSchema,
  addCreatePlugin,
  addDoctor,
];

/** Commands that import nothing of a user's, and start at once for it. */
const LIGHT: readonly string[] = ['create-plugin', 'doctor'];

/** The command `espalier` with these arguments, on this process’s streams and signals. */
export async function commandLine(args: readonly string[]): Promise<ExitStatus> {
  // tfjs’s dependencies cause warnings (punycode) that nobody who reads them can do anything about.
  process.noDeprecation = true;
  const terminal = new Terminal();
  // Before they are parsed: what is wrong with them is told to programs, too.
  terminal.json = asksForJson(args);
  const context: CommandContext = { terminal, interrupt: new Interrupt((line) => terminal.note(line)), status: EXIT.done };
  // What a plugin throws outside of any call that we wait for.
  process.on('uncaughtException', (error) => {
    // What goes wrong in telling it (a file of ours is gone, say) would come back here, without an end.
    const untold = () => {
      terminal.note(String(error));
      return EXIT.failed;
    };
    void reportError(error, terminal)
      .catch(untold)
      .then((status) => process.exit(status));
  });
  try {
    await program(context).parseAsync(args, { from: 'user' });
    return context.status;
  } catch (error) {
    return await reportError(error, terminal);
  }
}

function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}

function program(context: CommandContext): Command {
  const { terminal } = context;
  const top = new Command('espalier')
    .description('Pruning of neural networks on TensorFlow.js: train, prune, compare.')
    .version(ownVersion(), '-V, --version')
    .option('--verbose', 'show the stack of an unexpected error')
    .configureOutput({
      writeOut: (text) => {
        // --help and --version are for people, whatever else is asked for.
        terminal.json = false;
        terminal.print(text.trimEnd());
      },
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .configureHelp({ helpWidth: terminal.width, showGlobalOptions: false })
    .showHelpAfterError('(espalier --help lists the commands)')
    .exitOverride()
    .hook('preAction', async (_, command) => {
      terminal.json = command.opts()['json'] === true;
      terminal.verbose = top.opts()['verbose'] === true || Boolean(process.env['DEBUG']);
      if (!LIGHT.includes(command.name())) await import('./share-library.ts');
    });
  for (const add of COMMANDS) add(top, context);
  return top;
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}
