import * as tf from '@tensorflow/tfjs';
import type { Checkpoint, CheckpointStore } from '../checkpoint.ts';
import type { RunEvent } from '../events.ts';
import { LiveRun, type LiveRunParts } from '../live-run.ts';
import { Budget } from '../step.ts';
import type { Strategy } from '../strategy.ts';
import { TapeTrainer } from '../tape-trainer.ts';
import { loss, optimizer, taken, threshold, weightsOf } from './make.ts';
import { tinyNet, tinySamples } from './nets.ts';

/** Four epochs of five steps on a net with dropout and batch norm; pass what is to be different. */
export function partsOf(more: Partial<LiveRunParts> = {}): LiveRunParts {
  const model = more.model ?? tinyNet(1, [tf.layers.batchNormalization({ name: 'norm' }), tf.layers.dropout({ name: 'drop', rate: 0.2 })]);
  return {
    model,
    parameters: taken(model),
    sparsity: 0.8,
    threshold: threshold('global'),
    train: tinySamples(40),
    validation: tinySamples(20, 2),
    task: 'classification',
    loss: loss('sparseCategoricalCrossentropy'),
    optimizer: optimizer({ adam: { learningRate: { cosine: { from: 0.01 } }, weightDecay: 0.01 } }),
    trainer: new TapeTrainer(),
    batchSize: 8,
    budget: new Budget(20, 5),
    seed: 3,
    ...more,
  };
}

/** A store that keeps copies, as a file would. */
export class MemoryStore implements CheckpointStore {
  saved: Checkpoint | null = null;
  saves = 0;

  async load(): Promise<Checkpoint | null> {
    return this.saved === null ? null : structuredClone(this.saved);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    this.saves += 1;
    // Numbers go through JSON in files: what does not survive that is not resumed from.
    const copy = structuredClone(checkpoint);
    this.saved = { ...copy, finished: JSON.parse(JSON.stringify(copy.finished)), loop: JSON.parse(JSON.stringify(copy.loop)) };
  }
}

export interface Outcome {
  readonly weights: Record<string, number[]>;
  readonly masks: Record<string, number[]>;
  readonly random: readonly number[];
  readonly events: readonly RunEvent[];
}

/** Runs a strategy to its end, or until it is cancelled: then the outcome is null. */
export async function prune(strategy: Strategy, parts: LiveRunParts): Promise<Outcome | null> {
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent): void => {
    events.push(event);
    parts.onEvent?.(event);
  };
  const run = await LiveRun.open({ ...parts, onEvent });
  try {
    await strategy.prune(run);
    await run.finish();
    const masks = Object.fromEntries(run.parameters.map((parameter) => [parameter.name, [...run.masks.get(parameter).bytes]]));
    return { weights: weightsOf(parts.model), masks, random: run.random.state(), events };
  } catch (error) {
    if ((error as Error).name === 'Cancelled') return null;
    throw error;
  } finally {
    run.dispose();
  }
}
