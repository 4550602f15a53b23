import {
  Budget,
  EspalierError,
  inject,
  injectable,
  OPTIONS,
  type PruningRun,
  part,
  rounds,
  SCORER,
  type Scorer,
  type Strategy,
  sparsityAfter,
  z,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { gammaBehind } from '../gamma-behind.ts';

export const slimmingOptions = z.object({
  scorer: part('scorer', 'slimming').describe('What decides which units go.'),
  lambda: z.number().positive().default(1e-4).describe('λ: how hard the penalty λ·Σ|γ| presses scales towards zero.'),
  penalised: z.number().gt(0).max(1).default(0.5).describe('The share of each round’s training that is under the penalty, before its cut.'),
  rounds: z.int().min(1).max(100).default(1).describe('How often it trains under the penalty, cuts and trains on: the paper’s multi-pass.'),
});

/**
 * Network slimming: train with λ·Σ|γ| added to the loss, over the scales of the batch norms behind what is pruned, so
 * that training itself says which units it can do without; cut those of the smallest |γ| (`granularity: unit`, by one
 * line for the whole net: `threshold: global`); train on without the penalty. A net without such batch norms is refused.
 * Liu et al., 2017, "Learning Efficient Convolutional Networks through Network Slimming", arXiv:1708.06519.
 */
@injectable()
export class SlimmingStrategy implements Strategy {
  constructor(
    @inject(OPTIONS) private readonly options: z.infer<typeof slimmingOptions>,
    @inject(SCORER) private readonly scorer: Scorer,
  ) {}

  async prune(run: PruningRun): Promise<void> {
    const { lambda, penalised } = this.options;
    const scales = scalesBehind(run);
    const penalty = () => tf.addN(scales.map((scale) => tf.sum(tf.abs(scale)))).mul(lambda) as tf.Scalar;
    const parts = run.budget.inParts(this.options.rounds);
    for (const round of rounds(parts.length)) {
      const budget = parts[round.number - 1] as Budget;
      const first = budget.share(penalised);
      await run.train(first, scales.length === 0 ? {} : { penalty });
      await run.cut(this.scorer, sparsityAfter(run, round));
      // What the scorer says of its parameters says more.
      if (scales.length === 0) refuse();
      await run.train(new Budget(budget.steps - first.steps, budget.stepsPerEpoch));
    }
  }
}

/** γ of each batch norm behind a parameter of the run, each once. */
function scalesBehind({ parameters, model }: PruningRun): tf.Variable[] {
  const gammas = parameters.map((parameter) => gammaBehind(parameter, model));
  return [...new Set(gammas.flatMap((gamma) => (typeof gamma === 'string' ? [] : [gamma.variable])))];
}

function refuse(): never {
  throw new EspalierError({
    where: 'strategy "slimming"',
    what: 'there is no batch norm with a scale behind anything that is pruned, so that its penalty would press on nothing',
    remedy: 'Choose a model with batch norms, or prune units by the strategy neuron',
  });
}
