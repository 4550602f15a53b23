import * as tf from '@tensorflow/tfjs';
import { BrokenPromise, EspalierError } from './errors.ts';
import type { Mask } from './mask.ts';
import type { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { CutReport } from './pruning-run.ts';
import { Random } from './random.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { cutOff, fallsUnder } from './select-lowest.ts';
import type { Line, ParameterScores, Threshold } from './threshold.ts';

export interface CutRequest {
  readonly masks: MaskSet;
  readonly scorer: Scorer;
  readonly threshold: Threshold;
  /** The share of elements to be pruned afterwards. */
  readonly sparsity: number;
  /** The sparsity that the run ends on: parameters with a target of their own follow in proportion. */
  readonly target: number;
  readonly context: ScoringContext;
}

/**
 * One cut: scores, lines, masks, in this order. Pruned elements score −∞, so that they fall first and stay pruned.
 *
 * @throws EspalierError for scores that are NaN or of the wrong number or shape, and lines that make no sense.
 */
export async function cut(request: CutRequest): Promise<CutReport> {
  const { masks, threshold, sparsity } = request;
  const scores = await scoresOf(request);
  const lines = new Map<string, Line>();

  const shared = scores.filter(({ parameter }) => parameter.sparsity === undefined);
  const answered = shared.length === 0 ? [] : await threshold.lines(shared, sparsity);
  if (answered.length !== shared.length) {
    throw new EspalierError(`the threshold gave ${answered.length} lines for ${shared.length} parameters`);
  }
  for (const [i, { parameter, size }] of shared.entries()) lines.set(parameter.name, sensible(answered[i], parameter, size));
  const progress = Number.isFinite(request.target) && request.target > 0 ? Math.min(1, sparsity / request.target) : 1;
  for (const { parameter, size } of scores) {
    if (parameter.sparsity === undefined) continue;
    lines.set(parameter.name, { count: Math.round(parameter.sparsity * progress * size) });
  }

  const parameters: { name: string; sparsity: number; threshold: number | null }[] = [];
  for (const parameterScores of scores) {
    const { parameter } = parameterScores;
    const line = lines.get(parameter.name) as Line;
    const values = await parameterScores.read();
    const drawn = 'count' in line ? cutOff(values, line.count) : line;
    const mask = pruneUnder(masks.get(parameter), values, drawn);
    if (mask !== null) masks.set(parameter, mask);
    const { below } = drawn;
    parameters.push({ name: parameter.name, sparsity: masks.get(parameter).sparsity, threshold: Number.isFinite(below) ? below : null });
  }
  return { asked: threshold.decidesSparsity ? null : sparsity, sparsity: masks.sparsity, parameters };
}

/** The mask without what falls under the line; null where nothing falls that was kept. */
function pruneUnder(mask: Mask, scores: Float32Array, line: Line): Mask | null {
  const next = mask.clone();
  let fell = 0;
  fallsUnder(scores, line, (index) => {
    if (!next.keeps(index)) return;
    next.prune(index);
    fell += 1;
  });
  return fell === 0 ? null : next;
}

async function scoresOf(request: CutRequest): Promise<ParameterScores[]> {
  const { masks, scorer, context } = request;
  if (scorer.independent) {
    // A threshold reads more than once: a scorer that draws at random gives the same scores each time.
    const seed = context.random.uint32();
    return masks.parameters.map((parameter) => ({
      parameter,
      size: parameter.size,
      read: async () => {
        const random = Random.of(seed, parameter.name);
        const [scores] = await checkedScores(request, [parameter], { ...context, random });
        return scores as Float32Array;
      },
    }));
  }
  const all = await checkedScores(request, masks.parameters, context);
  return masks.parameters.map((parameter, i) => ({ parameter, size: parameter.size, read: async () => all[i] as Float32Array }));
}

async function checkedScores(
  { scorer, masks }: CutRequest,
  parameters: readonly PrunableParameter[],
  context: ScoringContext,
): Promise<Float32Array[]> {
  const name = scorer.constructor.name;
  const tensors: tf.Tensor[] = await scorer.score(parameters, context);
  try {
    if (tensors.length !== parameters.length) {
      throw new BrokenPromise({ where: name, what: `gave ${tensors.length} score tensors for ${parameters.length} parameters` });
    }
    const scores: Float32Array[] = [];
    for (const [i, parameter] of parameters.entries()) {
      const tensor = tensors[i] as tf.Tensor;
      if (tensor.shape.join() !== parameter.shape.join()) {
        throw new BrokenPromise({
          where: `${name} on ${parameter.name}`,
          what: `the scores have the shape [${tensor.shape.join(', ')}], the weights [${parameter.shape.join(', ')}]`,
          remedy: 'A scorer gives one score per weight',
        });
      }
      scores.push(withPruned(Float32Array.from(await tensor.data()), masks.get(parameter), `${name} on ${parameter.name}`));
    }
    return scores;
  } finally {
    // A variable is somebody's state: the weights themselves, or sums in the run's keeping.
    for (const tensor of tensors) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  }
}

const LOWEST_FINITE = -(2 - 2 ** -23) * 2 ** 127;

/** −∞ where pruned, and only there. NaN has no place in an order, so it is refused. */
function withPruned(scores: Float32Array, mask: Mask, where: string): Float32Array {
  for (let i = 0; i < scores.length; i++) {
    if (!mask.keeps(i)) scores[i] = Number.NEGATIVE_INFINITY;
    else if (scores[i] === Number.NEGATIVE_INFINITY) scores[i] = LOWEST_FINITE;
    else if (Number.isNaN(scores[i])) {
      throw new BrokenPromise({
        where,
        what: `the score of element ${i} is NaN`,
        remedy: 'Look for NaN in the weights, and for 0/0, ∞−∞ or the logarithm of a negative number in the score',
      });
    }
  }
  return scores;
}

function sensible(line: Line | undefined, { name }: PrunableParameter, size: number): Line {
  const isCount = line !== undefined && 'count' in line && Number.isInteger(line.count) && line.count >= 0 && line.count <= size;
  const isValue = line !== undefined && 'below' in line && !Number.isNaN(line.below);
  if (line !== undefined && (isCount || isValue)) return line;
  throw new EspalierError({
    where: name,
    what: `the threshold drew no line that makes sense among ${size} scores: ${JSON.stringify(line)}`,
  });
}
