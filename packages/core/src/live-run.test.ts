import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LiveRun } from './live-run.ts';
import type { PruningRun, Snapshot } from './pruning-run.ts';
import { Budget } from './step.ts';
import type { Strategy } from './strategy.ts';
import { find, magnitude, optimizer, scorerOf, threshold, useCpu, weightsOf } from './testing/make.ts';
import { tinyNet, tinySamples } from './testing/nets.ts';
import { type Outcome, partsOf, prune } from './testing/runs.ts';
import { readWeights } from './weights.ts';

beforeAll(useCpu);

const strategy = (body: (run: PruningRun) => Promise<void>): Strategy => ({ prune: body });
const oneShot = strategy(async (run) => {
  await run.cut(magnitude());
  await run.train(run.budget);
});
const gradual = strategy(async (run) => {
  await run.train(run.budget, async (step) => {
    if (step.number % 3 === 0) await run.cut(magnitude(), run.sparsity * step.progress);
  });
});

const zeros = (values: readonly number[]): number => values.filter((value) => value === 0).length;
const kernels = (outcome: Outcome | null): number[] => [
  ...(outcome?.weights['hidden/kernel'] ?? []),
  ...(outcome?.weights['output/kernel'] ?? []),
];

describe('what was pruned is zero at the end', () => {
  test.each([
    { sgd: { learningRate: 0.1, weightDecay: 0.1 } },
    { momentum: { learningRate: 0.05, nesterov: true, weightDecay: 0.1 } },
    { adam: { learningRate: 0.01, weightDecay: 0.1 } },
    { rmsprop: { momentum: 0.9, weightDecay: 0.1 } },
  ])('one-shot and gradual, under %o', async (config) => {
    for (const one of [oneShot, gradual]) {
      const outcome = await prune(one, partsOf({ optimizer: optimizer(config) }));
      // 156 weights: 120 + 36; a gradual run cuts last at step 18 of 20, to 0.72.
      expect(zeros(kernels(outcome))).toBe(Math.round(156 * (one === oneShot ? 0.8 : 0.72)));
    }
  });

  test('as plain zeros, without a sign', async () => {
    const outcome = await prune(gradual, partsOf());
    expect(kernels(outcome).filter((value) => Object.is(value, -0))).toEqual([]);
  });
});

test('the same seed gives the same weights and masks, another one others', async () => {
  const first = await prune(gradual, partsOf());
  const again = await prune(gradual, partsOf());
  expect(again?.weights).toEqual(first?.weights);
  expect(again?.masks).toEqual(first?.masks);
  expect((await prune(gradual, partsOf({ seed: 4 })))?.weights).not.toEqual(first?.weights);
});

describe('a broken promise stops the run, named', () => {
  const revive = (run: PruningRun) => find(run.model, 'hidden/kernel').variable.assign(tf.ones([10, 12]));

  test('after the epoch in which a strategy wrote to weights behind the run’s back', async () => {
    const sly = strategy(async (run) => {
      await run.cut(magnitude());
      await run.train(run.budget, (step) => {
        if (step.number === 10) revive(run);
      });
    });
    await expect(prune(sly, partsOf())).rejects.toThrow(/^hidden\/kernel \(\d+ weights\): pruned weights are not zero after epoch 2/);
  });

  test('at the end, where it wrote after its last call', async () => {
    const sly = strategy(async (run) => {
      await oneShot.prune(run);
      revive(run);
    });
    await expect(prune(sly, partsOf())).rejects.toThrow('pruned weights are not zero at the end of the run');
  });

  test('and a scorer’s NaN, naming it', async () => {
    const bad = strategy(async (run) => void (await run.cut(scorerOf(({ variable }) => tf.sqrt(variable as tf.Tensor)))));
    await expect(prune(bad, partsOf())).rejects.toThrow(/on hidden\/kernel, at step \d+: the score of element \d+ is NaN/);
  });
});

