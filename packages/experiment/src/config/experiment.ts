import { CONTROLS, type Control, type Part, part, z } from '@espalier/core';
import { shrinkSchema } from './shrink-schema.ts';
import { sparseSchema } from './sparse-schema.ts';

const parameterRule = z
  .object({
    match: z.string().min(1).optional().describe('A parameter’s or a layer’s name: * within a path segment, ** across them.'),
    type: z.string().min(1).optional().describe('A layer class, such as Conv2D.'),
    exclude: z.boolean().optional().describe('Leave these alone; false takes them back in.'),
    sparsity: z.number().min(0).lt(1).optional().describe('A target of their own.'),
  })
  .strict();

const range = z.object({ min: z.number().optional(), max: z.number().optional() }).strict().describe('Holds where min <= value <= max.');

/** What `expect` can speak of: a run whose result lies outside fails, so that a config can be a check in CI. */
export const EXPECTATIONS = {
  accuracy: 'Accuracy of the pruned model on the test samples, 0 to 1.',
  accuracyDrop: 'Accuracy of the dense model minus that of the pruned one, 0 to 1.',
  loss: 'Loss of the pruned model on the test samples.',
  sparsity: 'Share of pruned elements among the prunable parameters that the config selects, 0 to 1.',
  nonzero: 'Parameters of the pruned model that are not zero.',
  bytes: 'Bytes of the pruned model as it is stored.',
  macs: 'Multiply-accumulates of one sample through the pruned model, zeros not counted.',
  denseAccuracy: 'Accuracy of the dense model on the test samples, 0 to 1.',
  shrunkAccuracy: 'Accuracy of the shrunk model on the test samples, 0 to 1.',
  shrunkAccuracyDrop: 'Accuracy of the dense model minus that of the shrunk one, 0 to 1.',
  shrunkLoss: 'Loss of the shrunk model on the test samples.',
  shrunkParameters: 'Parameters of the shrunk model.',
  shrunkBytes: 'Bytes of the shrunk model as it is stored.',
  shrunkMacs: 'Multiply-accumulates of one sample through the shrunk model, zeros not counted.',
  shrunkLatencyMs: 'Latency of the shrunk model for one sample, in ms.',
  shrunkSpeedup: 'Latency of the dense model over that of the shrunk one: 3 where that is three times as fast.',
  savedModelSpeedup: 'Latency of the dense model over that of the shrunk one as one TensorFlow graph (shrink.savedModel).',
  sparseLatencyMs: 'Latency of the model on sparse kernels for one sample, in ms.',
  sparseSpeedup: 'Latency of the dense model on WebAssembly, one thread, over that on sparse kernels: 5 where that is five times as fast.',
  sparseBytes: 'Bytes of the file of the model on sparse kernels.',
} as const;
export type Expectation = keyof typeof EXPECTATIONS;

const expectations = Object.fromEntries(
  Object.entries(EXPECTATIONS).map(([name, description]) => [name, range.optional().describe(description)]),
) as Record<Expectation, z.ZodOptional<typeof range>>;

const expectedFigures = z
  .record(z.string(), range)
  .optional()
  .describe('Metrics and evaluators by name: energy is that of the pruned model, denseEnergy and shrunkEnergy those of the others.');

const training = {
  epochs: z.number().min(0).max(100_000).describe('How often each training sample is seen.'),
  batchSize: z.int().min(1).max(1_000_000).describe('Samples per step.'),
  optimizer: part('optimizer').describe('How gradients change weights: sgd, momentum, adam, rmsprop.'),
};

