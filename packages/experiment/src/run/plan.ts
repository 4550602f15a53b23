import {
  Budget,
  type Control,
  checkThreshold,
  type GroupMember,
  groupSizes,
  modelParameters,
  rehearse,
  stepsPerEpoch,
  usesPerSample,
} from '@espalier/core';
import { controlOf } from '../config/experiment.ts';
import type { LoadedExperiment } from '../config/parse-experiment.ts';
import { shrinkSettings } from '../config/shrink-schema.ts';
import { blaming } from './blame.ts';
import { checkSelection } from './check-selection.ts';
import { type PlanProblem, problemsOf, problemsOfRedrawing, problemsOfShrinking, problemsOfSparse, stepOf } from './plan-problems.ts';
import type { PreparedExperiment } from './prepare.ts';
import { storedBytes } from './stored-bytes.ts';
import { askedSparsity, targetsOf } from './target.ts';

/** What a run will do, before it does it. */
export interface Plan {
  readonly experiment: string;
  readonly strategy: string;
  /** Where it is not the strategy itself but its control. */
  readonly control: Control | null;
  readonly threshold: string;
  readonly parameters: readonly PlannedParameter[];
  readonly dense: { readonly parameters: number; readonly macs: number; readonly bytes: number };
  /** What to expect of the pruned model; null where the threshold decides. `isExact` is false where it depends on scores. */
  readonly expected: {
    readonly sparsity: number;
    readonly nonzero: number;
    readonly macs: number;
    readonly bytes: number;
    readonly isExact: boolean;
  } | null;
  readonly training: {
    readonly samples: number;
    readonly stepsPerEpoch: number;
    readonly denseSteps: number;
    readonly pruneSteps: number;
    /** Of the small model, once units are removed for real. */
    readonly shrinkSteps: number;
  };
  /** How many calls on the run the strategy makes, trainings included. */
  readonly calls: number;
  /** Every cut that the strategy will make; `sparsity` is null where the threshold decides. */
  readonly cuts: readonly { readonly step: number; readonly epoch: number; readonly sparsity: number | null; readonly scorer: string }[];
  readonly rewinds: readonly { readonly step: number; readonly to: string }[];
  /** What can never come out as it was asked; a run with any is refused. */
  readonly problems: readonly PlanProblem[];
}

export interface PlannedParameter {
  readonly name: string;
  readonly layer: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly taken: boolean;
  /** Why it is left alone, or under which rule it stands. */
  readonly why: string;
  /** Its own target, or that of its layer; null where scores decide. */
  readonly sparsity: number | null;
}

/**
 * Rehearses the strategy and works out what to expect of it. Nothing is trained or scored.
 *
 * @throws ConfigError pointing at the strategy where it fails in its rehearsal, and at the granularity where it can cut
 * none of the parameters.
 */
export async function makePlan(loaded: LoadedExperiment, prepared: PreparedExperiment): Promise<Plan> {
  const { experiment, model, selection, strategy, threshold, granularity, train } = prepared;
  const { prune } = experiment;
  const perEpoch = stepsPerEpoch(train, prune.batchSize);
  const budget = Budget.ofEpochs(prune.epochs, perEpoch);
  await blaming(loaded)(['prune', 'granularity'], () => checkSelection(selection, granularity));
  await blaming(loaded)(['prune', 'threshold'], async () => checkThreshold(threshold, granularity, selection.taken, model));
  const events = await blaming(loaded)(['prune', 'strategy'], () =>
    rehearse(strategy, { model, ...targetsOf(prepared), granularity, budget, seed: experiment.seed }),
  );
  const decides = threshold.decidesSparsity === true;
  const counts = await countsWithoutScores(prepared);
  const parameters = plannedParameters(prepared, counts);
  const all = modelParameters(model);
  const macs = all.reduce((sum, parameter) => sum + parameter.size * usesPerSample(parameter), 0);
  const denseSteps = Budget.ofEpochs(experiment.train.epochs, stepsPerEpoch(train, experiment.train.batchSize)).steps;
  const size = all.reduce((sum, parameter) => sum + parameter.size, 0);

  return {
    experiment: experiment.name,
    strategy: prune.strategy.name,
    control: controlOf(experiment),
    threshold: prune.threshold.name,
    parameters,
    dense: { parameters: size, macs, bytes: 4 * size },
    expected: decides ? null : expectedOf(prepared, counts, size, macs),
    training: {
      samples: train.size,
      stepsPerEpoch: perEpoch,
      denseSteps,
      pruneSteps: events.reduce((sum, event) => sum + (event.steps ?? 0), 0),
      shrinkSteps: Budget.ofEpochs(shrinkSettings(experiment.shrink)?.epochs ?? 0, perEpoch).steps,
    },
    calls: events.length,
    cuts: events
      .filter(({ what }) => what === 'cut')
      .map((event) => ({
        step: event.step,
        epoch: Math.ceil(event.step / perEpoch),
        sparsity: decides ? null : (event.sparsity ?? null),
        scorer: event.scorer ?? '',
      })),
    rewinds: events.filter(({ what }) => what === 'rewind').map(({ step, to }) => ({ step, to: to ?? '' })),
    problems: [
      ...problemsOf(prepared, { events, counts, denseSteps }),
      ...(await problemsOfRedrawing(prepared, events)),
      ...(await problemsOfShrinking(prepared)),
      ...(await problemsOfSparse(prepared)),
    ],
  };
}

