import { definePlugin } from '@espalier/core';
import { LampScorer } from './lamp-scorer.ts';
import { MagnitudeScorer, magnitudeScorerOptions } from './magnitude-scorer.ts';
import { MagnitudeStrategy, magnitudeStrategyOptions } from './magnitude-strategy.ts';
import { RandomScorer } from './random-scorer.ts';

export { LampScorer, MagnitudeScorer, MagnitudeStrategy, RandomScorer };

export default definePlugin({
  name: '@espalier/strategy-magnitude',
  scorers: {
    magnitude: { use: MagnitudeScorer, options: magnitudeScorerOptions, description: 'The size of a weight: |w| or w².' },
    lamp: { use: LampScorer, description: 'The size of a weight among the larger ones of its layer.' },
    random: { use: RandomScorer, description: 'Drawn at random: what any method must beat.' },
  },
  strategies: {
    magnitude: {
      use: MagnitudeStrategy,
      options: magnitudeStrategyOptions,
      description: 'Cut the smallest weights, then train: one-shot, or in rounds.',
    },
  },
});
