import { existsSync } from 'node:fs';
import path from 'node:path';
import type { AddCommand, CommandContext } from '../command.ts';
import { jsonOption } from '../options.ts';

export const addInspect: AddCommand = (program, context) => {
  program
    .command('inspect')
    .description('a model’s layers, parameters, sparsity, MACs and bytes; what can be pruned')
    .argument('<model>', 'its model.json, the folder of it, or that of a run')
    .addOption(jsonOption())
    .action((model: string, flags: { readonly json?: boolean }) => inspect(model, flags.json === true, context));
};

async function inspect(given: string, json: boolean, { terminal }: CommandContext): Promise<void> {
  const { inspectModel, loadModel, readModelFiles, useBackend } = await import('../index.ts');
  const { asWrongUse } = await import('../load-config.ts');
  const { modelView } = await import('../view/model-view.ts');
  // Counting is soon done; the native backend would take longer to load.
  await useBackend({ choice: 'cpu' });
  const file = modelFile(given);
  const model = await readModelFiles(file)
    .then((files) => loadModel(files, file))
    .catch((error: unknown) => {
      throw asWrongUse(error);
    });
  const inspected = await inspectModel(model);
  model.dispose();
  if (json) terminal.printJson(inspected);
  else terminal.print(modelView(inspected, terminal));
}

function modelFile(given: string): string {
  const inside = [path.join(given, 'model.json'), path.join(given, 'model', 'model.json')];
  return inside.find((file) => existsSync(file)) ?? given;
}