/** The steps of the dense training whose weights the strategy goes back to. */
export function rewoundSteps(plan: Plan): number[] {
  return [...new Set(plan.rewinds.flatMap(({ to }) => stepOf(to) ?? []))];
}

function plannedParameters({ selection, experiment, threshold, model }: PreparedExperiment, counts: Counts): PlannedParameter[] {
  const taken = new Map(selection.taken.map((parameter) => [parameter.name, parameter]));
  const left = new Map(selection.left.map(({ name, why }) => [name, why]));
  return modelParameters(model).map(({ name, layer, shape, size }) => {
    const parameter = taken.get(name);
    const base = { name, layer: layer.getClassName(), shape, size };
    if (parameter === undefined) return { ...base, taken: false, why: left.get(name) ?? '', sparsity: null };
    if (parameter.sparsity !== undefined) return { ...base, taken: true, why: 'a target of its own', sparsity: parameter.sparsity };
    const count = counts?.get(name);
    const why = `${experiment.prune.threshold.name} threshold${threshold.decidesSparsity || count === undefined ? ', by its scores' : ''}`;
    return { ...base, taken: true, why, sparsity: count === undefined ? null : count / size };
  });
}

/** How many elements of each parameter will go, where the threshold knows without scores; otherwise null. */
type Counts = ReadonlyMap<string, number> | null;

/** Asks the threshold with scores that cannot be read: one that counts by shape alone answers all the same. */
async function countsWithoutScores({ selection, threshold, granularity, model, experiment }: PreparedExperiment): Promise<Counts> {
  const sets = granularity.arrange(selection.taken, model).filter(({ members: [first] }) => first?.parameter.sparsity === undefined);
  const scores = sets.map((set) => ({
    parameter: (set.members[0] as GroupMember).parameter,
    size: set.count,
    groupSize: groupSizes(set),
    read: () => Promise.reject(new Error('there are no scores in a plan')),
  }));
  try {
    const lines = await threshold.lines(scores, experiment.prune.sparsity ?? 0);
    const counts = lines.map((line) => ('count' in line ? line.count : Number.NaN));
    if (counts.some(Number.isNaN)) return null;
    const shares = sets.flatMap(({ members, count }, i) =>
      members.map(({ parameter }) => ({ parameter, share: (counts[i] as number) / count })),
    );
    return new Map(shares.map(({ parameter, share }) => [parameter.name, Math.round(share * parameter.size)]));
  } catch {
    return null;
  }
}

function expectedOf(prepared: PreparedExperiment, counts: Counts, size: number, macs: number): Plan['expected'] {
  const { selection, experiment } = prepared;
  const target = experiment.prune.sparsity ?? 0;
  let pruned = 0;
  let savedMacs = 0;
  let isExact = true;
  for (const parameter of selection.taken) {
    const count = parameter.sparsity === undefined ? counts?.get(parameter.name) : Math.round(parameter.sparsity * parameter.size);
    if (count === undefined) isExact = false;
    const goes = count ?? target * parameter.size;
    pruned += goes;
    savedMacs += goes * usesPerSample(parameter);
  }
  const selected = selection.taken.reduce((sum, parameter) => sum + parameter.size, 0);
  const nonzero = Math.round(size - pruned);
  return {
    sparsity: isExact ? pruned / Math.max(1, selected) : askedSparsity(prepared),
    nonzero,
    macs: Math.round(macs - savedMacs),
    bytes: storedBytes(size, nonzero),
    isExact,
  };
}
