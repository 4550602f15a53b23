import { BlockGranularity, blockOptions } from './granularities/block.ts';
import { ElementGranularity } from './granularities/element.ts';
import { KernelGranularity, kernelOptions } from './granularities/kernel.ts';
import { NmGranularity, nmOptions } from './granularities/nm.ts';
import { UnitGranularity, unitOptions } from './granularities/unit.ts';
import { ConstantRate, constantRateOptions } from './learning-rates/constant.ts';
import { CosineRate, cosineRateOptions } from './learning-rates/cosine.ts';
import { ExponentialRate, exponentialRateOptions } from './learning-rates/exponential.ts';
import { StepRate, stepRateOptions } from './learning-rates/step.ts';
import { BinaryCrossentropy } from './losses/binary-crossentropy.ts';
import { CategoricalCrossentropy } from './losses/categorical-crossentropy.ts';
import { MeanAbsoluteError } from './losses/mean-absolute-error.ts';
import { MeanSquaredError } from './losses/mean-squared-error.ts';
import { SparseCategoricalCrossentropy } from './losses/sparse-categorical-crossentropy.ts';
import { MacroF1 } from './metrics/f1.ts';
import { TopK, topKOptions } from './metrics/top-k.ts';
import { Adam, adamOptions } from './optimizers/adam.ts';
import { Momentum, momentumOptions } from './optimizers/momentum.ts';
import { Rmsprop, rmspropOptions } from './optimizers/rmsprop.ts';
import { Sgd, sgdOptions } from './optimizers/sgd.ts';
import { definePlugin } from './plugin.ts';
import { TapeTrainer } from './tape-trainer.ts';
import { BudgetThreshold, budgetOptions } from './thresholds/budget.ts';
import { ErkThreshold } from './thresholds/erk.ts';
import { FixedThreshold, fixedOptions } from './thresholds/fixed.ts';
import { GlobalThreshold } from './thresholds/global.ts';
import { LayerThreshold } from './thresholds/layer.ts';
import { StdThreshold, stdOptions } from './thresholds/std.ts';

/** What core itself brings, registered like any plugin. */
export const corePlugin = definePlugin({
  name: '@espalier/core',
  thresholds: {
    fixed: { use: FixedThreshold, options: fixedOptions, description: 'Every score below a fixed value goes.' },
    layer: { use: LayerThreshold, description: 'The same share of each parameter goes.' },
    uniform: { use: LayerThreshold, description: 'Another name for layer.' },
    erk: { use: ErkThreshold, description: 'Shares by the shapes of the layers, small ones denser: Erdős–Rényi-kernel.' },
    budget: { use: BudgetThreshold, options: budgetOptions, description: 'As much goes as a budget of weights, MACs or bytes demands.' },
    global: { use: GlobalThreshold, description: 'The lowest scores of the whole net go, wherever they are.' },
    std: {
      use: StdThreshold,
      options: stdOptions,
      description:
        'What lies within q standard deviations of its layer goes, by scores in the weights’ own unit: |w|, not w², LAMP, Wanda or Taylor.',
    },
  },
  granularities: {
    element: { use: ElementGranularity, description: 'Every weight by itself.' },
    unit: { use: UnitGranularity, options: unitOptions, description: 'Whole neurons, filters, channels, hidden units.' },
    block: { use: BlockGranularity, options: blockOptions, description: 'Blocks of rows × columns.' },
    kernel: { use: KernelGranularity, options: kernelOptions, description: 'The spatial slices of convolutions.' },
    nm: { use: NmGranularity, options: nmOptions, description: 'At most N of every M along the input axis.' },
  },
  optimizers: {
    sgd: { use: Sgd, options: sgdOptions, description: 'Stochastic gradient descent.' },
    momentum: { use: Momentum, options: momentumOptions, description: 'Gradient descent with momentum, or Nesterov’s.' },
    adam: { use: Adam, options: adamOptions, description: 'Adam; with weight decay it is AdamW.' },
    rmsprop: { use: Rmsprop, options: rmspropOptions, description: 'RMSProp.' },
  },
  learningRates: {
    constant: { use: ConstantRate, options: constantRateOptions, description: 'The same rate throughout.' },
    cosine: { use: CosineRate, options: cosineRateOptions, description: 'Half a cosine from one rate to another.' },
    exponential: { use: ExponentialRate, options: exponentialRateOptions, description: 'The same factor at every step.' },
    step: { use: StepRate, options: stepRateOptions, description: 'Drops by a factor at given shares of the training.' },
  },
  losses: {
    sparseCategoricalCrossentropy: { use: SparseCategoricalCrossentropy, description: 'Cross-entropy for whole-number labels.' },
    categoricalCrossentropy: { use: CategoricalCrossentropy, description: 'Cross-entropy for one-hot or soft targets.' },
    binaryCrossentropy: { use: BinaryCrossentropy, description: 'Cross-entropy for yes-or-no targets.' },
    meanSquaredError: { use: MeanSquaredError, description: 'The mean of the squared errors.' },
    meanAbsoluteError: { use: MeanAbsoluteError, description: 'The mean of the absolute errors.' },
  },
  metrics: {
    topK: { use: TopK, options: topKOptions, description: 'How often the right class is among the k most probable ones.' },
    f1: { use: MacroF1, description: 'The mean over the classes of F1, which a lost class pulls down.' },
  },
  trainers: {
    tape: { use: TapeTrainer, description: 'tfjs’s gradient tape: any layer, any backend.' },
  },
});
