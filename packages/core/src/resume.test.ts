import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LiveRun, type LiveRunParts } from './live-run.ts';
import type { PruningRun } from './pruning-run.ts';
import type { Scorer } from './scorer.ts';
import { Budget, rounds } from './step.ts';
import type { Strategy } from './strategy.ts';
import { magnitude, optimizer, useCpu } from './testing/make.ts';
import { tinyNet, tinySamples } from './testing/nets.ts';
import { MemoryStore, type Outcome, partsOf, prune } from './testing/runs.ts';

beforeAll(useCpu);

/** Four epochs of three steps. */
const small = (more: Partial<LiveRunParts> = {}): LiveRunParts => partsOf({ train: tinySamples(24), budget: new Budget(12, 3), ...more });
const strategy = (body: (run: PruningRun) => Promise<void>): Strategy => ({ prune: body });

/** Scores that are drawn. */
const drawn = (independent: boolean): Scorer => ({
  independent,
  score: (parameters, { random }) =>
    parameters.map(({ shape, size }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => random.next()),
        [...shape],
      ),
    ),
});

/** The mean of |w| over all the times that it was asked: what movement scores do with their sums. */
const summing: Scorer = {
  score(parameters, { keep }) {
    return parameters.map(({ name, variable }) => {
      const sums = keep.tensor(`sum of ${name}`, () => tf.zerosLike(variable));
      tf.tidy(() => sums.assign(tf.add(sums, tf.abs(variable as tf.Tensor))));
      return sums.clone();
    });
  },
};

const STRATEGIES: Record<string, Strategy> = {
  'magnitude in rounds': strategy(async (run) => {
    for (const round of rounds(3)) {
      await run.cut(magnitude(), 1 - (1 - run.sparsity) ** round.progress);
      await run.train(run.budget.split(3));
    }
  }),
  'gradual, cutting within the training': strategy(async (run) => {
    await run.train(run.budget, async (step) => {
      if (step.number % 4 === 0) await run.cut(magnitude(), run.sparsity * step.progress);
    });
  }),
  'lottery ticket, with rewinding': strategy(async (run) => {
    for (const round of rounds(2)) {
      await run.train(run.budget.split(4));
      await run.cut(magnitude(), run.sparsity * round.progress);
      await run.rewind('dense');
    }
    await run.train(run.budget.split(2));
  }),
  'drawing numbers within cuts, within steps and between calls': strategy(async (run) => {
    for (const round of rounds(2)) {
      const share = 0.5 + run.random.next() / 2;
      await run.cut(drawn(round.number === 1), run.sparsity * round.progress * share);
      await run.train(run.budget.split(2), async () => {
        if (run.random.next() < 0.2) await run.cut(drawn(false), run.sparsity * round.progress);
      });
    }
  }),
  'keeping sums and counts from step to step and between calls': strategy(async (run) => {
    const seen = run.keep.value<{ cuts: number; losses: number[] }>('seen', { cuts: 0, losses: [] });
    const weight = run.keep.value('weight', 1);
    for (const round of rounds(2)) {
      weight.current /= 2;
      await run.train(run.budget.split(2), async (step) => {
        seen.current.losses.push(step.loss);
        if (step.number % 3 > 0) return;
        seen.current.cuts += 1;
        await run.cut(summing, run.sparsity * round.progress * (seen.current.cuts % 2 ? 1 : 0.9) * (1 - weight.current / 4));
      });
      const { loss } = await run.evaluate();
      if (loss < (seen.current.losses.at(-1) as number)) await run.cut(magnitude(), 0.5);
    }
  }),
  'going by what calls return': strategy(async (run) => {
    let { sparsity } = await run.cut(magnitude(), 0.2);
    while (sparsity < 0.75) {
      const { loss } = await run.train(run.budget.share(0.25));
      sparsity = (await run.cut(magnitude(), Math.min(0.8, sparsity + (loss > 0.9 ? 0.2 : 0.3)))).sparsity;
      await run.evaluate();
    }
  }),
  'changing masks between calls': strategy(async (run) => {
    for (const round of rounds(3)) {
      const [first] = run.parameters;
      if (first !== undefined) {
        // Regrows one weight, on purpose.
        const mask = run.masks.get(first).clone();
        mask.keep(round.number);
        run.masks.set(first, mask);
      }
      await run.cut(magnitude(), 0.3 * round.number);
      await run.train(run.budget.split(3));
    }
  }),
};

