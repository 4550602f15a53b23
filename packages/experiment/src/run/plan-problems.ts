import { type Control, EspalierError, type RehearsedEvent, readWeights } from '@espalier/core';
import { compileSparse } from '@espalier/sparse';
import { dependencyGraph, foldNetwork, keptLayers, readNetwork, savedModel } from '@espalier/surgery';
import { shrinkSettings } from '../config/shrink-schema.ts';
import { sparseSettings } from '../config/sparse-schema.ts';
import type { PreparedExperiment } from './prepare.ts';
import { problemsOfReach, problemsOfSharedTargets } from './reach.ts';
import { redrawnWeights } from './redrawn.ts';
import { sparseOptions } from './sparse-run.ts';
import { percent, targetsOf } from './target.ts';

/** What can never come out as it was asked. */
export interface PlanProblem {
  /** The place in the config. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const STRATEGY = ['prune', 'strategy'] as const;
const ROUNDING = 1e-9;

/** What is known of a run before it. */
export interface Rehearsed {
  readonly events: readonly RehearsedEvent[];
  /** How many elements of each parameter will go, where the threshold knows without scores. */
  readonly counts: ReadonlyMap<string, number> | null;
  readonly denseSteps: number;
}

/** Looks through a rehearsal for what can be seen beforehand to come out other than it was asked. */
export function problemsOf(prepared: PreparedExperiment, { events, counts, denseSteps }: Rehearsed): PlanProblem[] {
  const { selection, threshold } = prepared;
  const problems: PlanProblem[] = [];
  if (selection.taken.length === 0) {
    problems.push({ path: ['prune', 'parameters'], message: 'every parameter is excluded: there is nothing to prune' });
  } else if (threshold.decidesSparsity && selection.taken.every(({ sparsity }) => sparsity !== undefined)) {
    problems.push({ path: ['prune', 'threshold'], message: 'every parameter has a target of its own: the threshold decides nothing' });
  }
  const { maxSparsity = 1 } = prepared.granularity;
  const { sparsity = 0, granularity } = prepared.experiment.prune;
  if (sparsity > maxSparsity + ROUNDING) {
    const message = `a sparsity of ${percent(sparsity)} is out of reach: granularity "${granularity.name}" goes up to ${percent(maxSparsity)}`;
    problems.push({ path: ['prune', 'sparsity'], message });
  }
  problems.push(...problemsOfSharedTargets(prepared));
  if (problems.length === 0) problems.push(...problemsOfReach(prepared, counts));
  return [
    ...problems,
    ...problemsOfControl(prepared),
    ...problemsOfCuts(prepared, events),
    ...problemsOfRewinds(prepared, events, denseSteps),
  ];
}

function problemsOfControl({ source, experiment, threshold }: PreparedExperiment): PlanProblem[] {
  const { control } = experiment.prune;
  if (control === 'random' && threshold.readsSizes) {
    const message = `control "random" draws its scores by chance, and the threshold "${experiment.prune.threshold.name}" decides by scores how much goes: it would prune another share, which shows nothing. Control "shuffled" prunes as much as the strategy`;
    return [{ path: ['prune', 'control'], message }];
  }
  if (!trainsAnew(control) || !source.trained) return [];
  const message = `control "${control}" trains from first weights, and model "${experiment.model.name}" comes trained. Control "random" works here`;
  return [{ path: ['prune', 'control'], message }];
}

/** Whether a control goes back to first weights itself, whatever the strategy does. */
function trainsAnew(control: Control | 'none'): boolean {
  return control !== 'none' && control !== 'random';
}

/** A layer that is to stay has to be there, and one for a graph has to be known: better told of now than after the training. */
export async function problemsOfShrinking({ experiment, model }: PreparedExperiment): Promise<PlanProblem[]> {
  const settings = shrinkSettings(experiment.shrink);
  if (settings === undefined) return [];
  const { keep, savedModel: isGraphWanted } = settings;
  const read = await attempt(['shrink'], async () => readNetwork(model));
  if (read.result === undefined) return read.problems;
  const network = read.result;
  const problems = [
    keep === undefined ? undefined : await attempt(['shrink', 'keep'], () => keptLayers(dependencyGraph(network), keep)),
    isGraphWanted === true ? await attempt(['shrink', 'savedModel'], () => savedModel(foldNetwork(network).network)) : undefined,
  ];
  return problems.flatMap((each) => each?.problems ?? []);
}

/** A layer without a kernel is better told of now than after the training: what it compiles to is thrown away. */
export async function problemsOfSparse({ experiment, model, train }: PreparedExperiment): Promise<PlanProblem[]> {
  const settings = sparseSettings(experiment.sparse);
  if (settings === undefined) return [];
  return (await attempt(['sparse'], async () => (await compileSparse(model, sparseOptions(model, train, settings))).dispose())).problems;
}

/** What comes of it, or why it is refused. */
async function attempt<T>(path: PlanProblem['path'], work: () => T | Promise<T>): Promise<{ result?: T; problems: PlanProblem[] }> {
  try {
    return { result: await work(), problems: [] };
  } catch (error) {
    if (!(error instanceof EspalierError)) throw error;
    return { problems: [{ path, message: error.message }] };
  }
}

/** A user's own model may draw the same weights whatever the seed. */
export async function problemsOfRedrawing(prepared: PreparedExperiment, events: readonly RehearsedEvent[]): Promise<PlanProblem[]> {
  if (!events.some(({ to }) => to === 'redrawn') || prepared.source.trained) return [];
  const [own, other] = [await readWeights(prepared.model), await redrawnWeights(prepared)];
  if (Object.entries(own).some(([name, { data }]) => data.some((weight, i) => weight !== other[name]?.data[i]))) return [];
  const message = `model "${prepared.experiment.model.name}" draws the same weights whatever the seed: there are no others to go back to`;
  return [{ path: ['model'], message }];
}

function problemsOfCuts(prepared: PreparedExperiment, events: readonly RehearsedEvent[]): PlanProblem[] {
  const { threshold } = prepared;
  const { prune } = prepared.experiment;
  const cuts = events.filter(({ what }) => what === 'cut');
  const steps = events.reduce((sum, event) => sum + (event.steps ?? 0), 0);
  const name = `strategy "${prune.strategy.name}"`;
  const [first] = cuts;
  if (first === undefined) {
    return [{ path: STRATEGY, message: `${name} never cuts in ${steps} steps: nothing would be pruned. Train longer, or cut more often` }];
  }
  const isFree = threshold.decidesSparsity === true;
  if (!isFree && prune.sparsity === undefined) return [];
  // Where the threshold decides, what a cut asks for is how far to go on the way to that; NaN is all the way.
  const wanted = isFree ? 1 : targetsOf(prepared).sparsity;
  const askedBy = ({ sparsity = 0 }: RehearsedEvent) => (Number.isNaN(sparsity) ? 1 : sparsity);
  // What is pruned stays pruned: the deepest cut is what the run ends on, whatever a later one asks for.
  const deepest = cuts.reduce((most, cut) => (askedBy(cut) > askedBy(most) ? cut : most), first);
  const reached = askedBy(deepest);
  if (Math.abs(reached - wanted) <= (isFree ? ROUNDING : prune.tolerance)) return [];
  const where = `the deepest cut of ${name}, at step ${deepest.step} of ${steps},`;
  const asks = isFree
    ? `${where} goes ${percent(reached)} of the way to what the threshold "${prune.threshold.name}" decides`
    : `${where} asks for a sparsity of ${percent(reached)} and not ${percent(wanted)}`;
  const why = reached < wanted ? whyShort(prune.strategy.options) : 'its schedule goes beyond what it is to end on';
  return [{ path: STRATEGY, message: `${asks}: ${why}` }];
}

function problemsOfRewinds(
  { source, experiment }: PreparedExperiment,
  events: readonly RehearsedEvent[],
  denseSteps: number,
): PlanProblem[] {
  const { strategy, control } = experiment.prune;
  return [...new Set(events.flatMap(({ to }) => to ?? []))].flatMap((to) => {
    const isFirst = to === 'initial' || to === 'redrawn';
    if (isFirst && source.trained && !trainsAnew(control)) {
      const why = `model "${experiment.model.name}" comes trained: nobody knows them`;
      const remedy = 'Take a strategy that goes on from trained weights, or run it as an experiment on a model that does not come trained';
      return [{ path: STRATEGY, message: `strategy "${strategy.name}" goes back to first weights, and ${why}. ${remedy}` }];
    }
    if (isFirst || to === 'dense') return [];
    const step = stepOf(to);
    if (step === undefined) return [{ path: STRATEGY, message: `there is no "${to}" to rewind to, only initial, dense and step-NUMBER` }];
    if (Number.isInteger(step) && step >= 1 && step <= denseSteps) return [];
    return [{ path: STRATEGY, message: `there is no ${to} to rewind to: the dense training has ${denseSteps} steps` }];
  });
}

/** The step of the dense training that a snapshot is of. */
export function stepOf(snapshot: string): number | undefined {
  return snapshot.startsWith('step-') ? Number(snapshot.slice('step-'.length)) : undefined;
}

/** Why a schedule stops before it has come to its end: in rounds it counts rounds, and a fine-tuning is not its own. */
function whyShort({ scheduler, rounds, finetune }: Readonly<Record<string, unknown>>): string {
  if (scheduler !== undefined && typeof rounds === 'number') {
    return `its schedule, which counts rounds here and not the steps and epochs of the training, ends after round ${rounds}, the last, or stops short. Take more rounds, or let it end earlier`;
  }
  if (typeof finetune === 'number' && finetune > 0) {
    return `its schedule ends after its part of the training, of which finetune keeps ${percent(finetune)}, or stops short. Train longer, or let it end earlier`;
  }
  return 'its schedule ends after the training, or stops short. Train longer, or let it end earlier';
}
