import { definePlugin } from '@espalier/core';
import { ApozScorer } from './scorers/apoz.ts';
import { FpgmScorer, fpgmOptions } from './scorers/fpgm.ts';
import { MeanActivationScorer } from './scorers/mean-activation.ts';
import { NormScorer, normOptions } from './scorers/norm.ts';
import { SlimmingScorer } from './scorers/slimming.ts';
import { TaylorUnitScorer, taylorUnitOptions } from './scorers/taylor-unit.ts';
import { NeuronStrategy, neuronOptions } from './strategies/neuron.ts';
import { SlimmingStrategy, slimmingOptions } from './strategies/slimming.ts';

export { ApozScorer, FpgmScorer, MeanActivationScorer, NeuronStrategy, NormScorer, SlimmingScorer, SlimmingStrategy, TaylorUnitScorer };

export default definePlugin({
  name: '@espalier/strategy-neuron',
  scorers: {
    norm: { use: NormScorer, options: normOptions, description: 'The size of a unit’s weights: Σ|w| or √Σw².' },
    fpgm: { use: FpgmScorer, options: fpgmOptions, description: 'How far a unit is from the others of its layer.' },
    slimming: { use: SlimmingScorer, description: 'The scale of the batch norm behind a unit: |γ|.' },
    apoz: { use: ApozScorer, description: 'How seldom a unit is zero behind its ReLU, over the calibration data.' },
    'mean-activation': { use: MeanActivationScorer, description: 'The mean of what a unit gives, over the calibration data.' },
    'taylor-unit': {
      use: TaylorUnitScorer,
      options: taylorUnitOptions,
      description: 'What the loss changes by without a unit: (Σ w·∂L/∂w)².',
    },
  },
  strategies: {
    neuron: { use: NeuronStrategy, options: neuronOptions, description: 'Cut whole units, then train: one-shot, or in rounds.' },
    slimming: {
      use: SlimmingStrategy,
      options: slimmingOptions,
      description: 'Train with a penalty on batch-norm scales, cut the units of the smallest, train on.',
    },
  },
});
