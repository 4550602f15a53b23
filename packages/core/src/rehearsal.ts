import type * as tf from '@tensorflow/tfjs';
import { EspalierError } from './errors.ts';
import type { Evaluation } from './evaluate.ts';
import type { Granularity } from './granularity.ts';
import { RunKeeping } from './keeping.ts';
import { partInWords, partName } from './made-part.ts';
import { MaskSet } from './mask-set.ts';
import type { PrunableParameter } from './parameter.ts';
import type { CutReport, OnStep, PruningRun, Snapshot, TrainHooks, TrainingReport } from './pruning-run.ts';
import { Random } from './random.ts';
import { checkAsked, checkRegrowing, checkScorer, checkShare, checkUnits } from './refusal.ts';
import type { Scorer } from './scorer.ts';
import type { Budget } from './step.ts';
import type { Strategy } from './strategy.ts';

/** What a strategy would do, step by step. */
export interface RehearsedEvent {
  readonly what: 'cut' | 'regrow' | 'train' | 'rewind' | 'shuffle' | 'evaluate';
  /** Training steps done before it, over the whole run. */
  readonly step: number;
  /** For a cut: the sparsity asked for; NaN where the threshold decides. */
  readonly sparsity?: number;
  /** For a training: how many steps. */
  readonly steps?: number;
  readonly scorer?: string;
  readonly to?: Snapshot;
}

export interface RehearsalParts {
  readonly model: tf.LayersModel;
  readonly parameters: readonly PrunableParameter[];
  readonly sparsity: number;
  readonly budget: Budget;
  readonly seed: number;
  /** What is cut as one, where it is known: a scorer of units is refused for anything else. */
  readonly granularity?: Granularity;
  /** Stops a strategy that would never end; a million where it is not given. */
  readonly maxCalls?: number;
}

/**
 * Calls a strategy on a run that neither trains nor scores, and writes down what it asks for: so a plan can say at
 * which steps it will really cut, and a schedule that never fires is found before anything is trained.
 */
export async function rehearse(strategy: Strategy, parts: RehearsalParts): Promise<RehearsedEvent[]> {
  const run = new Rehearsal(parts);
  try {
    await strategy.prune(run);
  } finally {
    run.dispose();
  }
  return run.events;
}

class Rehearsal implements PruningRun {
  readonly model: tf.LayersModel;
  readonly parameters: readonly PrunableParameter[];
  readonly masks: MaskSet;
  readonly sparsity: number;
  readonly budget: Budget;
  readonly random: Random;
  readonly keep = new RunKeeping();
  readonly signal = new AbortController().signal;
  readonly rehearsal = true;
  readonly events: RehearsedEvent[] = [];
  private readonly watching = new Set<Scorer>();
  private steps = 0;
  private readonly granularity: Granularity | undefined;
  private readonly maxCalls: number;
  private callsLeft: number;

  constructor(parts: RehearsalParts) {
    this.model = parts.model;
    this.parameters = parts.parameters;
    this.masks = new MaskSet(parts.parameters);
    this.sparsity = parts.sparsity;
    this.budget = parts.budget;
    this.random = Random.of(parts.seed, 'run');
    this.granularity = parts.granularity;
    this.maxCalls = parts.maxCalls ?? 1_000_000;
    this.callsLeft = this.maxCalls;
  }

  async cut(scorer: Scorer, sparsity: number = this.sparsity): Promise<CutReport> {
    this.count();
    this.check(scorer);
    if (this.granularity !== undefined) checkUnits(scorer, this.granularity);
    checkAsked(sparsity, Number.isNaN(this.sparsity));
    this.events.push({ what: 'cut', step: this.steps, sparsity, scorer: partName(scorer) });
    const parameters = this.parameters.map(({ name }) => ({ name, sparsity, threshold: null }));
    return { asked: sparsity, sparsity, parameters };
  }

  async regrow(share: number, drop: Scorer, grow: Scorer): Promise<CutReport> {
    this.count();
    checkShare(share, 'regrow', 'share to regrow');
    checkRegrowing(this.granularity, this.parameters, this.model);
    for (const scorer of [drop, grow]) {
      this.check(scorer);
      checkUnits(scorer, undefined);
    }
    this.events.push({ what: 'regrow', step: this.steps, scorer: partName(drop) });
    return {
      asked: null,
      sparsity: this.sparsity,
      parameters: this.parameters.map(({ name }) => ({ name, sparsity: this.sparsity, threshold: null })),
    };
  }

  async train(budget: Budget, hooks?: OnStep | TrainHooks): Promise<TrainingReport> {
    this.count();
    const { onStep, watch } = typeof hooks === 'function' ? { onStep: hooks } : (hooks ?? {});
    if (watch !== undefined) this.watching.add(watch);
    this.events.push({ what: 'train', step: this.steps, steps: budget.steps });
    for (let number = 1; number <= budget.steps; number++) {
      this.steps += 1;
      await onStep?.(budget.at(number, Number.NaN));
    }
    return { steps: budget.steps, loss: Number.NaN, seconds: 0 };
  }

  async rewind(to: Snapshot): Promise<void> {
    this.count();
    this.events.push({ what: 'rewind', step: this.steps, to });
  }

  async shuffleMasks(): Promise<void> {
    this.count();
    this.events.push({ what: 'shuffle', step: this.steps });
  }

  async evaluate(): Promise<Evaluation> {
    this.count();
    this.events.push({ what: 'evaluate', step: this.steps });
    return { loss: Number.NaN, accuracy: Number.NaN };
  }

  log(): void {}

  dispose(): void {
    this.masks.dispose();
    this.keep.dispose();
  }

  private check(scorer: Scorer): void {
    checkScorer(scorer, this.parameters, this.model);
    if (!scorer.needsWatching || this.watching.has(scorer)) return;
    throw new EspalierError({
      where: partInWords(scorer),
      what: 'scores by what it has seen of a training, and this strategy cuts before it has let it watch any',
      remedy: 'Choose a strategy that trains with { watch: scorer } before it cuts, as "movement" does, or another scorer',
    });
  }

  private count(): void {
    if (this.callsLeft-- > 0) return;
    throw new EspalierError({
      what: `the strategy made ${this.maxCalls} calls without coming to an end`,
      remedy: 'In a rehearsal nothing is pruned: count rounds rather than waiting for a sparsity or an accuracy',
    });
  }
}
