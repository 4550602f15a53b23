import { definePlugin } from '@espalier/core';
import { FisherScorer, fisherOptions } from './scorers/fisher.ts';
import { GradientScorer } from './scorers/gradient.ts';
import { GraspScorer, graspOptions } from './scorers/grasp.ts';
import { MovementScorer } from './scorers/movement.ts';
import { SnipScorer } from './scorers/snip.ts';
import { SynflowScorer } from './scorers/synflow.ts';
import { TaylorScorer, taylorOptions } from './scorers/taylor.ts';
import { WandaScorer, wandaOptions } from './scorers/wanda.ts';
import { AtInitStrategy, atInitOptions } from './strategies/at-init.ts';
import { GradientStrategy, gradientStrategyOptions } from './strategies/gradient.ts';
import { MovementStrategy, movementStrategyOptions } from './strategies/movement.ts';

export {
  AtInitStrategy,
  FisherScorer,
  GradientScorer,
  GradientStrategy,
  GraspScorer,
  MovementScorer,
  MovementStrategy,
  SnipScorer,
  SynflowScorer,
  TaylorScorer,
  WandaScorer,
};

export default definePlugin({
  name: '@espalier/strategy-gradient',
  scorers: {
    gradient: { use: GradientScorer, description: 'How much the loss depends on a weight: |∂L/∂w|.' },
    taylor: { use: TaylorScorer, options: taylorOptions, description: 'What the loss changes by without a weight: |w·∂L/∂w| per batch.' },
    fisher: {
      use: FisherScorer,
      options: fisherOptions,
      description: 'What the loss rises by without a weight, to second order: ½·w²·E[(∂L/∂w)²].',
    },
    snip: { use: SnipScorer, description: 'Connection sensitivity of the untrained net: |w·∂L/∂w| over all samples at once.' },
    grasp: { use: GraspScorer, options: graspOptions, description: 'What keeps the gradient of the untrained net flowing: w·(Hg).' },
    synflow: { use: SynflowScorer, description: 'What flows through a weight when ones go in: |w|·∂R/∂|w|. No data.' },
    movement: { use: MovementScorer, description: 'Whether training moves a weight away from zero: −Σ w·∂L/∂w.' },
    wanda: { use: WandaScorer, options: wandaOptions, description: 'Weight times the norm of its input: |w|·‖x‖. No gradients.' },
  },
  strategies: {
    gradient: {
      use: GradientStrategy,
      options: gradientStrategyOptions,
      description: 'Cut what the loss depends on least, then train: one-shot, or in rounds.',
    },
    'at-init': { use: AtInitStrategy, options: atInitOptions, description: 'Prune the untrained net, then train for the whole budget.' },
    movement: {
      use: MovementStrategy,
      options: movementStrategyOptions,
      description: 'Train, and cut on the way what training moves towards zero.',
    },
  },
});
