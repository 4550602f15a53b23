import {
  type Json,
  LiveRun,
  MaskSet,
  modelParameters,
  type PrunableParameter,
  Random,
  RunKeeping,
  readWeights,
  type Scorer,
  type ScoringContext,
  type StoredTensor,
  type StoredWeights,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import type { ExampleNet } from './nets.ts';
import type { Stage } from './stage.ts';
import { type Tried, within } from './suite.ts';

/** What was seen of one scoring. */
export interface Scored {
  readonly parameters: readonly PrunableParameter[];
  /** What was thrown, where it was; nothing else is known then. */
  readonly error?: unknown;
  /** What it gave, where that is no list of tensors. */
  readonly nonsense?: unknown;
  readonly given: readonly { readonly shape: readonly number[]; readonly values: Float32Array; readonly isDisposed: boolean }[];
  /** Whether two of what it gave are the same tensor. */
  readonly isTwice: boolean;
  /** Tensors that are there afterwards and are neither scores nor in the run's keeping. */
  readonly left: number;
  /** Weights that are others afterwards. */
  readonly changed: readonly string[];
  /** Whether it has drawn random numbers from the context. */
  readonly hasDrawn: boolean;
}

/** Of a net that it refuses. */
export const NOTHING: Scored = { parameters: [], given: [], isTwice: false, left: 0, changed: [], hasDrawn: false };

/** A net that a scorer is tried on, and what it refuses of it. */
export interface Look {
  readonly net: string;
  readonly stage: Stage;
  readonly scorer: Scorer;
  /** What it takes. */
  readonly parameters: readonly PrunableParameter[];
  /** By parameter. */
  readonly refusals: readonly { readonly name: string; readonly why: unknown }[];
}

/** Sets a scorer up on a net; one of whole units on the net's units. */
export function lookAt({ bed, config }: Tried, net: string, example: ExampleNet): Look {
  let stage = bed.on(example);
  let scorer = stage.make('scorer', config);
  if (scorer.ofUnits) {
    stage = bed.on(example, { granularity: 'unit' });
    scorer = stage.make('scorer', config);
  }
  const refusals: { name: string; why: unknown }[] = [];
  const parameters = stage.parameters.filter((parameter) => {
    const why: unknown = scorer.refuses?.(parameter, stage.model);
    if (why !== undefined) refusals.push({ name: parameter.name, why });
    return why === undefined;
  });
  return { net, stage, scorer, parameters, refusals };
}

/** Where a scorer is asked from: the state that it may go by, the same each time. */
export interface Circumstances {
  readonly random: readonly number[];
  readonly keptTensors: Readonly<Record<string, StoredTensor>>;
  readonly keptValues: Readonly<Record<string, Json>>;
}

export const FRESH: Circumstances = { random: Random.of(3, 'testkit').state(), keptTensors: {}, keptValues: {} };

/** What a scorer that watches has gathered over two steps. */
export async function watched({ stage, scorer, parameters }: Look, steps = 2): Promise<Circumstances> {
  if (scorer.watch === undefined) return FRESH;
  // So small a rate that the weights stay what they are, whatever they are.
  const optimizer = stage.make('optimizer', { sgd: { learningRate: 1e-9 } });
  const run = await LiveRun.open(stage.runParts({ parameters, optimizer }));
  try {
    await run.train(run.budget.inParts(run.budget.steps / steps)[0] ?? run.budget, { watch: scorer });
    return { random: FRESH.random, ...(await (run.keep as RunKeeping).save()) };
  } finally {
    run.dispose();
  }
}

/** Scores once, from given circumstances, and looks at all that must hold of it. */
export async function scoreOnce(
  tried: Tried,
  { stage: { model }, scorer, parameters }: Pick<Look, 'stage' | 'scorer' | 'parameters'>,
  from: Circumstances,
  masks = new MaskSet(parameters),
): Promise<Scored> {
  const keep = new RunKeeping();
  keep.restore(from);
  const random = Random.from(from.random);
  const context: ScoringContext = { model, masks, random, keep };
  const weights = await readWeights(model);
  const keptBefore = await keptTensors(keep);
  const before = tf.memory().numTensors;
  const common = { ...NOTHING, parameters };
  try {
    const answer: unknown = await within(tried, 'score', () => scorer.score(parameters, context));
    if (!Array.isArray(answer) || !answer.every((each) => each instanceof tf.Tensor)) return { ...common, nonsense: answer };
    const tensors = answer as tf.Tensor[];
    const given = tensors.map((tensor) => ({
      shape: [...tensor.shape],
      isDisposed: tensor.isDisposed,
      values: tensor.isDisposed ? new Float32Array() : Float32Array.from(tensor.dataSync()),
    }));
    // What masks hand out is theirs.
    masks.dispose();
    const own = new Set(tensors.filter((tensor) => !(tensor instanceof tf.Variable) && !tensor.isDisposed));
    const left = tf.memory().numTensors - before - own.size - ((await keptTensors(keep)) - keptBefore);
    tf.dispose([...own]);
    const isTwice = new Set(tensors).size < tensors.length;
    return { parameters, given, isTwice, left, changed: changes(model, weights), hasDrawn: random.state().join() !== from.random.join() };
  } catch (error) {
    return { ...common, error };
  } finally {
    keep.dispose();
    masks.dispose();
  }
}

async function keptTensors(keep: RunKeeping): Promise<number> {
  return Object.keys((await keep.save()).keptTensors).length;
}

/** The weights of a model that are not what they were, or not there any more. */
function changes(model: tf.LayersModel, before: StoredWeights): string[] {
  const after = modelParameters(model).filter(({ variable }) => !variable.isDisposed);
  const now = new Map(after.map(({ name, variable }) => [name, variable.dataSync()]));
  return Object.entries(before).flatMap(([name, { data }]) => {
    const weights = now.get(name);
    return weights !== undefined && data.every((weight, i) => Object.is(weight, weights[i])) ? [] : [name];
  });
}
