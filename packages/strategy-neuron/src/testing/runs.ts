import {
  ACTIVATIONS,
  Activations,
  Budget,
  Calibration,
  type Checkpoint,
  corePlugin,
  GRADIENTS,
  Gradients,
  LiveRun,
  type LiveRunParts,
  modelParameters,
  PartContainer,
  type PartKind,
  type PartTypes,
  parsePart,
  Registry,
  type RehearsedEvent,
  type RunEvent,
  readWeights,
  rehearse,
  samplesFor,
  selectParameters,
  TapeTrainer,
} from '@espalier/core';
import magnitudePlugin from '@espalier/strategy-magnitude';
import * as tf from '@tensorflow/tfjs';
import neuronPlugin from '../index.ts';
import { netOf, samplesOf } from './nets.ts';

export const registry = new Registry([corePlugin, magnitudePlugin, neuronPlugin]);

/** A part as a config would name it. */
export function make<K extends PartKind>(kind: K, config: unknown, parts = new PartContainer(registry)): PartTypes[K] {
  const part = parsePart(kind, config);
  if (part === undefined) throw new TypeError(`no ${kind}`);
  return parts.make(part);
}

export interface Asked {
  readonly net?: string;
  readonly strategy: unknown;
  readonly granularity?: unknown;
  readonly threshold?: unknown;
  readonly sparsity?: number;
  readonly budget?: Budget;
  /** Stops the run at its n-th event. */
  readonly stopAt?: number;
  readonly store?: { saved: Checkpoint | null };
}

export interface Outcome {
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly initial: Readonly<Record<string, readonly number[]>>;
  readonly masks: Readonly<Record<string, readonly number[]>>;
  readonly random: readonly number[];
  readonly events: readonly RunEvent[];
  readonly plan: readonly RehearsedEvent[];
}

/** Runs a strategy on a fresh net, as an experiment would; null where it was stopped. */
export async function prune({
  net = 'dense',
  strategy,
  granularity: asUnits = 'unit',
  threshold = 'global',
  sparsity = 0.75,
  budget = new Budget(12, 3),
  stopAt,
  store,
}: Asked): Promise<Outcome | null> {
  const kind = netOf(net);
  const model = kind.model();
  // What the run starts from is another net than that of the beginning, as after a dense training.
  const initial = await readWeights(model);
  for (const { variable } of modelParameters(model)) tf.tidy(() => variable.assign(tf.add(tf.mul(variable, 0.9), 0.01)));
  const samples = samplesOf(kind);
  const loss = make('loss', 'meanSquaredError');
  const calibration = new Calibration(samplesFor(model, samples), 4);
  const container = new PartContainer(registry)
    .bind(GRADIENTS, new Gradients(model, loss, calibration))
    .bind(ACTIVATIONS, new Activations(model, calibration));
  const granularity = make('granularity', asUnits);
  const events: RunEvent[] = [];
  const controller = new AbortController();
  const parts: LiveRunParts = {
    model,
    parameters: selectParameters(model, [], granularity).taken,
    granularity,
    sparsity,
    threshold: make('threshold', threshold),
    train: samples,
    task: 'regression',
    loss,
    optimizer: make('optimizer', { adam: { learningRate: { cosine: { from: 0.02 } } } }),
    trainer: new TapeTrainer(),
    batchSize: 4,
    budget,
    seed: 5,
    snapshots: { initial, 'step-2': initial },
    signal: controller.signal,
    onEvent: (event) => {
      if (events.push(event) === stopAt) controller.abort();
    },
    checkpoints: store && {
      load: async () => structuredClone(store.saved),
      save: async (checkpoint) => {
        store.saved = structuredClone(checkpoint);
      },
    },
  };
  const made = () => make('strategy', strategy, container);
  const plan = await rehearse(made(), parts);
  const run = await LiveRun.open(parts);
  try {
    await made().prune(run);
    await run.finish();
    return {
      weights: Object.fromEntries(modelParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]])),
      initial: Object.fromEntries(Object.entries(initial).map(([name, { data }]) => [name, [...data]])),
      masks: Object.fromEntries(run.masks.all.map((parameter) => [parameter.name, [...run.masks.get(parameter).toFloat32()]])),
      random: run.random.state(),
      events,
      plan,
    };
  } catch (error) {
    if ((error as Error).name === 'Cancelled') return null;
    throw error;
  } finally {
    run.dispose();
  }
}

/** The same, where it must come to its end. */
export async function pruned(asked: Asked): Promise<Outcome> {
  const outcome = await prune(asked);
  if (outcome === null) throw new Error('stopped');
  return outcome;
}

/** What happened, in words. */
export function courseOf({ events }: Pick<Outcome, 'events'>): string[] {
  const course: string[] = [];
  let told = 0;
  let done = 0;
  const stretch = (until: number) => {
    if (until > told) course.push(`${until - told} steps`);
    told = until;
  };
  for (const event of events) {
    if (event.type === 'step') done = event.done;
    // A cut within a training comes before its step is told of.
    if (event.type === 'cut' || event.type === 'regrow') stretch(event.step);
    if (event.type === 'cut') course.push(`cut to ${+event.sparsity.toFixed(3)}`);
    if (event.type === 'regrow') course.push('regrow');
    if (event.type !== 'rewind') continue;
    stretch(done);
    course.push(`rewind to ${event.to}`);
  }
  stretch(done);
  return course;
}
