import { usePlainJavaScript } from '@espalier/backend-node';
import type * as tf from '@tensorflow/tfjs';
import { ConfigError, type Diagnostic } from '../config/diagnostic.ts';
import type { Experiment } from '../config/experiment.ts';
import { canonicalJson } from '../config/experiment-hash.ts';
import { DatasetCache } from '../run/dataset-cache.ts';
import { makePlan, type Plan, rewoundSteps } from '../run/plan.ts';
import { type PreparedExperiment, prepare } from '../run/prepare.ts';
import { isAutoNamed } from './auto-names.ts';
import type { NetSize } from './estimate.ts';
import type { LoadedSweep, SweepRun } from './parse-sweep.ts';

/** As many plans are made before the first run; what is left is checked when its turn comes. */
const MOST = 64;
/** Where so many are refused, more would say the same again. */
const ENOUGH = 10;

/** What was learnt of the nets that runs train. */
export interface CheckedPlans {
  sizeOf(experiment: Experiment): NetSize;
  /** Steps of its dense training whose weights runs of the sweep go back to, as far as their plans were made. */
  stepsOf(experiment: Experiment): readonly number[];
}

/**
 * Checks what shows only with data and model at hand, once for each combination of values (seeds aside) as far as that
 * is a matter of seconds: those first that have a value which no other had.
 *
 * @throws ConfigError with what is wrong with any of them.
 */
export async function checkPlans(sweep: LoadedSweep, runs: readonly SweepRun[]): Promise<CheckedPlans> {
  await usePlainJavaScript();
  const datasets = new DatasetCache();
  const sizes = new Map<string, NetSize>();
  const steps = new Map<string, readonly number[]>();
  const problems: Diagnostic[] = [];
  const models = new Models();
  let refused = 0;
  try {
    for (const run of picked(runs)) {
      const loaded = sweep.loaded(run);
      try {
        const plan = await models.with(run.experiment, async (model) => {
          const prepared = await prepare(loaded, { datasets, model });
          return { prepared, plan: await makePlan(loaded, prepared) };
        });
        if (plan === undefined) continue;
        sizes.set(netOf(run.experiment), { samples: plan.training.samples, macs: plan.dense.macs });
        if (plan.problems.length > 0) throw loaded.error(plan.problems);
        const training = trainingOf(run.experiment);
        steps.set(training, [...new Set([...(steps.get(training) ?? []), ...rewoundSteps(plan)])]);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(
          ...error.diagnostics.map((diagnostic) => ({ ...diagnostic, notes: [...(diagnostic.notes ?? []), `in the run ${run.name}`] })),
        );
        refused += 1;
        if (refused === ENOUGH) break;
      }
    }
  } finally {
    models.dispose();
  }
  if (problems.length > 0) throw sweep.error(problems);
  const all = [...sizes.values()];
  const typical = all[all.length >> 1] ?? { samples: 1, macs: 1 };
  return {
    sizeOf: (experiment) => sizes.get(netOf(experiment)) ?? typical,
    stepsOf: (experiment) => steps.get(trainingOf(experiment)) ?? [],
  };
}

/** Each model is built once: nothing is trained here. */
class Models {
  private readonly built = new Map<string, tf.LayersModel>();

  /** @returns undefined where its names cannot be told in this process. */
  async with(
    experiment: Experiment,
    plan: (model: tf.LayersModel | undefined) => Promise<{ prepared: PreparedExperiment; plan: Plan }>,
  ): Promise<Plan | undefined> {
    const key = netOf(experiment);
    const known = this.built.get(key);
    try {
      const made = await plan(known);
      this.built.set(key, made.prepared.model);
      return made.plan;
    } catch (error) {
      // Rules speak of names that a second model of layers without names would have in a process of its own only.
      if (known === undefined && [...this.built.values()].some((model) => isAutoNamed(model.layers.map(({ name }) => `${name}/`))))
        return undefined;
      throw error;
    }
  }

  dispose(): void {
    for (const model of this.built.values()) model.dispose();
  }
}

function netOf({ data, model }: Experiment): string {
  return canonicalJson([data, model]);
}

/** The dense training, whatever its seed. */
function trainingOf({ data, model, loss, train, trainer }: Experiment): string {
  return canonicalJson([data, model, loss, train, trainer]);
}

/** One run for each combination of values but the seed, at most so many; first those that bring a value of their own. */
function picked(runs: readonly SweepRun[]): SweepRun[] {
  const distinct = new Map<string, SweepRun>();
  for (const run of runs) {
    const { seed: _seed, ...values } = run.values;
    const key = canonicalJson([run.variant, values]);
    if (!distinct.has(key)) distinct.set(key, run);
  }
  const seen = new Set<string>();
  const [first, rest]: [SweepRun[], SweepRun[]] = [[], []];
  for (const run of distinct.values()) {
    const values = [...Object.entries(run.values).filter(([path]) => path !== 'seed'), ['list', run.variant]];
    const fresh = values.map((value) => canonicalJson(value)).filter((value) => !seen.has(value));
    for (const value of fresh) seen.add(value);
    (fresh.length > 0 ? first : rest).push(run);
  }
  return [...first, ...rest].slice(0, MOST);
}
