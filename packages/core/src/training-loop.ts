import { breathe } from './breathe.ts';
import type { Samples } from './data.ts';
import { Cancelled, Diverged } from './errors.ts';
import type { Evaluation } from './evaluate.ts';
import type { LearningRate } from './optimizer.ts';
import type { OnStep, TrainingReport } from './pruning-run.ts';
import { Random } from './random.ts';
import type { Budget } from './step.ts';
import type { TrainingSession } from './trainer.ts';

/** When to end training before its budget is used up. */
export interface EarlyStop {
  /** Epochs without improvement of the validation loss that are waited for. */
  readonly patience: number;
  /** How much less the loss must be to count as better. */
  readonly minDelta: number;
}

export interface TrainingLoop {
  readonly session: TrainingSession;
  readonly samples: Samples;
  readonly batchSize: number;
  readonly learningRate: LearningRate;
  readonly budget: Budget;
  /** The order of an epoch depends on this and its number, on nothing else. */
  readonly shuffle: { readonly seed: number; readonly stretch: number };
  /** Steps that are done already, of a run that goes on. */
  readonly after?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: OnStep;
  readonly onEpoch?: (epoch: { readonly number: number; readonly total: number; readonly loss: number; readonly step: number; readonly validation?: Evaluation }) => void | Promise<void>;
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
 * @throws Diverged at the first loss that is NaN or infinite; Cancelled through the signal, between steps.
 */
export async function trainingLoop(loop: TrainingLoop): Promise<TrainingReport> {
  const { session, samples, batchSize, budget } = loop;
  const started = Date.now();
  const epochs = Math.ceil(budget.steps / budget.stepsPerEpoch);
  let order: Int32Array | undefined;
  let epochLoss = 0;
  let epochSteps = 0;
  let meanLoss = Number.NaN;
  let best = Number.POSITIVE_INFINITY;
  let waited = 0;

  for (let number = (loop.after ?? 0) + 1; number <= budget.steps; number++) {
    await breathe();
    if (loop.signal?.aborted) throw new Cancelled();
    const position = (number - 1) % budget.stepsPerEpoch;
    if (order === undefined || position === 0) {
      const epoch = Math.ceil(number / budget.stepsPerEpoch);
      order = Random.of(loop.shuffle.seed, 'shuffle', loop.shuffle.stretch, epoch).permutation(samples.size);
    }
    const rate = loop.learningRate.rateAt(budget.at(number, Number.NaN));
    const loss = await session.step(order.subarray(position * batchSize, (position + 1) * batchSize), rate);
    if (!Number.isFinite(loss)) throw await diverged(loop, number, loss, rate);
    epochLoss += loss;
    epochSteps += 1;

    const step = budget.at(number, loss);
    await loop.onStep?.(step);
    if (!step.endsEpoch) continue;

    await session.sync();
    meanLoss = epochLoss / epochSteps;
    epochLoss = epochSteps = 0;
    const validation = await loop.validate?.();
    await loop.onEpoch?.({ number: step.epoch, total: epochs, loss: meanLoss, step: number, validation });
    if (loop.earlyStop === undefined || validation === undefined) continue;
    if (validation.loss < best - loop.earlyStop.minDelta) {
      best = validation.loss;
      waited = 0;
    } else if (++waited > loop.earlyStop.patience) {
      const stoppedEarly = `the validation loss has not improved for ${waited} epochs`;
      return { steps: number, loss: meanLoss, seconds: (Date.now() - started) / 1000, stoppedEarly };
    }
  }
  await session.sync();
  return { steps: budget.steps, loss: meanLoss, seconds: (Date.now() - started) / 1000 };
}

async function diverged(loop: TrainingLoop, number: number, loss: number, rate: number): Promise<Diverged> {
  await loop.session.sync();
  const parameter = await loop.findNonFinite?.();
  return new Diverged(number, {
    where: `step ${number} of ${loop.budget.steps}`,
    what: `the loss is ${loss}`,
    why: parameter === undefined ? `training diverged at a learning rate of ${rate}` : `training diverged at a learning rate of ${rate}; the first weights that are not finite are those of ${parameter}`,
    remedy: 'Lower the learning rate, or look for NaN and very large values in the data',
  });
}
