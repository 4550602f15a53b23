import { definePlugin } from '@espalier/core';
import { ConstantScheduler, constantOptions } from './schedulers/constant.ts';
import { CosineScheduler, cosineOptions } from './schedulers/cosine.ts';
import { ExponentialScheduler, exponentialOptions } from './schedulers/exponential.ts';
import { LinearScheduler, linearOptions } from './schedulers/linear.ts';
import { PolynomialScheduler, polynomialOptions } from './schedulers/polynomial.ts';
import { StepScheduler, stepOptions } from './schedulers/step.ts';
import { GradualStrategy, gradualOptions } from './strategies/gradual.ts';
import { IterativeStrategy, iterativeOptions } from './strategies/iterative.ts';
import { LotteryStrategy, lotteryOptions } from './strategies/lottery.ts';
import { RiglStrategy, riglOptions } from './strategies/rigl.ts';
import { SetStrategy, setOptions } from './strategies/set.ts';

export default definePlugin({
  name: '@espalier/strategy-gradual',
  schedulers: {
    constant: { use: ConstantScheduler, options: constantOptions, description: 'The whole target at once.' },
    linear: { use: LinearScheduler, options: linearOptions, description: 'As many elements at each step.' },
    polynomial: { use: PolynomialScheduler, options: polynomialOptions, description: 'Fast at first, ever slower: Zhu and Gupta’s cubic.' },
    exponential: { use: ExponentialScheduler, options: exponentialOptions, description: 'The same share of what is left at each step.' },
    cosine: { use: CosineScheduler, options: cosineOptions, description: 'Half a cosine: slow at both ends.' },
    step: { use: StepScheduler, options: stepOptions, description: 'A staircase of equal steps.' },
  },
  strategies: {
    gradual: { use: GradualStrategy, options: gradualOptions, description: 'Cuts a little every so many steps while it trains.' },
    iterative: { use: IterativeStrategy, options: iterativeOptions, description: 'Cut, train, repeat.' },
    lottery: {
      use: LotteryStrategy,
      options: lotteryOptions,
      description: 'Cut, rewind to the first weights, train anew: lottery tickets.',
    },
    rigl: { use: RiglStrategy, options: riglOptions, description: 'Sparse from the start; drops the smallest, grows by gradient.' },
    set: { use: SetStrategy, options: setOptions, description: 'Sparse from the start; drops the smallest, grows at random.' },
  },
});
