import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import type { PruningRun } from './pruning-run.ts';
import { Budget } from './step.ts';
import type { Strategy } from './strategy.ts';
import { TapeTrainer } from './tape-trainer.ts';
import { magnitude, useCpu } from './testing/make.ts';
import { MemoryStore, partsOf, prune } from './testing/runs.ts';
import type { Trainer, TrainingSession } from './trainer.ts';

beforeAll(useCpu);

/** The tape, as a trainer that takes no hooks; it counts the steps that went through its own sessions. */
class Hookless implements Trainer {
  steps = 0;

  open(job: Parameters<Trainer['open']>[0]): TrainingSession {
    const session = new TapeTrainer().open(job);
    return new Proxy(session, {
      get: (target, name) => {
        if (name === 'takesHooks') return false;
        if (name === 'step') {
          return (order: Int32Array, rate: number) => {
            this.steps += 1;
            return target.step(order, rate);
          };
        }
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

const penalty = (run: PruningRun) => () => tf.addN(run.parameters.map(({ variable }) => tf.sum(tf.abs(variable)))).mul(1e-3) as tf.Scalar;

/** Plain, under a penalty, plain again: five steps each. */
const strategy: Strategy = {
  async prune(run) {
    await run.train(new Budget(5, 5));
    await run.train(new Budget(5, 5), { penalty: penalty(run) });
    await run.cut(magnitude(), 0.5);
    await run.train(new Budget(5, 5));
  },
};

test('the tape stands in where a trainer takes no hooks, for that training alone, with the same numbers', async () => {
  const trainer = new Hookless();
  const [own, tape] = [await prune(strategy, partsOf({ trainer })), await prune(strategy, partsOf())];
  expect(own?.weights).toEqual(tape?.weights);
  expect(trainer.steps).toBe(10);
  expect(own?.events.filter(({ type }) => type === 'log')).toHaveLength(1);
});

test('stopped anywhere, it goes on with the same numbers', async () => {
  const whole = await prune(strategy, partsOf({ trainer: new Hookless() }));
  for (const at of [3, 6, 8, 11, 14, 17]) {
    const store = new MemoryStore();
    const controller = new AbortController();
    let seen = 0;
    const onEvent = () => void (++seen === at && controller.abort());
    const stopped = partsOf({ trainer: new Hookless(), checkpoints: store, signal: controller.signal, onEvent });
    expect(await prune(strategy, stopped)).toBeNull();
    const gone = await prune(strategy, partsOf({ trainer: new Hookless(), checkpoints: store }));
    expect(gone?.weights).toEqual(whole?.weights);
  }
});
