import { describe, expect, test } from 'vitest';
import { Cancelled } from './errors.ts';
import { Budget, type Step } from './step.ts';
import { randomSamples } from './testing/nets.ts';
import type { TrainingSession } from './trainer.ts';
import { type LoopProgress, stepsPerEpoch, type TrainingLoop, trainingLoop } from './training-loop.ts';

/** A session that trains nothing: it writes down what it is asked, and loses what it is told. */
class Recorder implements TrainingSession {
  readonly orders: number[][] = [];
  readonly rates: number[] = [];
  syncs = 0;
  constructor(private readonly losses: (step: number) => number = (step) => step) {}
  async step(order: Int32Array, rate: number): Promise<number> {
    this.orders.push([...order]);
    this.rates.push(rate);
    return this.losses(this.orders.length);
  }
  async sync(): Promise<void> {
    this.syncs += 1;
  }
  async refresh(): Promise<void> {}
  reset(): void {}
  async save() {
    return { updates: this.orders.length, slots: {} };
  }
  async restore(): Promise<void> {}
  dispose(): void {}
}

const SAMPLES = randomSamples(10, [[2]], [[1]]);
const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function loopOf(session: Recorder, epochs: number, more: Partial<TrainingLoop> = {}): TrainingLoop {
  return {
    session,
    samples: SAMPLES,
    batchSize: 4,
    budget: Budget.ofEpochs(epochs, stepsPerEpoch(SAMPLES, 4)),
    learningRate: { rateAt: ({ progress }) => progress },
    shuffle: { seed: 1, stretch: 0 },
    ...more,
  };
}

async function ordersOf(more: Partial<TrainingLoop> = {}, epochs = 2): Promise<number[][]> {
  const session = new Recorder();
  await trainingLoop(loopOf(session, epochs, more));
  return session.orders;
}

describe('an epoch', () => {
  test('has each sample once, the last batch is smaller', async () => {
    const orders = await ordersOf();
    expect(orders.map(({ length }) => length)).toEqual([4, 4, 2, 4, 4, 2]);
    expect(sorted(orders.slice(0, 3).flat())).toEqual(ALL);
    expect(sorted(orders.slice(3).flat())).toEqual(ALL);
  });

  test('has an order of its own, which the seed, the stretch and its number decide', async () => {
    const orders = await ordersOf();
    expect(await ordersOf()).toEqual(orders);
    expect(orders.slice(0, 3)).not.toEqual(orders.slice(3));
    expect(await ordersOf({ shuffle: { seed: 2, stretch: 0 } })).not.toEqual(orders);
    expect(await ordersOf({ shuffle: { seed: 1, stretch: 1 } })).not.toEqual(orders);
  });
});

