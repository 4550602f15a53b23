import { EspalierError } from './errors.ts';
import type { Granularity, GroupMember, GroupSet } from './granularity.ts';
import { partInWords } from './made-part.ts';
import { Mask } from './mask.ts';
import type { Maskable, MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { CutReport } from './pruning-run.ts';
import { checkScorer, checkUnits } from './refusal.ts';
import { scoreGroups } from './score-groups.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { type CutOff, cutOff } from './select-lowest.ts';
import type { Line, ParameterScores, Threshold } from './threshold.ts';
import { quantile } from './thresholds/layer.ts';

export interface CutRequest {
  readonly masks: MaskSet;
  readonly scorer: Scorer;
  readonly threshold: Threshold;
  /** What is cut as one; single elements where it is not given. */
  readonly granularity?: Granularity;
  /** The share of elements to be pruned afterwards. */
  readonly sparsity: number;
  /** The sparsity that the run ends on: parameters with a target of their own follow in proportion. */
  readonly target: number;
  /** Whether a parameter may lose its last group; its best one is kept where it is not said. */
  readonly mayEmpty?: boolean;
  readonly context: ScoringContext;
}

/**
 * One cut: scores, groups, lines, masks, in this order. Pruned groups score −∞, so that they fall first and stay pruned.
 *
 * @throws EspalierError for scores that are NaN or of the wrong number or shape, and lines that make no sense.
 */
export async function cut(request: CutRequest): Promise<CutReport> {
  const { masks, threshold, sparsity, granularity } = request;
  checkScorer(request.scorer, masks.parameters, request.context.model);
  checkUnits(request.scorer, granularity);
  const sets = granularity?.arrange(masks.parameters, request.context.model) ?? masks.parameters.map(byElement);
  const scores = await scoreGroups({ ...request, sets, reduce: granularity?.reduce ?? 'sum' });
  const lines = await linesFor(request, scores);

  const spared: string[] = [];
  const thresholds = new Map<string, number | null>();
  for (const [i, set] of sets.entries()) {
    const values = await (scores[i] as ParameterScores).read();
    const drawn = drawnLine(lines[i] as Line, values, set);
    const kept = Mask.above(values, drawn);
    if (kept.kept === 0 && !request.mayEmpty) {
      kept.keep(bestOf(values));
      spared.push((set.members[0] as GroupMember).parameter.name);
    }
    for (const { parameter, groups } of [...set.members, ...set.companions]) prune(masks, parameter, kept.expand(groups, parameter.size));
    for (const { parameter } of set.members) thresholds.set(parameter.name, Number.isFinite(drawn.below) ? drawn.below : null);
  }
  const parameters = masks.parameters.map(({ name }) => ({
    name,
    sparsity: masks.get({ name }).sparsity,
    threshold: thresholds.get(name) ?? null,
  }));
  return {
    asked: threshold.decidesSparsity ? null : sparsity,
    sparsity: masks.sparsity,
    parameters,
    ...(spared.length > 0 ? { spared } : {}),
  };
}

function byElement(parameter: PrunableParameter): GroupSet {
  return { count: parameter.size, members: [{ parameter, groups: null }], companions: [] };
}

/** A line per set: by the threshold, or by a target of the parameter's own. */
async function linesFor({ threshold, sparsity, target }: CutRequest, scores: readonly ParameterScores[]): Promise<Line[]> {
  const shared = scores.filter(({ parameter }) => parameter.sparsity === undefined);
  const answered = shared.length === 0 ? [] : await threshold.lines(shared, sparsity);
  const name = partInWords(threshold);
  if (!Array.isArray(answered)) throw new EspalierError({ where: name, what: 'the threshold gave no list of lines' });
  if (answered.length !== shared.length) {
    throw new EspalierError({ where: name, what: `the threshold gave ${answered.length} lines for ${shared.length} parameters` });
  }
  const progress = progressOf(sparsity, target);
  return Promise.all(
    scores.map((each) => {
      const { parameter, size } = each;
      if (parameter.sparsity !== undefined) return quantile(each, parameter.sparsity * progress);
      return sensible(answered[shared.indexOf(each)], size, `${name} on ${parameter.name}`);
    }),
  );
}

/** How far on the way to its end the run is; where the threshold decides alone, `sparsity` says just that, or nothing. */
function progressOf(sparsity: number, target: number): number {
  if (Number.isNaN(target)) return sparsity >= 0 && sparsity <= 1 ? sparsity : 1;
  return target > 0 ? Math.min(1, sparsity / target) : 1;
}

function drawnLine(line: Line, values: Float32Array, set: GroupSet): CutOff {
  const drawn = 'count' in line ? cutOff(values, line.count) : { below: line.below, ties: line.ties ?? 0 };
  // What must stay does not fall, however much is asked for.
  return set.protect !== undefined && drawn.below === Number.POSITIVE_INFINITY ? { ...drawn, ties: 0 } : drawn;
}

/** The first of the highest. */
function bestOf(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** What was pruned stays pruned. */
function prune(masks: MaskSet, parameter: Maskable, kept: Mask): void {
  const before = masks.get(parameter);
  const next = kept.and(before);
  if (next.kept !== before.kept) masks.set(parameter, next);
}

function sensible(line: Partial<{ count: unknown; below: unknown }> | undefined, size: number, where: string): Line {
  const { count, below } = line ?? {};
  const isCount = Number.isInteger(count) && (count as number) >= 0 && (count as number) <= size;
  const isValue = typeof below === 'number' && !Number.isNaN(below);
  if (isCount || isValue) return line as Line;
  throw new EspalierError({
    where,
    what: `the threshold drew no line that makes sense among ${size} scores: ${JSON.stringify(line)}`,
    remedy: `A line is { below: a score } or { count: a whole number from 0 to ${size} }`,
  });
}
