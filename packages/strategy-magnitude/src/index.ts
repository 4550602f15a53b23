import { definePlugin } from '@espalier/core';
import { MagnitudeScorer, magnitudeScorerOptions } from './magnitude-scorer.ts';
import { MagnitudeStrategy, magnitudeStrategyOptions } from './magnitude-strategy.ts';

export { MagnitudeScorer, MagnitudeStrategy };

export default definePlugin({
  name: '@espalier/strategy-magnitude',
  scorers: {
    magnitude: { use: MagnitudeScorer, options: magnitudeScorerOptions, description: 'The size of a weight: |w| or w².' },
  },
  strategies: {
    magnitude: {
      use: MagnitudeStrategy,
      options: magnitudeStrategyOptions,
      description: 'Cut the smallest weights, then train: one-shot, or in rounds.',
    },
  },
});