const same = (outcome: Outcome | null, whole: Outcome | null): void => {
  expect(outcome?.masks).toEqual(whole?.masks);
  expect(outcome?.weights).toEqual(whole?.weights);
  expect(outcome?.random).toEqual(whole?.random);
};

/** Goes on in fresh runs with fresh models until one comes to its end. */
async function goOn(one: Strategy, store: MemoryStore, more: Partial<LiveRunParts> = {}): Promise<Outcome | null> {
  return prune(one, small({ checkpoints: store, ...more }));
}

describe('a run that was stopped and goes on ends with the numbers of one that was not', () => {
  describe.each(Object.entries(STRATEGIES))('%s', (_, one) => {
    test('cancelled at any of its events, in the middle of a training or between two calls', async () => {
      const whole = await prune(one, small());
      const events = whole?.events.length as number;
      expect(events).toBeGreaterThan(5);
      for (let at = 1; at <= events; at += 4) {
        const store = new MemoryStore();
        const controller = new AbortController();
        let seen = 0;
        const onEvent = () => void (++seen === at && controller.abort());
        const cancelled = await goOn(one, store, { signal: controller.signal, onEvent });
        if (at < events - 1) expect(cancelled).toBeNull();
        if (cancelled === null) same(await goOn(one, store), whole);
      }
    });

    test('killed after any checkpoint, without a chance to save another', async () => {
      const whole = await prune(one, small());
      const counting = new MemoryStore();
      await goOn(one, counting, { checkpointEvery: -1 });
      for (let last = 1; last <= counting.saves; last += 5) {
        const store = new MemoryStore();
        const save = store.save.bind(store);
        store.save = async (checkpoint) => {
          if (store.saves === last) throw new Error('killed');
          await save(checkpoint);
        };
        await goOn(one, store, { checkpointEvery: -1 }).catch(() => null);
        store.save = save;
        same(await goOn(one, store), whole);
      }
    });

    test('stopped again and again', async () => {
      const whole = await prune(one, small());
      const store = new MemoryStore();
      let outcome: Outcome | null = null;
      for (let attempt = 0; attempt < 40 && outcome === null; attempt++) {
        const controller = new AbortController();
        let steps = 0;
        const onEvent = ({ type }: { type: string }) => void (type === 'step' && ++steps === 3 && controller.abort());
        outcome = await goOn(one, store, { signal: controller.signal, onEvent });
      }
      same(outcome, whole);
    });
  });

  test('with early stop: the epochs without improvement are not forgotten', async () => {
    const stopping = { model: tinyNet(), optimizer: optimizer({ sgd: { learningRate: 1e-3 } }), earlyStop: { patience: 1, minDelta: 1 } };
    const steps: number[] = [];
    const one = strategy(async (run) => void steps.push((await run.train(run.budget)).steps));
    await prune(one, partsOf(stopping));
    const store = new MemoryStore();
    const controller = new AbortController();
    let seen = 0;
    const onEvent = () => void (++seen === 14 && controller.abort());
    expect(await prune(one, partsOf({ ...stopping, model: tinyNet(), checkpoints: store, signal: controller.signal, onEvent }))).toBeNull();
    await prune(one, partsOf({ ...stopping, model: tinyNet(), checkpoints: store }));
    expect(steps).toEqual([15, 15]);
  });

  test('each epoch is told of once over both runs, and its mean loss is that of all its steps', async () => {
    const epochsOf = (outcome: Outcome | null) => outcome?.events.filter(({ type }) => type === 'epoch') ?? [];
    const one = STRATEGIES['gradual, cutting within the training'] as Strategy;
    const whole = epochsOf(await prune(one, small()));
    for (const at of [2, 3, 4, 8]) {
      const store = new MemoryStore();
      const controller = new AbortController();
      const before: unknown[] = [];
      let steps = 0;
      const onEvent = (event: { type: string }) => {
        if (event.type === 'epoch') before.push(event);
        if (event.type === 'step' && ++steps === at) controller.abort();
      };
      await goOn(one, store, { signal: controller.signal, onEvent });
      expect([...before, ...epochsOf(await goOn(one, store))]).toEqual(whole);
    }
  });

  test('a run that had come to its end gives the same again, without training', async () => {
    const one = STRATEGIES['magnitude in rounds'] as Strategy;
    const store = new MemoryStore();
    const whole = await goOn(one, store);
    const again = await goOn(one, store);
    same(again, whole);
    expect(again?.events).toEqual([]);
  });
});

