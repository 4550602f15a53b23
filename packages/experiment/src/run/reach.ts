import { type GroupSet, groupSizes, type KeptElements } from '@espalier/core';
import type { PlanProblem } from './plan-problems.ts';
import type { PreparedExperiment } from './prepare.ts';
import { askedSparsity, coarseness, fallsShort, percent } from './target.ts';

/** Parameters that are cut as one have one target. */
export function problemsOfSharedTargets({ granularity, selection, model, experiment }: PreparedExperiment): PlanProblem[] {
  const share = (sparsity: number | undefined) => (sparsity === undefined ? 'that of the run' : percent(sparsity));
  return granularity.arrange(selection.taken, model).flatMap(({ members }) => {
    const [first, ...others] = members.map(({ parameter }) => parameter);
    if (first === undefined || others.every(({ sparsity }) => sparsity === first.sparsity)) return [];
    const targets = [first, ...others].map(({ name, sparsity }) => `${name} (${share(sparsity)})`).join(' and ');
    const message = `granularity "${experiment.prune.granularity.name}" cuts ${targets} together, so that they cannot have different targets. Match the layer: "match: ${first.layer.name}"`;
    return [{ path: ['prune', 'parameters'], message }];
  });
}

/**
 * What shapes alone put out of reach: groups that must stay (N of M), the last one of each parameter where the config does
 * not let it be emptied, and the counts of a threshold that needs no scores.
 *
 * @param counts elements of each parameter that the threshold lets go, where it knows without scores.
 */
export function problemsOfReach(prepared: PreparedExperiment, counts: ReadonlyMap<string, number> | null): PlanProblem[] {
  const { granularity, selection, model, experiment, threshold } = prepared;
  const { mayEmpty, tolerance } = experiment.prune;
  const sets = granularity.arrange(selection.taken, model).map((set) => new Reach(set, mayEmpty));
  const limits = (of: readonly Reach[]) => {
    const each = of.map(({ name, share }) => `${name} up to ${percent(share)}`).join(', ');
    return `${each}${of.every(({ isProtected }) => isProtected) ? '' : ', as no layer is emptied without "mayEmpty: true"'}`;
  };

  const beyond = sets.filter(({ own, share, isProtected }) => isProtected && own !== undefined && own - share > tolerance);
  if (beyond.length > 0) {
    const message = `targets out of reach: granularity "${experiment.prune.granularity.name}" takes ${limits(beyond)}`;
    return [{ path: ['prune', 'parameters'], message }];
  }
  if (threshold.decidesSparsity) {
    const free = sets.filter(({ own }) => own === undefined);
    const missed = threshold.missed?.(free.flatMap(({ left }) => left));
    if (missed === undefined) return [];
    return [{ path: ['prune', 'threshold'], message: `${missed}. No cut can go further: ${limits(free)}` }];
  }
  const most = mostOf(sets, experiment.prune.sparsity ?? 0, counts);
  if (selection.taken.length === 0 || experiment.prune.sparsity === undefined || !fallsShort(prepared, most)) return [];
  const limited = sets.filter(({ share, own }) => share < (own ?? experiment.prune.sparsity ?? 0));
  const why = limited.length > 0 ? limits(limited) : `a group of granularity "${experiment.prune.granularity.name}" is more than that`;
  const message = `a sparsity of ${percent(askedSparsity(prepared))} is out of reach, it comes to ${percent(most)} at most: ${why}`;
  return [{ path: ['prune', 'sparsity'], message }];
}

/** The sparsity over all sets that can come of a target, at most. */
function mostOf(sets: readonly Reach[], target: number, counts: ReadonlyMap<string, number> | null): number {
  const sum = (of: readonly Reach[], value: (one: Reach) => number) => of.reduce((total, one) => total + value(one), 0);
  const known = sets.filter((one) => one.countIn(counts) !== undefined);
  // A line for all of them takes from one what another cannot give.
  const pool = sets.filter((one) => one.countIn(counts) === undefined);
  const wanted = target * sum(pool, ({ size }) => size) + Math.max(0, ...pool.map(({ overshoot }) => overshoot));
  const goes =
    sum(known, (one) => Math.min(one.countIn(counts) ?? 0, one.most)) +
    Math.min(
      wanted,
      sum(pool, ({ most }) => most),
    );
  return goes / sum(sets, ({ size }) => size);
}

/** How far one set of groups can go. */
class Reach {
  readonly left: readonly KeptElements[];
  /** Elements in all, and those that can go. */
  readonly size: number;
  readonly most: number;
  /** Whether groups of it must stay, whatever the config says. */
  readonly isProtected: boolean;
  /** How far beyond what is wanted of it it may go, as its groups go as one. */
  readonly overshoot: number;
  private readonly set: GroupSet;
  private readonly sizes: number | Uint32Array;

  constructor(set: GroupSet, mayEmpty: boolean) {
    this.set = set;
    this.sizes = groupSizes(set);
    this.isProtected = set.protect !== undefined;
    this.size = set.members.reduce((sum, { parameter }) => sum + parameter.size, 0);
    this.overshoot = coarseness(this.sizes);
    const staying = groupsThatStay(set, this.sizes, mayEmpty);
    this.left = set.members.map(({ parameter, groups }) => ({ parameter, kept: elementsOf(staying, groups) }));
    this.most = this.size - this.left.reduce((sum, { kept }) => sum + kept, 0);
  }

  get name(): string {
    return this.set.members.map(({ parameter }) => parameter.name).join(' and ');
  }

  get share(): number {
    return this.most / this.size;
  }

  get own(): number | undefined {
    return this.set.members[0]?.parameter.sparsity;
  }

  /** How many elements are to go, where that is known without scores. */
  countIn(counts: ReadonlyMap<string, number> | null): number | undefined {
    if (this.own !== undefined) {
      const { sizes } = this;
      return typeof sizes === 'number' ? Math.round(this.own * this.set.count) * sizes : this.own * this.size + this.overshoot;
    }
    if (counts === null) return undefined;
    return this.set.members.reduce((sum, { parameter }) => sum + (counts.get(parameter.name) ?? 0), 0);
  }
}

/** The groups that no cut takes: what the granularity protects, or else the last one, the smallest at best. */
function groupsThatStay(set: GroupSet, sizes: number | Uint32Array, mayEmpty: boolean): ReadonlySet<number> | Float32Array {
  if (set.protect !== undefined) {
    const scores = new Float32Array(set.count);
    set.protect(scores);
    return scores;
  }
  if (mayEmpty) return new Set();
  return new Set([typeof sizes === 'number' ? 0 : sizes.reduce((least, size, i) => (size < (sizes[least] as number) ? i : least), 0)]);
}

/** How many elements of a member lie in groups that stay. */
function elementsOf(staying: ReturnType<typeof groupsThatStay>, groups: Int32Array | null): number {
  const stays = (group: number) => (staying instanceof Float32Array ? staying[group] === Number.POSITIVE_INFINITY : staying.has(group));
  if (groups !== null) return groups.reduce((sum, group) => sum + Number(stays(group)), 0);
  return staying instanceof Float32Array
    ? staying.reduce((sum, score) => sum + Number(score === Number.POSITIVE_INFINITY), 0)
    : staying.size;
}
