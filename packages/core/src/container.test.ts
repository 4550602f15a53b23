import { beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import type { Calibration } from './calibration.ts';
import { PartContainer } from './container.ts';
import { corePlugin } from './core-plugin.ts';
import type { Momentum } from './optimizers/momentum.ts';
import { Part, part } from './part.ts';
import { definePlugin, type PluginEntry } from './plugin.ts';
import { Registry } from './registry.ts';
import type { Scheduler } from './scheduler.ts';
import type { Scorer } from './scorer.ts';
import type { Strategy } from './strategy.ts';
import { useCpu } from './testing/make.ts';
import type { GlobalThreshold } from './thresholds/global.ts';
import {
  CALIBRATION,
  inject,
  injectable,
  MAKE,
  type Make,
  OPTIONS,
  type PartKind,
  SCHEDULER,
  SCORER,
  SEED,
  THRESHOLD,
  type Token,
} from './tokens.ts';

beforeAll(useCpu);

// Decorators are called as functions here: `constructor(@inject(SEED) seed: number)` is `inject(SEED)(Class, undefined, 0)`.

class Seeded implements Scorer {
  constructor(
    readonly options: { bins: number },
    readonly seed: number,
  ) {}
  score() {
    return [];
  }
}
inject(OPTIONS)(Seeded, undefined, 0);
inject(SEED)(Seeded, undefined, 1);
injectable()(Seeded);

class Linear implements Scheduler {
  sparsityAt() {
    return 1;
  }
}

class Gradual implements Strategy {
  constructor(
    readonly scorer: Scorer,
    readonly scheduler: Scheduler,
    readonly make: Make,
    readonly options: { second: Part<'scorer'> },
  ) {}
  async prune() {}
}
inject(SCORER)(Gradual, undefined, 0);
inject(SCHEDULER)(Gradual, undefined, 1);
inject(MAKE)(Gradual, undefined, 2);
inject(OPTIONS)(Gradual, undefined, 3);
injectable()(Gradual);

/** What a plugin in JavaScript may bring. */
class Methodless {}

class Unmarked implements Scorer {
  constructor(readonly seed: number) {}
  score() {
    return [];
  }
}
inject(SEED)(Unmarked, undefined, 0);

class Throwing implements Scorer {
  constructor() {
    throw new Error('no bins today');
  }
  score() {
    return [];
  }
}

class NeedsScorer implements Strategy {
  constructor(readonly scorer: Scorer) {}
  async prune() {}
}
inject(SCORER)(NeedsScorer, undefined, 0);
injectable()(NeedsScorer);

class NeedsData implements Scorer {
  constructor(readonly data: Calibration) {}
  score() {
    return [];
  }
}
inject(CALIBRATION)(NeedsData, undefined, 0);
injectable()(NeedsData);

const registry = new Registry([
  corePlugin,
  {
    name: '@acme/parts',
    scorers: {
      seeded: { use: Seeded, options: z.object({ bins: z.int().default(32) }) },
      unmarked: { use: Unmarked },
      throwing: { use: Throwing },
      data: { use: NeedsData },
    },
    schedulers: { linear: { use: Linear } },
    strategies: {
      gradual: {
        use: Gradual,
        options: z.object({
          scorer: part('scorer', 'seeded'),
          scheduler: part('scheduler', 'linear'),
          second: part('scorer', { seeded: { bins: 2 } }),
        }),
      },
      needy: { use: NeedsScorer },
    },
  },
]);
const container = () => new PartContainer(registry).bind(SEED, 7);

describe('a part is made', () => {
  test('with its options, and the defaults of those not given', () => {
    const made = container().make(new Part('scorer', 'seeded')) as Seeded;
    expect([made.options, made.seed]).toEqual([{ bins: 32 }, 7]);
    expect((container().make(new Part('scorer', 'seeded', { bins: 3 })) as Seeded).options).toEqual({ bins: 3 });
  });

  test('with the parts that its options name, each with options of its own', () => {
    const made = container().make(new Part('strategy', 'gradual', { scorer: { seeded: { bins: 9 } } })) as Gradual;
    expect(made.scorer).toBeInstanceOf(Seeded);
    expect((made.scorer as Seeded).options).toEqual({ bins: 9 });
    expect(made.scheduler).toBeInstanceOf(Linear);
    // The first scorer is injected; a further one is made.
    expect((made.make(made.options.second) as Seeded).options).toEqual({ bins: 2 });
  });

  test('anew each time', () => {
    const one = container();
    expect(one.make(new Part('scorer', 'seeded'))).not.toBe(one.make(new Part('scorer', 'seeded')));
  });

  test('not where what it asks for cannot be: it says why in those words', () => {
    const refusing = container().bindLazily(CALIBRATION, () => {
      throw new Error('there is no data');
    });
    const needy = () => refusing.make(new Part('scorer', 'data'));
    expect(needy).toThrow('scorer "data" of @acme/parts: cannot be made: there is no data');
    expect(needy).toThrow('there is no data');
    // Nor where another part makes it.
    const { make } = refusing.make(new Part('strategy', 'gradual')) as Gradual;
    expect(() => make(new Part('scorer', 'data'))).toThrow(/^scorer "data" of @acme\/parts: cannot be made: there is no data$/);
    // What failed before is not the reason of what fails later.
    expect(() => refusing.make(new Part('scorer', 'throwing'))).toThrow('cannot be made: no bins today');
  });

  test('of core: an optimiser with its learning rate', () => {
    const made = container().make(new Part('optimizer', 'momentum', { learningRate: 0.5 })) as Momentum;
    expect(made.learningRate.rateAt({ number: 1, total: 2, progress: 0.5 })).toBe(0.5);
    expect(container().make(new Part('threshold', 'global')) as GlobalThreshold).toBeDefined();
  });
});

test('what is bound in one run is not seen by another', () => {
  const [one, two] = [new PartContainer(registry).bind(SEED, 1), new PartContainer(registry).bind(SEED, 2)];
  expect((one.make(new Part('scorer', 'seeded')) as Seeded).seed).toBe(1);
  expect((two.make(new Part('scorer', 'seeded')) as Seeded).seed).toBe(2);
  expect(() => new PartContainer(registry).make(new Part('scorer', 'seeded'))).toThrow('SEED');
});

test('what is bound lazily is made at the first asking, once', () => {
  let made = 0;
  const lazy = new PartContainer(registry).bindLazily(SEED, () => ++made);
  expect(made).toBe(0);
  lazy.make(new Part('scorer', 'seeded'));
  lazy.make(new Part('scorer', 'seeded'));
  expect(made).toBe(1);
});

describe('what cannot be made says why', () => {
  test.each<[string, Part, string]>([
    [
      'a class that is not marked',
      new Part('scorer', 'unmarked'),
      'scorer "unmarked" of @acme/parts: cannot be made: its constructor takes arguments, but the class is not marked @injectable()',
    ],
    ['a constructor that throws', new Part('scorer', 'throwing'), 'scorer "throwing" of @acme/parts: cannot be made: no bins today'],
    [
      'a scorer that no option names',
      new Part('strategy', 'needy'),
      "its constructor injects SCORER, which nothing here provides (declare an option with part('scorer'))",
    ],
    ['a provider that is missing', new Part('scorer', 'data'), 'its constructor injects CALIBRATION, which nothing here provides'],
    ['a name that is unknown', new Part('scorer', 'sedeed'), 'unknown scorer "sedeed" (there are seeded, unmarked, throwing, data)'],
    ['a wrong option', new Part('scorer', 'seeded', { bin: 2 }), 'seeded.bin: unknown key "bin" (there are bins)'],
  ])('%s', (_, wanted, message) => {
    expect(() => container().make(wanted)).toThrow(message);
  });

  test('a part within a part, in its own words', () => {
    expect(() => container().make(new Part('strategy', 'gradual', { scorer: 'throwing' }))).toThrow(
      /^scorer "throwing" of @acme\/parts: cannot be made: no bins today$/,
    );
  });

  test('a class without what its kind must have', () => {
    const use = Methodless as never;
    const js = new Registry([
      {
        name: 'js',
        scorers: { empty: { use } },
        metrics: { empty: { use } },
        optimizers: { empty: { use } },
        reportSections: { empty: { use } },
      },
    ]);
    const make = (kind: PartKind) => () => new PartContainer(js).make(new Part(kind, 'empty'));
    expect(make('metric')).toThrow('metric "empty" of js: has no method "sums", no method "value": every metric has them');
    expect(make('optimizer')).toThrow(
      'has no field "learningRate", no field "weightDecay", no field "slots", no method "update": every optimizer has them',
    );
    expect(make('reportSection')).toThrow('has no field "title", no method "show"');
    expect(() => new PartContainer(js).make(new Part('scorer', 'empty'))).toThrow(
      'scorer "empty" of js: has no method "score": every scorer has one',
    );
  });
});

describe('types', () => {
  test('a token carries what it injects', () => {
    expectTypeOf<typeof SEED>().toExtend<Token<number>>();
    expectTypeOf<typeof SEED>().not.toExtend<Token<string>>();
  });

  test('a constructor parameter of another type than its token is a compile error', () => {
    class Wrong {
      constructor(
        readonly seed: string,
        readonly scorer: Scorer,
      ) {}
    }
    // @ts-expect-error SEED is a number, the parameter a string.
    inject(SEED)(Wrong, undefined, 0);
    inject(SCORER)(Wrong, undefined, 1);
    // @ts-expect-error a Threshold is no Scorer.
    inject(THRESHOLD)(Wrong, undefined, 1);
  });

  test('a plugin whose entry is of another kind, or without a class, is a compile error', () => {
    definePlugin({ name: 'right', schedulers: { linear: { use: Linear } } });
    // @ts-expect-error a Scheduler is no Scorer.
    definePlugin({ name: 'wrong', scorers: { linear: { use: Linear } } });
    // @ts-expect-error an instance is no class.
    definePlugin({ name: 'wrong', schedulers: { linear: { use: new Linear() } } });
    // @ts-expect-error there are no such parts.
    definePlugin({ name: 'wrong', pruners: {} });
  });

  test('an entry of another kind is not assignable', () => {
    expectTypeOf<{ use: typeof Linear }>().toExtend<PluginEntry<Scheduler>>();
    expectTypeOf<{ use: typeof Linear }>().not.toExtend<PluginEntry<Scorer>>();
  });
});
