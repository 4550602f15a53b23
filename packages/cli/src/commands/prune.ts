import type { LoadedExperiment } from '@espalier/experiment';
import type { AddCommand, CommandContext } from '../command.ts';
import { jsonOption, pluginOption, setOption, threadsOption } from '../options.ts';
import type { PruneWishes } from '../prune-config.ts';
import { ShownRun } from '../shown-run.ts';

interface PruneFlags extends Omit<PruneWishes, 'plugins'> {
  readonly out: string;
  readonly set: readonly string[];
  readonly plugin: readonly string[];
  readonly threads?: number;
  readonly fresh?: boolean;
}

export const addPrune: AddCommand = (program, context) => {
  program
    .command('prune')
    .description('prune a model that you have, with data or without')
    .argument('<model>', 'its model.json, the folder of it, or that of a run')
    .requiredOption('--strategy <part>', 'when to cut: magnitude, neuron, gradual, … or a part as in a config')
    .option('--sparsity <share>', 'how much goes, from 0 up to 1; not where the threshold decides')
    .requiredOption('--out <dir>', 'the folder of the run; the pruned model is in its model/')
    .option('--data <part>', "to train on and to measure with: mnist, '{csv: {file: x.csv, target: y}}'; without it neither is done")
    .option('--shrink', 'remove what is dead for real, too, into shrunk/')
    .option('--saved-model', 'shrink, and write what is left as one TensorFlow graph for tfjs-node, too, into saved-model/')
    .option('--sparse', 'compile what is left to sparse kernels, into sparse/: it runs without tfjs, faster for its zeros')
    .option('--epochs <n>', 'of training while pruning (default: 5 with data, else 0)')
    .option('--granularity <part>', 'what goes as one: element, unit, …')
    .option('--threshold <part>', 'where the line is: global, layer, …')
    .option('--scorer <part>', 'what decides which go: magnitude, norm, taylor, …')
    .addOption(setOption())
    .addOption(pluginOption())
    .addOption(threadsOption())
    .option('--fresh', 'run anew what is recorded already')
    .addOption(jsonOption())
    .action((model: string, flags: PruneFlags) => prune(model, flags, context));
};

async function prune(given: string, flags: PruneFlags, context: CommandContext): Promise<void> {
  const { set, plugin, ...rest } = flags;
  const wishes = { ...rest, plugins: plugin };
  const { blameOptions } = await import('../blame-options.ts');
  const config = await configOf(given, wishes);
  try {
    const shown = new ShownRun(await load(config, set), context);
    shown.answer(await shown.run(flags));
  } catch (error) {
    throw blameOptions(error, config, wishes);
  }
}

/** That of an experiment around the model. */
async function configOf(given: string, wishes: PruneWishes): Promise<string> {
  const { useBackend } = await import('../index.ts');
  const { loadModelFile, modelFile } = await import('../model-file.ts');
  const { pruneConfig } = await import('../prune-config.ts');
  const file = modelFile(given);
  // Read once before anything else, so that a file that is no model is told of by its own name.
  await useBackend({ choice: 'cpu' });
  const model = await loadModelFile(file);
  try {
    return pruneConfig(file, model, wishes);
  } finally {
    model.dispose();
  }
}

/** Relative paths start in the current folder. */
async function load(config: string, set: readonly string[]): Promise<LoadedExperiment> {
  const { parseExperiment } = await import('../index.ts');
  const { asWrongUse } = await import('../load-config.ts');
  return parseExperiment(config, { file: 'command line', set }).catch((error: unknown) => {
    throw asWrongUse(error);
  });
}
