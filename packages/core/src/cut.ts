import * as tf from '@tensorflow/tfjs';
import { BrokenPromise, EspalierError } from './errors.ts';
import { Mask } from './mask.ts';
import type { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { CutReport } from './pruning-run.ts';
import { Random } from './random.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { type CutOff, cutOff } from './select-lowest.ts';
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
    const drawn = 'count' in line ? cutOff(values, line.count) : { below: line.below, ties: line.ties ?? 0 };
    const mask = pruneUnder(masks.get(parameter), values, drawn);
    if (mask !== null) masks.set(parameter, mask);
    const { below } = drawn;
    parameters.push({ name: parameter.name, sparsity: masks.get(parameter).sparsity, threshold: Number.isFinite(below) ? below : null });
  }
  return { asked: threshold.decidesSparsity ? null : sparsity, sparsity: masks.sparsity, parameters };
}

/** The mask without what falls under the line; null where nothing falls that was kept. */
function pruneUnder(mask: Mask, scores: Float32Array, line: CutOff): Mask | null {
  const next = Mask.above(scores, line).and(mask);
  return next.kept === mask.kept ? null : next;
}

/** Scores that are made one parameter at a time are held up to this number (64 MB), and made again beyond it: a threshold reads them more than once. */
const HELD_AT_ONCE = 1 << 24;

async function scoresOf(request: CutRequest): Promise<ParameterScores[]> {
  const { masks, scorer, context } = request;
  if (!scorer.independent) {
    const all = await checkedScores(request, masks.parameters, context);
    return masks.parameters.map((parameter, i) => ({ parameter, size: parameter.size, read: async () => all[i] as Float32Array }));
  }
  const isHeld = masks.parameters.reduce((sum, { size }) => sum + size, 0) <= HELD_AT_ONCE;
  // A threshold reads more than once: a scorer that draws at random gives the same scores each time.
  const seed = context.random.uint32();
  return masks.parameters.map((parameter) => {
    let held: Promise<Float32Array> | undefined;
    const score = async () => {
      const random = Random.of(seed, parameter.name);
      const [scores] = await checkedScores(request, [parameter], { ...context, random });
      return scores as Float32Array;
    };
    const read = () => {
      if (!isHeld) return score();
      held ??= score();
      return held;
    };
    return { parameter, size: parameter.size, read };
  });
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
      scores.push(withPruned((await tensor.data()) as Float32Array, masks.get(parameter), `${name} on ${parameter.name}`));
    }
    return scores;
  } finally {
    // A variable is somebody's state: the weights themselves, or sums in the run's keeping.
    for (const tensor of tensors) if (!(tensor instanceof tf.Variable)) tensor.dispose();
  }
}

const LOWEST_FINITE = -(2 - 2 ** -23) * 2 ** 127;

/**
 * −∞ where pruned, and only there. NaN has no place in an order, so it is refused.
 *
 * @param given not written to: a backend may hand out the memory of the tensor itself, which may be a weight.
 */
function withPruned(given: Float32Array, mask: Mask, where: string): Float32Array {
  if (mask.pruned === 0 && isPlain(given)) return given;
  const scores = given.slice();
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

/** Whether all are finite: zero times any of them is zero. Four sums, so that none waits for the one before. */
function isPlain(scores: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = scores.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += (scores[i] as number) * 0;
    b += (scores[i + 1] as number) * 0;
    c += (scores[i + 2] as number) * 0;
    d += (scores[i + 3] as number) * 0;
  }
  for (let i = whole; i < scores.length; i++) a += (scores[i] as number) * 0;
  return a + b + c + d === 0;
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
