import {
  Budget,
  Cancelled,
  corePlugin,
  LiveRun,
  modelParameters,
  type PartContainer,
  type PartKind,
  type PartTypes,
  type Plugin,
  partInWords,
  Registry,
  type RehearsedEvent,
  type RunEvent,
  readWeights,
  rehearse,
  type StoredWeights,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { containerOf, makeFrom } from './make-from.ts';
import type { MemoryStore } from './memory-store.ts';
import { type ExampleNet, NETS, type NetName } from './nets.ts';
import { Stage, type StagedNet, type StageOptions } from './stage.ts';

/** A pruning to try out; what is not given is as in `prune`. */
export interface Asked extends Omit<StageOptions, 'batchSize'> {
  /** One of the testkit's nets by name, or what makes another. */
  readonly net?: NetName | (() => ExampleNet);
  /** Parts as a config would name them. */
  readonly strategy: unknown;
  readonly threshold?: unknown;
  /** NaN where the threshold decides alone. */
  readonly sparsity?: number;
  readonly budget?: Budget;
  readonly mayEmpty?: boolean;
  /** Calls the run off at its n-th event. */
  readonly stopAt?: number;
  /** Whether the strategy is rehearsed before, as a run does for its plan; it is where it is not said. */
  readonly isRehearsed?: boolean;
  readonly onEvent?: (event: RunEvent, run: LiveRun) => void;
  /** Where checkpoints go, and where it goes on from. */
  readonly store?: MemoryStore;
}

type Numbers = Readonly<Record<string, readonly number[]>>;

/** What came of a pruning, in plain numbers. */
export interface Outcome {
  /** Of each parameter of the model. */
  readonly weights: Numbers;
  /** Those of the untrained net. */
  readonly initial: Numbers;
  /** 1 where kept, 0 where pruned; of what goes with units as well. */
  readonly masks: Numbers;
  readonly sparsity: number;
  /** The state of the run's random numbers. */
  readonly random: readonly number[];
  readonly events: readonly RunEvent[];
  readonly plan: readonly RehearsedEvent[];
  /** Tensors that are still there and belong to nobody. */
  readonly tensorsLeft: number;
}

/** Where plugins are tried out: makes their parts as a config would name them, and prunes small nets with them. */
export class TestBed {
  readonly registry: Registry;
  private readonly container: PartContainer;

  /** Core's own parts are always there. */
  constructor(...plugins: readonly Plugin[]) {
    const others = plugins.filter(({ name }) => name !== corePlugin.name);
    this.registry = new Registry([corePlugin, ...new Set(others)]);
    this.container = containerOf(this.registry, 1);
  }

  /** A part that needs no net: `make('scheduler', { linear: { end: 0.75 } })`. */
  readonly make = <K extends PartKind>(kind: K, config: unknown): PartTypes[K] => makeFrom(this.container, kind, config);

  /** The same from another seed; that of `make` is 1. */
  makeSeeded<K extends PartKind>(seed: number, kind: K, config: unknown): PartTypes[K] {
    return makeFrom(containerOf(this.registry, seed), kind, config);
  }

  /** Parts that are made for a net, and runs over it: `on(NETS.dense()).make('scorer', 'snip')`. */
  on(net: StagedNet, options?: StageOptions): Stage {
    return new Stage(this.registry, net, options);
  }

  /**
   * Rehearses a strategy and runs it on a fresh net, as an experiment would: after a training (the weights have moved
   * from the first ones), with Adam and a learning rate that falls, 12 steps of 4 samples where no budget is given.
   *
   * @returns null where it was stopped.
   */
  async prune(asked: Asked): Promise<Outcome | null> {
    const { stopAt, store, isRehearsed = true, onEvent } = asked;
    const { example, initial, before, stage, parts } = await this.setUp(asked);
    const { model } = example;
    try {
      const events: RunEvent[] = [];
      const controller = new AbortController();
      const strategy = stage.make('strategy', asked.strategy);
      const plan = isRehearsed ? await rehearse(strategy, { ...parts, maxCalls: MAX_CALLS }) : [];
      const run: LiveRun = await LiveRun.open({
        ...parts,
        ...(isRehearsed && { rehearsed: { strategy: partInWords(strategy), ...lengthOf(plan) } }),
        signal: controller.signal,
        onEvent: (event) => {
          onEvent?.(event, run);
          if (events.push(event) === stopAt) controller.abort();
        },
        checkpoints: store,
      });
      let outcome: Omit<Outcome, 'tensorsLeft'>;
      try {
        await strategy.prune(run);
        await run.finish();
        outcome = {
          weights: Object.fromEntries(modelParameters(model).map(({ name, variable }) => [name, [...variable.dataSync()]])),
          initial: numbersOf(initial),
          masks: Object.fromEntries(run.masks.all.map((parameter) => [parameter.name, [...run.masks.get(parameter).toFloat32()]])),
          sparsity: run.masks.sparsity,
          random: run.random.state(),
          events,
          plan,
        };
      } catch (error) {
        if (error instanceof Cancelled) return null;
        throw error;
      } finally {
        run.dispose();
      }
      return { ...outcome, tensorsLeft: tf.memory().numTensors - before };
    } finally {
      model.dispose();
    }
  }

  /** What a strategy would do on a net, without training. */
  async rehearse(asked: Asked): Promise<RehearsedEvent[]> {
    const { example, stage, parts } = await this.setUp(asked);
    try {
      return await rehearse(stage.make('strategy', asked.strategy), { ...parts, maxCalls: MAX_CALLS });
    } finally {
      example.model.dispose();
    }
  }

  private async setUp({ net = 'dense', threshold = 'global', sparsity = 0.75, budget = new Budget(12, 3), ...asked }: Asked) {
    const example = typeof net === 'string' ? NETS[net]() : net();
    const { model } = example;
    const initial = await readWeights(model);
    for (const { variable } of modelParameters(model)) tf.tidy(() => variable.assign(tf.add(tf.mul(variable, 0.9), 0.01)));
    const { granularity, seed = 5, loss, mayEmpty } = asked;
    const before = tf.memory().numTensors;
    const stage = this.on(example, { granularity, seed, loss, batchSize: 4 });
    const parts = stage.runParts({
      sparsity,
      threshold: stage.make('threshold', threshold),
      optimizer: stage.make('optimizer', { adam: { learningRate: { cosine: { from: 0.02 } } } }),
      batchSize: 4,
      budget,
      mayEmpty,
      snapshots: { initial, 'step-2': initial, redrawn: initial },
    });
    return { example, initial, before, stage, parts };
  }

  /** The same, where it must come to its end. */
  async pruned(asked: Omit<Asked, 'stopAt'>): Promise<Outcome> {
    const outcome = await this.prune(asked);
    if (outcome === null) throw new Error('the run was called off, by whom?');
    return outcome;
  }
}

function lengthOf(plan: readonly RehearsedEvent[]): { calls: number; steps: number } {
  return { calls: plan.length, steps: plan.reduce((sum, { steps = 0 }) => sum + steps, 0) };
}

/** A rehearsal with more calls than this would not end. */
const MAX_CALLS = 10_000;

function numbersOf(weights: StoredWeights): Numbers {
  return Object.fromEntries(Object.entries(weights).map(([name, { data }]) => [name, [...data]]));
}
