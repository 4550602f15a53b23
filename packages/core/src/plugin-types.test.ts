/** What a plugin's author is told by the compiler; `types.test.ts` runs it over these. */
import type * as tf from '@tensorflow/tfjs';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Dataset, DatasetSource } from './data.ts';
import type { Gradients } from './gradients.ts';
import type { Granularity, GroupSet } from './granularity.ts';
import type { Loss } from './loss.ts';
import type { ModelSource } from './model-source.ts';
import type { PrunableParameter } from './parameter.ts';
import { type Part, part } from './part.ts';
import { definePlugin, type PluginEntry } from './plugin.ts';
import type { PruningRun } from './pruning-run.ts';
import type { Scheduler } from './scheduler.ts';
import type { Scorer } from './scorer.ts';
import type { Step } from './step.ts';
import type { Strategy } from './strategy.ts';
import type { Line, Threshold } from './threshold.ts';
import { DATA, GRADIENTS, inject, LOSS, MODEL, OPTIONS, RANDOM, SCHEDULER, SCORER, SEED } from './tokens.ts';

// Decorators are called as functions here, as in container.test.ts.

describe('options', () => {
  test('have the type that their schema says, with defaults filled in and parts as parts', () => {
    const options = z.object({
      bins: z.int().min(2).default(32),
      norm: z.enum(['l1', 'l2']).optional(),
      scorer: part('scorer', 'magnitude'),
      scheduler: part('scheduler'),
    });
    expectTypeOf<z.infer<typeof options>>().toEqualTypeOf<{
      bins: number;
      norm?: 'l1' | 'l2' | undefined;
      scorer: Part<'scorer'>;
      scheduler: Part<'scheduler'>;
    }>();
  });

  test('in the constructor of a part: another name or type than the schema’s is an error', () => {
    const entropyOptions = z.object({ bins: z.int().default(32) });
    class Entropy implements Scorer {
      constructor(private readonly options: z.infer<typeof entropyOptions>) {}
      score(parameters: readonly PrunableParameter[]): tf.Tensor[] {
        expectTypeOf(this.options.bins).toEqualTypeOf<number>();
        // @ts-expect-error there is no such option.
        this.options.bin;
        return parameters.map(({ variable }) => variable.clone());
      }
    }
    inject(OPTIONS)(Entropy, undefined, 0);
    definePlugin({ name: 'right', scorers: { entropy: { use: Entropy, options: entropyOptions } } });
    // @ts-expect-error options are an object's schema.
    definePlugin({ name: 'wrong', scorers: { entropy: { use: Entropy, options: z.number() } } });
  });
});

describe('what a part answers', () => {
  test('a scorer gives a list of tensors, at once or later', () => {
    expectTypeOf<() => tf.Tensor[]>().toExtend<Scorer['score']>();
    expectTypeOf<() => Promise<tf.Tensor[]>>().toExtend<Scorer['score']>();
    expectTypeOf<() => tf.Tensor>().not.toExtend<Scorer['score']>();
    expectTypeOf<() => number[][]>().not.toExtend<Scorer['score']>();
    class Numbers {
      score(): number[] {
        return [];
      }
    }
    // @ts-expect-error numbers are no tensors.
    definePlugin({ name: 'wrong', scorers: { numbers: { use: Numbers } } });
  });

  test('a scheduler a number, from a step and a target', () => {
    expectTypeOf<Scheduler['sparsityAt']>().parameters.toEqualTypeOf<[step: Step, target: number]>();
    expectTypeOf<() => Promise<number>>().not.toExtend<Scheduler['sparsityAt']>();
    expectTypeOf<() => undefined>().not.toExtend<Scheduler['sparsityAt']>();
  });

  test('a threshold lines: by score, or by count', () => {
    expectTypeOf<{ below: number }>().toExtend<Line>();
    expectTypeOf<{ count: number }>().toExtend<Line>();
    expectTypeOf<{ above: number }>().not.toExtend<Line>();
    expectTypeOf<() => number[]>().not.toExtend<Threshold['lines']>();
  });

  test('a strategy nothing, but later', () => {
    expectTypeOf<(run: PruningRun) => Promise<void>>().toExtend<Strategy['prune']>();
    expectTypeOf<(run: PruningRun) => void>().not.toExtend<Strategy['prune']>();
  });

  test('an entry of one kind is none of another', () => {
    expectTypeOf<PluginEntry<Scorer>>().not.toExtend<PluginEntry<Strategy>>();
    expectTypeOf<PluginEntry<Threshold>>().not.toExtend<PluginEntry<Granularity>>();
  });
});

describe('what a constructor may ask for', () => {
  test('the net: what is made with it may, with the token’s type', () => {
    class Taylor implements Scorer {
      constructor(
        readonly gradients: Gradients,
        readonly model: tf.LayersModel,
      ) {}
      score(): tf.Tensor[] {
        return [];
      }
    }
    inject(GRADIENTS)(Taylor, undefined, 0);
    inject(MODEL)(Taylor, undefined, 1);
    // @ts-expect-error a Scheduler is no Gradients.
    inject(SCHEDULER)(Taylor, undefined, 0);
    // @ts-expect-error there is no third parameter.
    inject(SCORER)(Taylor, undefined, 2);
    // @ts-expect-error a symbol of one's own is no token.
    inject(Symbol('mine'))(Taylor, undefined, 0);
  });

  test('a dataset, model, loss or granularity may not: they are made before it', () => {
    class Points implements DatasetSource {
      constructor(
        readonly model: tf.LayersModel,
        readonly seed: number,
      ) {}
      load(): Promise<Dataset> {
        return Promise.reject(new Error('no points'));
      }
    }
    // @ts-expect-error there is no model yet.
    inject(MODEL)(Points, undefined, 0);
    inject(SEED)(Points, undefined, 1);

    abstract class Net implements ModelSource {
      constructor(readonly data: Dataset) {}
      abstract build(): tf.LayersModel;
    }
    // @ts-expect-error there is no data yet.
    inject(DATA)(Net, undefined, 0);

    abstract class Focal implements Loss {
      constructor(readonly gradients: Gradients) {}
      abstract compute(outputs: tf.Tensor, targets: tf.Tensor): tf.Scalar;
    }
    // @ts-expect-error there are no gradients yet.
    inject(GRADIENTS)(Focal, undefined, 0);

    class Columns implements Granularity {
      constructor(
        readonly loss: Loss,
        readonly random: unknown,
      ) {}
      arrange(): GroupSet[] {
        return [];
      }
    }
    // @ts-expect-error there is no loss yet.
    inject(LOSS)(Columns, undefined, 0);
    inject(RANDOM)(Columns, undefined, 1);
  });
});