/** The schema of an experiment, whatever plugins are loaded: parts are checked against them in a second step. */
export const experimentSchema = z
  .object({
    name: z
      .string()
      .regex(/^[\w][\w.-]*$/, 'expected letters, digits, ".", "-" and "_", as it names a folder')
      .max(100)
      .describe('Names the run and its folder.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(1)
      .describe('Everything random follows from it.'),
    plugins: z.array(z.string().min(1)).default([]).describe('Packages or paths to load; the built-in ones are there without asking.'),
    data: part('dataset').describe('What to train and test with.'),
    model: part('model').describe('The architecture, or a model file.'),
    loss: part('loss').optional().describe('By default cross-entropy for classification, squared error for regression.'),
    train: z
      .object({
        epochs: training.epochs.default(5),
        batchSize: training.batchSize.default(128),
        optimizer: part('optimizer', 'adam').describe(training.optimizer.description ?? ''),
        validationSplit: z
          .number()
          .min(0)
          .lt(1)
          .default(0)
          .describe('Share of the training samples set aside for validation, drawn by the seed.'),
        earlyStop: z
          .object({
            patience: z.int().min(0).default(2).describe('Epochs without improvement that are waited for.'),
            minDelta: z.number().min(0).default(0).describe('How much less the validation loss must be to count as better.'),
          })
          .strict()
          .optional()
          .describe('End the dense training when the validation loss improves no more.'),
      })
      .strict()
      .prefault({} as never)
      .describe('The dense baseline.'),
    prune: z
      .object({
        strategy: part('strategy').describe('When to cut, how often, with how much training in between.'),
        control: z
          .enum(['none', ...(Object.keys(CONTROLS) as Control[])])
          .default('none')
          .describe('Runs a control in place of the strategy: what is left of its result without its insight.'),
        sparsity: z
          .number()
          .min(0)
          .lt(1)
          .optional()
          .describe('The share of elements to prune, 0 up to 1; not where the threshold decides.'),
        threshold: part('threshold', 'global').describe('Where the line is.'),
        granularity: part('granularity', 'element').describe('What is removed as one: weights, units, blocks, kernels, N of M.'),
        mayEmpty: z
          .boolean()
          .default(false)
          .describe('Whether a cut may take the last of a parameter; else its best group is kept, and the run says so (spared).'),
        parameters: z.array(parameterRule).default([]).describe('Which parameters, and their own targets. Later rules win.'),
        epochs: training.epochs.default(5),
        batchSize: training.batchSize.optional().describe('By default that of train.'),
        optimizer: part('optimizer').optional().describe('By default that of train.'),
        calibration: z.int().min(1).default(1000).describe('Training samples that scores by gradients or activations are computed on.'),
        tolerance: z
          .number()
          .min(0)
          .max(1)
          .default(0.005)
          .describe(
            'How far the sparsity reached may lie from the one asked for, or by the share of the largest group (a unit, a block) where that is more.',
          ),
      })
      .strict()
      .describe('What is pruned, and how.'),
    shrink: shrinkSchema,
    sparse: sparseSchema,
    trainer: part('trainer', 'auto').describe('The training step.'),
    metrics: z.array(part('metric')).optional().describe('More figures of the outputs on the test samples, besides loss and accuracy.'),
    evaluators: z
      .array(part('evaluator'))
      .optional()
      .describe('More figures of the model as a whole, such as energy or the size of a file.'),
    backend: z.enum(['auto', 'tensorflow', 'wasm', 'cpu']).default('auto').describe('Where tensors are computed.'),
    expect: z
      .object({ ...expectations, figures: expectedFigures })
      .strict()
      .optional()
      .describe('What must hold of the result; a run where it does not fails.'),
  })
  .strict();

/** A complete experiment: every default filled in, every part checked. Plain data; its hash is the run's identity. */
export type Experiment = z.infer<typeof experimentSchema> & {
  readonly loss: Part<'loss'> | undefined;
  readonly prune: { readonly batchSize: number; readonly optimizer: Part<'optimizer'> };
};

/** The control that runs in the strategy's place; null where it is the strategy itself. */
export function controlOf({ prune: { control } }: Experiment): Control | null {
  return control === 'none' ? null : control;
}
