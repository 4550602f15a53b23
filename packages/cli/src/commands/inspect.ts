import { writeFile } from 'node:fs/promises';
import { type AddCommand, type CommandContext, WrongUse } from '../command.ts';
import { jsonOption } from '../options.ts';

interface InspectFlags {
  readonly svg?: string;
  readonly sparse?: boolean;
  readonly json?: boolean;
}

export const addInspect: AddCommand = (program, context) => {
  program
    .command('inspect')
    .description('a model’s layers, parameters, sparsity, MACs and bytes; what can be pruned and what removed')
    .argument('<model>', 'its model.json, the folder of it, or that of a run')
    .option('--svg <file>', 'draw its layers, and which of their units go together')
    .option('--sparse', 'its layers on sparse kernels: zeros, the kernel chosen for each, the gain expected of it')
    .addOption(jsonOption())
    .action((model: string, flags: InspectFlags) => inspect(model, flags, context));
};

async function inspect(given: string, flags: InspectFlags, context: CommandContext): Promise<void> {
  if (flags.sparse === true) return inspectKernels(given, flags, context);
  const { svg, json } = flags;
  const { terminal } = context;
  const { inspectModel, useBackend } = await import('../index.ts');
  const { loadModelFile, modelFile } = await import('../model-file.ts');
  const { modelView } = await import('../view/model-view.ts');
  // Counting is soon done; the native backend would take longer to load.
  await useBackend({ choice: 'cpu' });
  const model = await loadModelFile(modelFile(given));
  const inspected = await inspectModel(model);
  if (svg !== undefined) {
    const { drawModel } = await import('../draw-model.ts');
    const drawn = await drawModel(model, inspected);
    await writeFile(svg, drawn).catch((error: Error) => {
      throw new WrongUse(`--svg ${svg}: cannot be written: ${error.message}`);
    });
    terminal.note(`Drawn in ${svg}`);
  }
  model.dispose();
  if (json) terminal.printJson(inspected);
  else terminal.print(modelView(inspected, terminal));
}

/** A model of layers is compiled for it; a file that `save` wrote is one already. */
async function inspectKernels(given: string, { svg, json }: InspectFlags, { terminal }: CommandContext): Promise<void> {
  if (svg !== undefined) throw new WrongUse('--svg draws layers and their units: leave out --sparse');
  const { inspectSparseFile } = await import('../sparse-file.ts');
  const { sparseView } = await import('../view/sparse-view.ts');
  const inspected = await inspectSparseFile(given);
  if (json) terminal.printJson(inspected);
  else terminal.print(sparseView(inspected, terminal));
}
