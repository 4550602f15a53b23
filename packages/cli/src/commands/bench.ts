import { InvalidArgumentError } from 'commander';
import type { AddCommand, CommandContext } from '../command.ts';
import { jsonOption, wholeNumber } from '../options.ts';

interface BenchFlags {
  readonly sparsity?: number;
  readonly threads?: number;
  readonly seconds: number;
  readonly json?: boolean;
}

export const addBench: AddCommand = (program, context) => {
  program
    .command('bench')
    .description('how fast a model is, dense, masked and on sparse kernels, on each backend here; which to ship')
    .argument('<model>', 'its model.json, the folder of it, or that of a run')
    .option('--sparsity <share>', 'make so many zeros first, from 0 up to 1: what would pruning gain?', share)
    .option('--threads <n>', 'threads of the native backend (default: 1, as WebAssembly has)', wholeNumber(1, 1024))
    .option('--seconds <n>', 'how long to measure, about', wholeNumber(1, 3600), 10)
    .addOption(jsonOption())
    .action((model: string, flags: BenchFlags) => bench(model, flags, context));
};

async function bench(given: string, { json, ...flags }: BenchFlags, { terminal, interrupt }: CommandContext): Promise<void> {
  const { benchModel, useBackend } = await import('../index.ts');
  const { loadModelFile, modelFile } = await import('../model-file.ts');
  const { benchView } = await import('../view/bench-view.ts');
  const { BenchProgress } = await import('../view/bench-progress.ts');
  const file = modelFile(given);
  // Read once before anything else, so that a file that is no model is told of at once.
  await useBackend({ choice: 'cpu' });
  (await loadModelFile(file)).dispose();
  const progress = new BenchProgress(terminal);
  try {
    const onProgress = (what: string, done: number) => progress.show(what, done);
    const measured = await benchModel(() => loadModelFile(file), { ...flags, signal: interrupt.signal, onProgress });
    progress.end();
    if (json) terminal.printJson({ model: file, ...measured });
    else terminal.print(benchView(measured, terminal));
  } finally {
    progress.end();
  }
}

function share(value: string): number {
  const number = /^(0|0?\.\d+)$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number < 1) return number;
  throw new InvalidArgumentError('Expected a number from 0 up to 1, such as 0.9.');
}
