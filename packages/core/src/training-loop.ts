import { breathe } from './breathe.ts';
import type { Samples } from './data.ts';
import { Cancelled, Diverged, EspalierError } from './errors.ts';
import type { Evaluation } from './evaluate.ts';
import type { LearningRate } from './optimizer.ts';
import type { OnStep, TrainingReport } from './pruning-run.ts';
import { Random } from './random.ts';
import type { Budget } from './step.ts';
import type { StepHooks, TrainingSession } from './trainer.ts';

/** When to end training before its budget is used up. */
export interface EarlyStop {
  /** Epochs without improvement of the validation loss that are waited for. */
  readonly patience: number;
  /** How much less the loss must be to count as better. */
  readonly minDelta: number;
}

/** Where a loop stands between two of its steps; plain JSON, for checkpoints. */
export interface LoopProgress {
  /** Steps done. */
  readonly steps: number;
  /** The losses of the epoch under way: their sum, and how many they are. */
  readonly lossSum: number;
  readonly lossCount: number;
  /** Mean loss of the last whole epoch; null before its end. */
  readonly epochLoss: number | null;
  /** The lowest validation loss, and how many epochs there have been since; null before the first. */
  readonly best: number | null;
  readonly waited: number;
}

export interface TrainingLoop {
  readonly session: TrainingSession;
  readonly samples: Samples;
  readonly batchSize: number;
  readonly learningRate: LearningRate;
  readonly budget: Budget;
  /** The order of an epoch depends on this and its number, on nothing else. */
  readonly shuffle: { readonly seed: number; readonly stretch: number };
  /** What is done already, of a run that goes on. */
  readonly from?: LoopProgress;
  readonly signal?: AbortSignal;
  readonly onStep?: OnStep;
  /** Given to each step of the session. */
  readonly hooks?: StepHooks;
  /** Called after each step, before the end of its epoch, and again where it is cancelled between two steps or in the validation: the place to save. */
  readonly onProgress?: (progress: LoopProgress) => void | Promise<void>;
  readonly onEpoch?: (epoch: {
    readonly number: number;
    readonly total: number;
    readonly loss: number;
    readonly step: number;
    readonly validation?: Evaluation;
  }) => void | Promise<void>;
  /** Asked after each epoch, where there are validation samples. */
  readonly validate?: () => Promise<Evaluation>;
  readonly earlyStop?: EarlyStop;
  /** Names the first weights that are not finite, for the message. */
  readonly findNonFinite?: () => Promise<string | undefined>;
}

/** How many steps an epoch has; the last batch may be smaller. */
export function stepsPerEpoch(samples: Samples, batchSize: number): number {
  return Math.ceil(samples.size / batchSize);
}

/**
 * Steps through a budget of training, epoch after epoch, each sample once per epoch in an order of the seed's.
 *
 * @throws Diverged at the first loss that is NaN or infinite, or at the end where weights are; Cancelled through the
 * signal, between steps.
 */
export async function trainingLoop(loop: TrainingLoop): Promise<TrainingReport> {
  const { session, samples, batchSize, budget, from } = loop;
  const most = stepsPerEpoch(samples, batchSize);
  if (budget.stepsPerEpoch > most) {
    throw new EspalierError({
      what: `a budget of ${budget.stepsPerEpoch} steps per epoch does not fit ${samples.size} samples in batches of ${batchSize}, which are ${most}`,
      remedy: 'Take a part of run.budget (share, split)',
    });
  }
  const started = Date.now();
  const epochs = Math.ceil(budget.steps / budget.stepsPerEpoch);
  let order: Int32Array | undefined;
  let lossSum = from?.lossSum ?? 0;
  let lossCount = from?.lossCount ?? 0;
  let epochLoss = from?.epochLoss ?? null;
  let best = from?.best ?? null;
  let waited = from?.waited ?? 0;
  let done = from?.steps ?? 0;
  let stoppedEarly: string | undefined;
  const save = () => loop.onProgress?.({ steps: done, lossSum, lossCount, epochLoss, best, waited });

  for (;;) {
    // Also the first thing of a run that goes on, where it was stopped between the last step of an epoch and its end.
    if (lossCount > 0 && budget.at(done, Number.NaN).endsEpoch) {
      await session.sync();
      const validation = await loop.validate?.().catch(async (error: unknown) => {
        if (error instanceof Cancelled) await save();
        throw error;
      });
      epochLoss = lossSum / lossCount;
      lossSum = lossCount = 0;
      await loop.onEpoch?.({ number: budget.at(done, Number.NaN).epoch, total: epochs, loss: epochLoss, step: done, validation });
      if (loop.earlyStop !== undefined && validation !== undefined) {
        if (best === null || validation.loss < best - loop.earlyStop.minDelta) {
          best = validation.loss;
          waited = 0;
        } else if (++waited > loop.earlyStop.patience) {
          stoppedEarly = `the validation loss has not improved for ${waited} epochs`;
        }
      }
    }
    if (done >= budget.steps || stoppedEarly !== undefined) break;

    const number = done + 1;
    await breathe();
    if (loop.signal?.aborted) {
      // What came between the last step and this one, the end of its epoch, is not to be done twice.
      if (done > 0) await save();
      throw new Cancelled();
    }
    const position = (number - 1) % budget.stepsPerEpoch;
    if (order === undefined || position === 0) {
      const epoch = Math.ceil(number / budget.stepsPerEpoch);
      order = Random.of(loop.shuffle.seed, 'shuffle', loop.shuffle.stretch, epoch).permutation(samples.size);
    }
    const rate = loop.learningRate.rateAt(budget.at(number, Number.NaN));
    const loss = await session.step(order.subarray(position * batchSize, (position + 1) * batchSize), rate, loop.hooks);
    if (!Number.isFinite(loss)) throw await diverged(loop, number, rate, `the loss is ${loss}`);
    lossSum += loss;
    lossCount += 1;
    await loop.onStep?.(budget.at(number, loss));
    done = number;
    await save();
  }
  await session.sync();
  // A finite loss may have led to weights that are not: there is no next step whose loss would tell.
  const parameter = await loop.findNonFinite?.();
  if (parameter !== undefined)
    throw await diverged(loop, done, loop.learningRate.rateAt(budget.at(done, Number.NaN)), 'weights are not finite');
  return { steps: done, loss: epochLoss ?? Number.NaN, seconds: (Date.now() - started) / 1000, ...(stoppedEarly && { stoppedEarly }) };
}

async function diverged(loop: TrainingLoop, number: number, rate: number, what: string): Promise<Diverged> {
  await loop.session.sync();
  const parameter = await loop.findNonFinite?.();
  const first = parameter === undefined ? '' : `; the first weights that are not finite are those of ${parameter}`;
  return new Diverged(number, {
    where: `step ${number} of ${loop.budget.steps}`,
    what,
    why: `training diverged at a learning rate of ${rate}${first}`,
    remedy: 'Lower the learning rate, or look for NaN and very large values in the data',
  });
}
