import { z } from 'zod';
import { usesPerSample } from '../macs.ts';
import { selectCost } from '../select-cost.ts';
import type { KeptElements, Line, ParameterScores, Threshold } from '../threshold.ts';
import { inject, injectable, OPTIONS } from '../tokens.ts';
import { elementsIn } from './layer.ts';

const amount = z.number().positive().optional();

export const budgetOptions = z
  .object({
    parameters: amount.describe('Weights that may be left of the parameters that pruning takes: up to 1 a share, above it a number.'),
    macs: amount.describe(
      'Multiply-accumulates of one sample by the weights that may be left, what shrinking takes besides not counted: up to 1 a share, above it a number.',
    ),
    bytes: amount.describe('Bytes of the weights that may be left, 4 each, no biases: up to 1 a share, above it a number.'),
  })
  .refine(({ parameters, macs, bytes }) => [parameters, macs, bytes].filter((each) => each !== undefined).length === 1, {
    message: 'give one of parameters, macs and bytes',
  });

/** What an element costs as long as it is there. */
const COSTS = {
  parameters: () => 1,
  macs: usesPerSample,
  bytes: () => 4,
} as const;
const WORDS = { parameters: 'weights', macs: 'multiply-accumulates', bytes: 'bytes of weights' } as const;
const ROUNDING = 1e-9;

/**
 * One line for the whole net, as high as it takes to keep to a budget of weights, multiply-accumulates or bytes: the
 * lowest scores go until what is left costs no more. It speaks of the parameters that pruning takes, without those that
 * have a target of their own; what costs nothing (an embedding's multiply-accumulates) stays. What else a unit takes with it
 * where it is removed for real, its bias and the weights that read it, is not counted.
 */
@injectable()
export class BudgetThreshold implements Threshold {
  readonly decidesSparsity = true;

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof budgetOptions>) {}

  async lines(scores: readonly ParameterScores[], sparsity: number): Promise<Line[]> {
    const { kind } = this;
    const costs = scores.map(({ parameter }) => COSTS[kind](parameter));
    const total = scores.reduce((sum, each, i) => sum + elementsIn(each) * (costs[i] as number), 0);
    const excess = total - this.allowedOf(total);
    if (excess <= 0) return scores.map(() => ({ count: 0 }));
    // In a schedule, part of the way.
    return selectCost(scores, costs, Number.isNaN(sparsity) ? excess : excess * sparsity);
  }

  missed(left: readonly KeptElements[]): string | undefined {
    const { kind, budget } = this;
    const costOf = (elements: (one: KeptElements) => number) =>
      left.reduce((sum, one) => sum + elements(one) * COSTS[kind](one.parameter), 0);
    const total = costOf(({ parameter }) => parameter.size);
    const cost = costOf(({ kept }) => kept);
    const allowed = this.allowedOf(total);
    if (cost <= allowed + ROUNDING * total) return undefined;
    const share = budget <= 1 ? ` (${+(100 * budget).toFixed(2)} % of ${total})` : '';
    return `budget: ${cost} ${WORDS[kind]} are left in the parameters that it speaks of, where ${+allowed.toFixed(2)}${share} were allowed`;
  }

  private get kind(): keyof typeof COSTS {
    return Object.entries(this.options).find(([, value]) => value !== undefined)?.[0] as keyof typeof COSTS;
  }

  private get budget(): number {
    return this.options[this.kind] as number;
  }

  private allowedOf(total: number): number {
    return this.budget <= 1 ? this.budget * total : this.budget;
  }
}