describe('the budget', () => {
  test('may end within an epoch', async () => {
    const session = new Recorder();
    const steps: Step[] = [];
    const onStep = (step: Step) => void steps.push(step);
    const report = await trainingLoop(loopOf(session, 1.34, { onStep }));
    expect(report.steps).toBe(4);
    expect(steps.map(({ number, epoch, endsEpoch, total, progress, loss }) => [number, epoch, endsEpoch, total, progress, loss])).toEqual([
      [1, 1, false, 4, 0.25, 1],
      [2, 1, false, 4, 0.5, 2],
      [3, 1, true, 4, 0.75, 3],
      [4, 2, true, 4, 1, 4],
    ]);
  });

  test('of nothing trains nothing', async () => {
    const session = new Recorder();
    expect(await trainingLoop(loopOf(session, 0))).toMatchObject({ steps: 0, loss: Number.NaN });
    expect(session.orders).toEqual([]);
  });

  test('of more steps per epoch than there are batches is refused', async () => {
    await expect(trainingLoop(loopOf(new Recorder(), 1, { budget: new Budget(8, 4) }))).rejects.toThrow(
      'a budget of 4 steps per epoch does not fit 10 samples in batches of 4, which are 3. Take a part of run.budget',
    );
  });

  test('sets the learning rate of each step', async () => {
    const session = new Recorder();
    await trainingLoop(loopOf(session, 2));
    expect(session.rates.map((rate) => Math.round(rate * 6))).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

test('an epoch reports its mean loss, when the model is up to date', async () => {
  const session = new Recorder();
  const seen: unknown[] = [];
  const report = await trainingLoop(
    loopOf(session, 2, { onEpoch: ({ number, total, loss, step }) => void seen.push([number, total, loss, step, session.syncs]) }),
  );
  expect(seen).toEqual([
    [1, 2, 2, 3, 1],
    [2, 2, 5, 6, 2],
  ]);
  expect(report).toMatchObject({ steps: 6, loss: 5 });
});

describe('early stop', () => {
  const validating = (losses: readonly number[]) => {
    let epoch = 0;
    return async () => ({ loss: losses[epoch++] as number, accuracy: null });
  };

  test.each([
    ['after as many epochs without improvement as are waited for, and one more', [3, 2, 2, 2, 2, 2], { patience: 2, minDelta: 0 }, 5],
    ['at the first, where none are waited for', [3, 3, 1], { patience: 0, minDelta: 0 }, 2],
    ['where it improves by less than asked', [3, 2.9, 2.8, 2.7], { patience: 1, minDelta: 0.5 }, 3],
    ['not where every second epoch is better', [3, 4, 2, 4, 1, 4], { patience: 1, minDelta: 0 }, 6],
    ['not where small steps add up', [3, 2.7, 2.4, 2.1], { patience: 1, minDelta: 0.5 }, 4],
  ])('%s', async (_, losses, earlyStop, epochs) => {
    const session = new Recorder();
    const report = await trainingLoop(loopOf(session, losses.length, { validate: validating(losses), earlyStop }));
    expect(report.steps).toBe(epochs * 3);
    expect(report.stoppedEarly).toBe(
      epochs === losses.length ? undefined : `the validation loss has not improved for ${earlyStop.patience + 1} epochs`,
    );
  });

  test('needs validation samples', async () => {
    expect(await trainingLoop(loopOf(new Recorder(), 3, { earlyStop: { patience: 0, minDelta: 0 } }))).toMatchObject({ steps: 9 });
  });
});

describe('going on from progress', () => {
  test('does the steps that are left, in their order, and reports the same', async () => {
    const losses = [5, 1, 4, 4, 4, 3, 3, 3, 3, 2, 1, 1];
    const validations = [3, 4, 4, 1];
    const run = async (from?: LoopProgress) => {
      const progress: LoopProgress[] = [];
      const done = from?.steps ?? 0;
      const session = new Recorder((step) => losses[done + step - 1] as number);
      let epoch = Math.floor(Math.max(0, done - 1) / 3);
      const validate = async () => ({ loss: validations[epoch++] as number, accuracy: null });
      const onProgress = (at: LoopProgress) => void progress.push(at);
      const report = await trainingLoop(loopOf(session, 4, { from, onProgress, validate, earlyStop: { patience: 1, minDelta: 0 } }));
      return { orders: session.orders, progress, report: { ...report, seconds: 0 } };
    };
    const whole = await run();
    expect(whole.report).toMatchObject({ steps: 9, stoppedEarly: 'the validation loss has not improved for 2 epochs' });
    expect(whole.progress.map(({ steps }) => steps)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const at of whole.progress) {
      const rest = await run(JSON.parse(JSON.stringify(at)));
      expect([...whole.orders.slice(0, at.steps), ...rest.orders]).toEqual(whole.orders);
      expect(rest.report).toEqual(whole.report);
    }
  });

  test('at the end of the budget gives the report', async () => {
    const progress: LoopProgress[] = [];
    await trainingLoop(loopOf(new Recorder(), 1, { onProgress: (at) => void progress.push(at) }));
    const session = new Recorder();
    expect(await trainingLoop(loopOf(session, 1, { from: progress[2] as LoopProgress }))).toMatchObject({ steps: 3, loss: 2 });
    expect(session.orders).toEqual([]);
  });
});

test('a validation that is cancelled is saved before, and done again', async () => {
  const controller = new AbortController();
  const progress: LoopProgress[] = [];
  const validate = async () => {
    throw new Cancelled();
  };
  const cancelled = trainingLoop(
    loopOf(new Recorder(), 1, { validate, signal: controller.signal, onProgress: (at) => void progress.push(at) }),
  );
  await expect(cancelled).rejects.toThrow(Cancelled);
  expect(progress.map(({ steps }) => steps)).toEqual([1, 2, 3, 3]);
  const epochs: number[] = [];
  const report = await trainingLoop(
    loopOf(new Recorder(), 1, { from: progress[3] as LoopProgress, onEpoch: ({ number }) => void epochs.push(number) }),
  );
  expect([report.loss, epochs]).toEqual([2, [1]]);
});

describe('numbers that are not finite stop the training', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a loss of %s, with the step and the first such weights', async (bad) => {
    const session = new Recorder((step) => (step === 4 ? bad : 1));
    const stopped = trainingLoop(loopOf(session, 2, { findNonFinite: async () => 'output/kernel' }));
    await expect(stopped).rejects.toMatchObject({ name: 'Diverged', step: 4 });
    await expect(stopped).rejects.toThrow(
      `step 4 of 6: the loss is ${bad}: training diverged at a learning rate of ${4 / 6}; the first weights that are not finite are those of output/kernel. Lower`,
    );
    expect(session.orders).toHaveLength(4);
  });

  test('weights at the end, which no further loss would tell', async () => {
    const stopped = trainingLoop(loopOf(new Recorder(), 1, { findNonFinite: async () => 'output/kernel' }));
    await expect(stopped).rejects.toThrow('step 3 of 3: weights are not finite');
  });
});

test('the signal stops it between two steps', async () => {
  const controller = new AbortController();
  const session = new Recorder();
  const onStep = ({ number }: Step) => {
    if (number === 2) controller.abort();
  };
  await expect(trainingLoop(loopOf(session, 2, { signal: controller.signal, onStep }))).rejects.toMatchObject({ name: 'Cancelled' });
  expect(session.orders).toHaveLength(2);
});

test('what it is stopped after, the end of an epoch, is saved, and not done twice', async () => {
  const controller = new AbortController();
  const saved: LoopProgress[] = [];
  const epochs: number[] = [];
  const onProgress = (progress: LoopProgress) => void saved.push(progress);
  const stopped = trainingLoop(loopOf(new Recorder(), 2, { onProgress, signal: controller.signal, onEpoch: () => controller.abort() }));
  await expect(stopped).rejects.toThrow(Cancelled);
  expect(saved.at(-1)).toMatchObject({ steps: 3, lossCount: 0, epochLoss: 2 });
  await trainingLoop(loopOf(new Recorder(), 2, { from: saved.at(-1) as LoopProgress, onEpoch: ({ number }) => void epochs.push(number) }));
  expect(epochs).toEqual([2]);
});
