import { EspalierError } from '@espalier/core';
import wildcard from 'wildcard-match';
import { balance } from './balance.ts';
import type { DependencyGraph } from './dependency-graph.ts';
import { graphCost } from './graph-cost.ts';
import type { Cost } from './network-cost.ts';
import type { UnitGroup } from './unit-group.ts';

/** How many units go, and which must not. */
export interface ChoiceOptions {
  /** The share of the units that may go, 0 to 1: of each group, or of all together. */
  readonly sparsity?: number;
  /** The most multiply-accumulates to be left: a number, or up to 1 a share of the model's. */
  readonly macs?: number;
  /** The most parameters to be left: a number, or up to 1 a share of the model's. */
  readonly parameters?: number;
  /** Whether each group loses the same share, or those whose units score lowest lose more. */
  readonly scope?: 'layer' | 'global';
  /** Widths that are left are multiples of this, where the layer was wide enough. */
  readonly roundTo?: number;
  /** The fewest units that a layer keeps. */
  readonly minimum?: number;
  /** Layers whose units stay, by path: `head`, `encoder/*`. */
  readonly keep?: readonly string[];
}

/**
 * The units to remove, 1 per unit of the graph.
 *
 * @param scores per unit: the lowest go first; NaN for those without a score, which stay.
 * @throws EspalierError where an option cannot be met.
 */
export function chooseUnits(graph: DependencyGraph, scores: Float32Array, options: ChoiceOptions): Uint8Array {
  check(options);
  const choice = new Choice(graph, scores, options);
  const { macs, parameters, sparsity } = options;
  if (sparsity !== undefined) return choice.at(sparsity);
  const dense = graphCost(graph, new Uint8Array(graph.units));
  const limit = (wanted: number | undefined, all: number) =>
    wanted === undefined ? Number.POSITIVE_INFINITY : wanted <= 1 ? wanted * all : wanted;
  return choice.within({ macs: limit(macs, dense.macs), parameters: limit(parameters, dense.parameters) });
}

class Choice {
  private readonly graph: DependencyGraph;
  private readonly scores: Float32Array;
  private readonly options: ChoiceOptions;
  /** The units of each group that may go, the lowest score first. */
  private readonly candidates: ReadonlyMap<UnitGroup, readonly number[]>;
  private readonly makersOf: ReadonlyMap<number, readonly string[]>;

  constructor(graph: DependencyGraph, scores: Float32Array, options: ChoiceOptions) {
    this.graph = graph;
    this.scores = scores;
    this.options = options;
    const stays = keptLayers(graph, options.keep ?? []);
    const byScore = (a: number, b: number) => (scores[a] as number) - (scores[b] as number) || a - b;
    this.candidates = new Map(
      graph.groups.map((group) => {
        const units = Array.from({ length: group.units }, (_, i) => group.first + i);
        return [group, units.filter((unit) => !graph.kept.has(unit) && !stays.has(unit) && !Number.isNaN(scores[unit])).sort(byScore)];
      }),
    );
    const makersOf = new Map<number, string[]>();
    for (const [name, units] of graph.makers) for (const unit of new Set(units)) makersOf.set(unit, [...(makersOf.get(unit) ?? []), name]);
    this.makersOf = makersOf;
  }

  /** The lowest units, as many as this share of all candidates. */
  at(sparsity: number): Uint8Array {
    const gone = new Uint8Array(this.graph.units);
    const left = new Map([...this.graph.makers].map(([name, units]) => [name, new Set(units).size]));
    if (this.options.scope === 'global') {
      const all = [...this.candidates].flatMap(([group, units]) =>
        relative(units, this.scores).map((score, i) => ({ group, unit: units[i] as number, score })),
      );
      all.sort((a, b) => a.score - b.score || a.unit - b.unit);
      this.remove(
        all.map(({ unit }) => unit),
        Math.round(sparsity * all.length),
        gone,
        left,
      );
    } else {
      for (const units of this.candidates.values()) this.remove(units, Math.round(sparsity * units.length), gone, left);
    }
    roundWidths(this.graph, gone, { roundTo: this.options.roundTo }, (unit) => this.scores[unit] as number);
    balance(this.graph, gone, (unit) => this.scores[unit] as number);
    return gone;
  }

