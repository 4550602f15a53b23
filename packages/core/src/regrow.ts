import { Mask } from './mask.ts';
import type { MaskSet } from './mask-set.ts';
import type { CutReport } from './pruning-run.ts';
import { elementScores } from './score-groups.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { cutOff } from './select-lowest.ts';

export interface RegrowRequest {
  readonly masks: MaskSet;
  /** The share of each parameter's kept elements that is dropped, and grows elsewhere. */
  readonly share: number;
  readonly drop: Scorer;
  readonly grow: Scorer;
  readonly context: ScoringContext;
  /** Called between the two, so that what a trainer remembers of the dropped weights is zeroed. */
  readonly dropped: () => Promise<void> | undefined;
}

/**
 * Drops the least important of what is kept, and lets as many of what is pruned grow again, per parameter. What was
 * just dropped may grow again, from zero. Evci et al., 2020, "Rigging the Lottery", arXiv:1911.11134, section 3.
 */
export async function regrow(request: RegrowRequest): Promise<CutReport> {
  const { masks, share, context } = request;
  const { parameters } = masks;
  // Both scores are of the net as it stands, before anything is dropped.
  const growing = await elementScores({ scorer: request.grow, masks }, parameters, context);
  const growScores = growing.map((scores) => scores.slice());
  const dropScores = await elementScores({ scorer: request.drop, masks }, parameters, context);

  const counts = parameters.map((parameter, i) => {
    const mask = masks.get(parameter);
    const count = Math.min(Math.round(share * mask.kept), mask.pruned);
    const scores = (dropScores[i] as Float32Array).slice();
    for (let at = 0; at < scores.length; at++) if (!mask.keeps(at)) scores[at] = Number.NEGATIVE_INFINITY;
    masks.set(parameter, Mask.above(scores, cutOff(scores, mask.pruned + count)).and(mask));
    return count;
  });
  await request.dropped();

  for (const [i, parameter] of parameters.entries()) {
    const mask = masks.get(parameter);
    const scores = growScores[i] as Float32Array;
    // What is kept is out of the question; the highest of the rest are the lowest of their negatives.
    for (let at = 0; at < scores.length; at++) scores[at] = mask.keeps(at) ? Number.POSITIVE_INFINITY : -(scores[at] as number);
    const grown = Mask.above(scores, cutOff(scores, counts[i] as number));
    const next = mask.clone();
    for (let at = 0; at < scores.length; at++) if (!grown.keeps(at)) next.keep(at);
    masks.set(parameter, next);
  }
  return {
    asked: null,
    sparsity: masks.sparsity,
    parameters: parameters.map(({ name }) => ({ name, sparsity: masks.get({ name }).sparsity, threshold: null })),
  };
}