test('a signal that is aborted already stops before anything is done', async () => {
  const store = new MemoryStore();
  expect(await goOn(STRATEGIES['magnitude in rounds'] as Strategy, store, { signal: AbortSignal.abort() })).toBeNull();
  expect(store.saved).toBeNull();
});

describe('a strategy that makes other calls on resume is refused', () => {
  const first = strategy(async (run) => {
    await run.cut(magnitude(), 0.5);
    await run.train(run.budget);
  });

  async function stoppedWithin(): Promise<MemoryStore> {
    const store = new MemoryStore();
    const controller = new AbortController();
    let seen = 0;
    await goOn(first, store, { signal: controller.signal, onEvent: () => void (++seen === 6 && controller.abort()) });
    return store;
  }

  test.each<[string, Strategy, string]>([
    [
      'another call',
      strategy(async (run) => void (await run.rewind('dense'))),
      'resume: the strategy called rewind where the interrupted run had called cut',
    ],
    [
      'another one than the training that was under way',
      strategy(async (run) => {
        await run.cut(magnitude(), 0.5);
        await run.cut(magnitude(), 0.6);
      }),
      'resume: the strategy called cut where the interrupted run had called train',
    ],
    [
      'an early end',
      strategy(async (run) => void (await run.cut(magnitude(), 0.5))),
      'resume: the strategy came to its end where the interrupted run had called train',
    ],
    ['no calls at all', strategy(async () => {}), 'resume: the strategy came to its end where the interrupted run had called cut'],
  ])('%s', async (_, other, message) => {
    await expect(goOn(other, await stoppedWithin())).rejects.toThrow(message);
  });
});

describe('a checkpoint that breaks a promise or is that of another run is refused', () => {
  async function finished(): Promise<MemoryStore> {
    const store = new MemoryStore();
    await goOn(STRATEGIES['magnitude in rounds'] as Strategy, store);
    return store;
  }

  test('pruned weights that are not zero, named', async () => {
    const store = await finished();
    store.saved?.weights['hidden/kernel']?.data.fill(1);
    await expect(goOn(STRATEGIES['magnitude in rounds'] as Strategy, store)).rejects.toThrow(
      /^hidden\/kernel \(\d+ weights\): pruned weights are not zero in the checkpoint/,
    );
  });

  test('another model', async () => {
    const store = await finished();
    const other = tf.sequential({ layers: [tf.layers.dense({ name: 'hidden', units: 3, inputShape: [10], activation: 'softmax' })] });
    await expect(prune(STRATEGIES['magnitude in rounds'] as Strategy, partsOf({ model: other, checkpoints: store }))).rejects.toThrow(
      'hidden/kernel: the weights are those of another model: wanted [10, 3], got [10, 12]',
    );
  });
});

test('checkpoints are saved after each call that changes something, and every so often within a training', async () => {
  const store = new MemoryStore();
  const run = await LiveRun.open(partsOf({ checkpoints: store, checkpointEvery: 1000 }));
  await run.cut(magnitude(), 0.5);
  expect([store.saves, store.saved?.finished.length]).toEqual([1, 1]);
  await run.evaluate();
  expect(store.saves).toBe(1);
  await run.train(new Budget(5, 5));
  expect([store.saves, store.saved?.finished.map(({ call }) => call)]).toEqual([2, ['cut', 'evaluate', 'train']]);
  run.dispose();
  const often = new MemoryStore();
  const other = await LiveRun.open(partsOf({ checkpoints: often, checkpointEvery: -1 }));
  await other.train(new Budget(5, 5));
  expect(often.saves).toBe(6);
  other.dispose();
});