describe('rewind', () => {
  const rewinding = (to: Snapshot) =>
    strategy(async (run) => {
      await run.train(run.budget.share(0.5));
      await run.cut(magnitude(), 0.5);
      await run.rewind(to);
    });

  test('to "dense" puts back the weights that the run began with, but those that are pruned', async () => {
    const parts = partsOf();
    const before = weightsOf(parts.model);
    const outcome = await prune(rewinding('dense'), parts);
    for (const [name, weights] of Object.entries(outcome?.weights ?? {})) {
      if (!outcome?.masks[name]) expect(weights).toEqual(before[name]);
      else for (const [i, weight] of weights.entries()) expect([0, before[name]?.[i]]).toContain(weight);
    }
    expect(zeros(kernels(outcome))).toBe(78);
  });

  test('to a snapshot that the parts bring', async () => {
    const initial = await readWeights(tinyNet(9, [tf.layers.batchNormalization({ name: 'norm' })]));
    const outcome = await prune(rewinding('initial'), partsOf({ snapshots: { initial } }));
    const wanted = [...(initial['hidden/kernel']?.data ?? [])];
    for (const [i, weight] of (outcome?.weights['hidden/kernel'] ?? []).entries()) expect([0, wanted[i]]).toContain(weight);
  });

  test.each([{ momentum: { learningRate: 0.1, momentum: 0.9 } }, { adam: { learningRate: 0.01 } }])(
    'lets the optimiser start anew: training goes as if it were the first, under %o',
    async (config) => {
      // All samples in one batch: their order is no matter.
      const parts = partsOf({ model: tinyNet(), optimizer: optimizer(config), batchSize: 40 });
      const twice = await prune(
        strategy(async (run) => {
          await run.train(new Budget(5, 1));
          await run.rewind('dense');
          await run.train(new Budget(5, 1));
        }),
        parts,
      );
      const losses = twice?.events.flatMap((event) => (event.type === 'step' ? [event.loss] : [])) ?? [];
      expect(losses).toHaveLength(10);
      for (const [i, loss] of losses.slice(0, 5).entries()) expect(losses[5 + i]).toBeCloseTo(loss, 5);
    },
  );

  test('to what is not there names what is', async () => {
    await expect(prune(rewinding('step-100'), partsOf())).rejects.toThrow(
      'rewind to "step-100": there are no such weights: this run has dense',
    );
  });
});

test('what a strategy keeps is kept and disposed by the run', async () => {
  const before = tf.memory().numTensors;
  const parts = partsOf({ model: tinyNet() });
  const made = tf.memory().numTensors - before;
  const run = await LiveRun.open(parts);
  const sums = run.keep.tensor('sums', () => tf.zeros([3]));
  sums.assign(tf.tidy(() => tf.ones([3])) as tf.Tensor);
  expect([...run.keep.tensor('sums', () => tf.zeros([3])).dataSync()]).toEqual([1, 1, 1]);
  const count = run.keep.value('count', 0);
  count.current += 2;
  expect(run.keep.value('count', 0).current).toBe(2);
  await gradual.prune(run);
  run.dispose();
  // The tensor of ones above is the test’s own.
  expect(tf.memory().numTensors - before - made).toBe(1);
});

describe('evaluate', () => {
  test('is on the validation samples, or on those of the training where there are none', async () => {
    const seen: number[] = [];
    const measure = strategy(async (run) => void seen.push((await run.evaluate()).loss));
    await prune(measure, partsOf());
    await prune(measure, partsOf({ validation: undefined }));
    await prune(measure, partsOf({ validation: tinySamples(40) }));
    expect(seen[0]).not.toBe(seen[1]);
    expect(seen[1]).toBe(seen[2]);
  });

  test('may be called within a training', async () => {
    const accuracies: (number | null)[] = [];
    await prune(
      strategy(async (run) => {
        await run.train(run.budget, async (step) => {
          if (step.endsEpoch) accuracies.push((await run.evaluate()).accuracy);
        });
      }),
      partsOf(),
    );
    expect(accuracies).toHaveLength(4);
  });
});

