import { CutClock } from './cut-clock.ts';
import { EspalierError } from './errors.ts';
import type { Granularity, GroupMember, GroupSet } from './granularity.ts';
import { partInWords } from './made-part.ts';
import { Mask } from './mask.ts';
import type { Maskable, MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import { partFailed } from './part-failed.ts';
import { LARGEST_ROOM, type Room, takeRoom } from './passes/passes.ts';
import { plural } from './plural.ts';
import type { CutReport } from './pruning-run.ts';
import { checkScorer, checkUnits } from './refusal.ts';
import { scoreGroups } from './score-groups.ts';
import type { Scorer, ScoringContext } from './scorer.ts';
import { type CutOff, countEqual, cutOff, selectLowest } from './select-lowest.ts';
import { eachPiece, type Line, type ParameterScores, type Threshold } from './threshold.ts';
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
  /** Whether the caller puts masks on weights afterwards: those of parameters that are cut by themselves are left as they are. */
  readonly leavesWeights?: boolean;
  /** Told where the time goes: how long scores and lines took. What is left of the cut went into the masks. */
  readonly onTime?: (part: 'scoring' | 'thresholds', seconds: number) => void;
}

/**
 * One cut: scores, groups, lines, masks, in this order. Pruned groups score −∞, so that they fall first and stay pruned.
 *
 * @throws EspalierError for scores that are NaN or of the wrong number or shape, and lines that make no sense.
 */
export async function cut(request: CutRequest): Promise<CutReport> {
  const { masks, scorer, granularity, context } = request;
  checkScorer(scorer, masks.parameters, context.model);
  checkUnits(scorer, granularity);
  const room = roomForScores(masks.parameters);
  try {
    return await cutIn(request, room?.values);
  } finally {
    room?.release();
  }
}

/** The scores of a small net lie in one room. */
function roomForScores(parameters: readonly PrunableParameter[]): Room | undefined {
  const total = parameters.reduce((sum, { size }) => sum + size, 0);
  return total <= LARGEST_ROOM ? takeRoom(total) : undefined;
}

async function cutIn(request: CutRequest, room: Float32Array | undefined): Promise<CutReport> {
  const { masks, threshold, sparsity, granularity } = request;
  const sets = granularity?.arrange(masks.parameters, request.context.model) ?? masks.parameters.map(byElement);
  const clock = new CutClock(request.onTime);
  const scores = (await clock.scoring(() => scoreGroups({ ...request, sets, reduce: granularity?.reduce ?? 'sum', room }))).map((each) =>
    clock.watched(each),
  );
  const lines = await clock.thresholds(() => linesFor(request, scores));

  const spared: string[] = [];
  const thresholds = new Map<string, number | null>();
  for (const [i, set] of sets.entries()) {
    const own = scores[i] as ParameterScores;
    const drawn = await clock.thresholds(() => drawnLine(lines[i] as Line, own, set));
    const kept = await aboveLine(own, drawn);
    if (kept.kept === 0 && !request.mayEmpty) {
      kept.keep(await bestOf(own));
      spared.push((set.members[0] as GroupMember).parameter.name);
    }
    const all = [...set.members, ...set.companions];
    const leavesWeights = request.leavesWeights === true && all.length === 1;
    for (const { parameter, groups } of all) prune(masks, parameter, kept.expand(groups, parameter.size), leavesWeights);
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
  const name = partInWords(threshold);
  const answered = shared.length === 0 ? [] : await drawn(threshold, shared, sparsity);
  if (!Array.isArray(answered)) throw new EspalierError({ where: name, what: 'the threshold gave no list of lines', remedy: ONE_EACH });
  if (answered.length !== shared.length) {
    const what = `the threshold gave ${plural(answered.length, 'line')} for ${plural(shared.length, 'parameter')}`;
    throw new EspalierError({ where: name, what, remedy: ONE_EACH });
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

const ONE_EACH = 'lines() gives one line for each of the parameters that it is given, in their order';

/** A threshold is often the user's own, and not the strategy is to blame for it. */
async function drawn(threshold: Threshold, scores: readonly ParameterScores[], sparsity: number): Promise<unknown> {
  try {
    return await threshold.lines(scores, sparsity);
  } catch (error) {
    throw partFailed(partInWords(threshold), error);
  }
}

/** How far on the way to its end the run is; where the threshold decides alone, `sparsity` says just that, or nothing. */
function progressOf(sparsity: number, target: number): number {
  if (Number.isNaN(target)) return sparsity >= 0 && sparsity <= 1 ? sparsity : 1;
  return target > 0 ? Math.min(1, sparsity / target) : 1;
}

async function drawnLine(line: Line, scores: ParameterScores, set: GroupSet): Promise<CutOff> {
  const { below, ties = 0 } = 'count' in line ? await lineAt(line.count, scores) : line;
  // What must stay does not fall, however much is asked for.
  return { below, ties: set.protect !== undefined && below === Number.POSITIVE_INFINITY ? 0 : ties };
}

/** Where the line is under which so many scores lie. */
async function lineAt(count: number, scores: ParameterScores): Promise<CutOff> {
  if (count <= 0) return NOTHING;
  if (count >= scores.size) return { below: Number.POSITIVE_INFINITY, ties: scores.size };
  if (scores.pieces === undefined) return cutOff(await scores.read(), count);
  const [line] = await selectLowest([{ ...scores, groupSize: 1 }], count);
  return line as CutOff;
}

const NOTHING: CutOff = { below: Number.NEGATIVE_INFINITY, ties: 0 };

async function aboveLine(scores: ParameterScores, { below, ties }: CutOff): Promise<Mask> {
  if (scores.pieces === undefined) return Mask.above(await scores.read(), { below, ties });
  const mask = Mask.empty(scores.size);
  let from = 0;
  let left = ties;
  for await (const piece of scores.pieces()) {
    const here = left > 0 ? Math.min(left, countEqual(piece, below)) : 0;
    mask.keepAbove(piece, { below, ties: here }, from);
    left -= here;
    from += piece.length;
  }
  return mask;
}

/** The first of the highest. */
async function bestOf(scores: ParameterScores): Promise<number> {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let from = 0;
  for await (const piece of eachPiece(scores)) {
    for (let i = 0; i < piece.length; i++) {
      if ((piece[i] as number) <= highest) continue;
      highest = piece[i] as number;
      best = from + i;
    }
    from += piece.length;
  }
  return best;
}

/** What was pruned stays pruned. */
function prune(masks: MaskSet, parameter: Maskable, kept: Mask, leavesWeights: boolean): void {
  const before = masks.get(parameter);
  const next = before.kept === before.size ? kept : kept.and(before);
  if (next.kept === before.kept) return;
  if (leavesWeights) masks.replace(parameter, next);
  else masks.set(parameter, next);
}

/** As JSON, in which NaN and infinities would be null. */
function inspected(line: unknown): string {
  return JSON.stringify(line, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value));
}

function sensible(line: Partial<{ count: unknown; below: unknown }> | undefined, size: number, where: string): Line {
  const { count, below } = line ?? {};
  const isCount = Number.isInteger(count) && (count as number) >= 0 && (count as number) <= size;
  const isValue = typeof below === 'number' && !Number.isNaN(below);
  if (isCount || isValue) return line as Line;
  throw new EspalierError({
    where,
    what: `the threshold drew no line that makes sense among ${size} scores: ${inspected(line)}`,
    remedy: `A line is { below: a score } or { count: a whole number from 0 to ${size} }`,
  });
}
