import { z } from 'zod';
import { usesPerSample } from '../macs.ts';
import { selectCost } from '../select-cost.ts';
import type { Line, ParameterScores, Threshold } from '../threshold.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { elementsIn } from './layer.ts';

const amount = z.number().positive().optional();

export const budgetOptions = z
  .object({
    parameters: amount.describe('Weights that may be left: up to 1 a share, above it a number.'),
    macs: amount.describe('Multiply-accumulates of one sample that may be left: up to 1 a share, above it a number.'),
    bytes: amount.describe('Bytes of the weights that may be left, 4 each: up to 1 a share, above it a number.'),
  })
  .refine(({ parameters, macs, bytes }) => [parameters, macs, bytes].filter((each) => each !== undefined).length === 1, {
    message: 'give one of parameters, macs and bytes',
  });

/** What an element costs as long as it is there. */
const COSTS = {
  parameters: () => 1,
  macs: (scores: ParameterScores) => usesPerSample(scores.parameter),
  bytes: () => 4,
} as const;

/**
 * One line for the whole net, as high as it takes to keep to a budget of weights, multiply-accumulates or bytes: the
 * lowest scores go until what is left costs no more. It speaks of the parameters that pruning takes, without those that
 * have a target of their own; what costs nothing (an embedding's multiply-accumulates) stays.
 */
@injectable()
export class BudgetThreshold implements Threshold {
  readonly decidesSparsity = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof budgetOptions>) {}

  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const [kind, budget] = Object.entries(this.options).find(([, value]) => value !== undefined) as [keyof typeof COSTS, number];
    const costs = scores.map(COSTS[kind]);
    const total = scores.reduce((sum, each, i) => sum + elementsIn(each) * (costs[i] as number), 0);
    const excess = total - (budget <= 1 ? budget * total : budget);
    if (excess <= 0) return scores.map(() => ({ count: 0 }));
    // In a schedule, part of the way.
    return selectCost(scores, costs, Number.isNaN(sparsity) ? excess : excess * sparsity);
  }
}