describe('calls that make no sense are refused', () => {
  test.each([-0.1, 1.1, Number.NaN])('a sparsity of %s', async (sparsity) => {
    await expect(
      prune(
        strategy(async (run) => void (await run.cut(magnitude(), sparsity))),
        partsOf(),
      ),
    ).rejects.toThrow(`cut: the sparsity asked for is ${sparsity}, not a number from 0 to 1`);
  });

  test('but NaN where the threshold decides alone', async () => {
    const outcome = await prune(
      strategy(async (run) => void (await run.cut(magnitude()))),
      partsOf({ sparsity: Number.NaN, threshold: threshold({ fixed: { value: 0.1 } }) }),
    );
    expect(kernels(outcome).filter((weight) => weight !== 0 && Math.abs(weight) < 0.1)).toEqual([]);
  });

  test('a training inside of a training', async () => {
    const nested = strategy(async (run) => void (await run.train(run.budget, async () => void (await run.train(run.budget)))));
    await expect(prune(nested, partsOf())).rejects.toThrow('train was called inside the callback of another train');
  });
});

describe('events', () => {
  test('tell of each step, epoch, cut, rewind and log, in order', async () => {
    const outcome = await prune(
      strategy(async (run) => {
        run.log('here');
        await run.cut(magnitude(), 0.5);
        await run.train(new Budget(5, 5));
        await run.rewind('dense');
      }),
      partsOf(),
    );
    expect(outcome?.events.map(({ type }) => type)).toEqual(['log', 'cut', 'step', 'step', 'step', 'step', 'step', 'epoch', 'rewind']);
    expect(outcome?.events[1]).toMatchObject({ type: 'cut', step: 0, asked: 0.5, sparsity: 0.5 });
    expect(outcome?.events[7]).toMatchObject({ type: 'epoch', phase: 'prune', epoch: 1, epochs: 1, step: 5, sparsity: 0.5 });
    expect(outcome?.events[7]).toHaveProperty('validation.accuracy');
  });

  test('a cut within a training has the step of the whole run', async () => {
    const twice = strategy(async (run) => {
      await run.train(new Budget(5, 5));
      await run.train(new Budget(5, 5), async ({ number }) => {
        if (number === 2) await run.cut(magnitude(), 0.5);
      });
    });
    const outcome = await prune(twice, partsOf());
    expect(outcome?.events.find(({ type }) => type === 'cut')).toMatchObject({ step: 7 });
  });
});

test('early stop ends a training, and says so', async () => {
  let report: { steps: number; stoppedEarly?: string } | undefined;
  // No learning: the validation loss of batch norm’s moving numbers aside nothing changes.
  const parts = partsOf({
    model: tinyNet(),
    optimizer: optimizer({ sgd: { learningRate: 1e-12 } }),
    earlyStop: { patience: 1, minDelta: 0.001 },
  });
  await prune(
    strategy(async (run) => {
      report = await run.train(run.budget);
    }),
    parts,
  );
  expect(report).toMatchObject({ steps: 15, stoppedEarly: 'the validation loss has not improved for 2 epochs' });
});

test('a training that diverges stops with step and parameter', async () => {
  const wild = partsOf({ model: tinyNet(), optimizer: optimizer({ sgd: { learningRate: 1e38 } }) });
  const stopped = prune(oneShot, wild);
  await expect(stopped).rejects.toMatchObject({ name: 'Diverged' });
  await expect(stopped).rejects.toThrow(
    /^step \d+ of 20: .*training diverged at a learning rate of 1e\+38; the first weights that are not finite are those of hidden\/kernel/,
  );
});

test('over many cuts and trainings no tensor is left behind', async () => {
  const parts = partsOf({ model: tinyNet() });
  const run = await LiveRun.open(parts);
  const counts = new Set<number>();
  await run.cut(magnitude(), 0.1);
  await run.train(new Budget(1, 5));
  for (let i = 0; i < 20; i++) {
    await run.cut(magnitude(i % 2 === 0), 0.1 + i * 0.04);
    await run.train(new Budget(3, 5));
    await run.rewind('dense');
    await run.evaluate();
    counts.add(tf.memory().numTensors);
  }
  run.dispose();
  expect(counts.size).toBe(1);
});