  /** The fewest units whose removal meets the limits. */
  within(limit: Cost): Uint8Array {
    const meets = (gone: Uint8Array) => {
      const { macs, parameters } = graphCost(this.graph, gone);
      return macs <= limit.macs && parameters <= limit.parameters;
    };
    const most = this.at(1);
    if (!meets(most)) {
      const { macs, parameters } = graphCost(this.graph, most);
      throw new EspalierError({
        where: 'shrink',
        what: `cannot come down to ${[Number.isFinite(limit.macs) ? `${limit.macs} MACs` : '', Number.isFinite(limit.parameters) ? `${limit.parameters} parameters` : ''].filter((each) => each !== '').join(' and ')}`,
        why: `with all that may go there are ${macs} MACs and ${parameters} parameters left`,
        remedy: 'Ask for less, keep fewer layers, or lower the minimum',
      });
    }
    const steps = [...this.candidates.values()].reduce((sum, units) => sum + units.length, 0);
    let [low, high] = [0, steps];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (meets(this.at(middle / steps))) high = middle;
      else low = middle + 1;
    }
    return this.at(steps === 0 ? 0 : high / steps);
  }

  /** The first so many of these that leave each layer its minimum. */
  private remove(units: readonly number[], count: number, gone: Uint8Array, left: Map<string, number>): void {
    const minimum = Math.max(1, this.options.minimum ?? 1);
    let removed = 0;
    for (const unit of units) {
      if (removed >= count) return;
      const makers = this.makersOf.get(unit) ?? [];
      if (makers.some((name) => (left.get(name) as number) <= minimum)) continue;
      for (const name of makers) left.set(name, (left.get(name) as number) - 1);
      gone[unit] = 1;
      removed++;
    }
  }
}

/**
 * Gives back units of each group until the width that is left is a multiple, and no less than the minimum, where the group
 * was that wide.
 *
 * @param gone 1 per unit that goes; written to.
 * @param worth which to give back first: the highest. The last ones by default.
 */
export function roundWidths(
  { groups }: DependencyGraph,
  gone: Uint8Array,
  { roundTo = 1, minimum = 0 }: Pick<ChoiceOptions, 'roundTo' | 'minimum'>,
  worth: (unit: number) => number = (unit) => unit,
): void {
  for (const { first, units } of groups) {
    const removed = Array.from({ length: units }, (_, i) => first + i).filter((unit) => gone[unit] === 1);
    if (removed.length === 0) continue;
    const width = Math.max(minimum, units - removed.length);
    const rounded = Math.min(units, Math.ceil(width / roundTo) * roundTo);
    for (const unit of removed.sort((a, b) => worth(a) - worth(b)).slice(units - rounded)) gone[unit] = 0;
  }
}

/** Scores of a group against their mean, so that groups of other sizes and scales compare. */
function relative(units: readonly number[], scores: Float32Array): number[] {
  const mean = units.reduce((sum, unit) => sum + (scores[unit] as number), 0) / units.length;
  return units.map((unit) => (mean > 0 ? (scores[unit] as number) / mean : (scores[unit] as number)));
}

/** The units of layers that are named. @throws EspalierError where no layer has the name. */
export function keptLayers({ makers, network }: DependencyGraph, patterns: readonly string[]): Set<number> {
  const stays = new Set<number>();
  for (const pattern of patterns) {
    const matches = wildcard(pattern);
    const named = [...makers].filter(([name]) => matches(name) || matches(name.replace(/\/[^/]*$/, '')));
    if (named.length === 0 && ![...network.layers.values()].some(({ path }) => matches(path))) {
      throw new EspalierError({
        where: 'keep',
        what: `no layer is named "${pattern}"`,
        why: `layers that make units are ${[...makers.keys()].join(', ')}`,
      });
    }
    for (const [, units] of named) for (const unit of units) stays.add(unit);
  }
  return stays;
}

function check({ sparsity, macs, parameters, ...widths }: ChoiceOptions): void {
  if (sparsity === undefined && macs === undefined && parameters === undefined) complain('say how much: sparsity, macs or parameters');
  if (sparsity !== undefined && (macs !== undefined || parameters !== undefined))
    complain('give a sparsity, or a limit of macs or parameters, not both');
  if (sparsity !== undefined && !(sparsity >= 0 && sparsity <= 1)) complain(`the sparsity is a share from 0 to 1, not ${sparsity}`);
  for (const [name, value] of Object.entries({ macs, parameters }))
    if (value !== undefined && !(value > 0)) complain(`${name} is more than 0, not ${value}`);
  checkWidths(widths);
}

/** @throws EspalierError for numbers of units that are none. */
export function checkWidths({ roundTo, minimum }: Pick<ChoiceOptions, 'roundTo' | 'minimum'>): void {
  for (const [name, value] of Object.entries({ roundTo, minimum })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) complain(`${name} is a whole number from 1, not ${value}`);
  }
}

function complain(what: string): never {
  throw new EspalierError({ where: 'shrink', what });
}
