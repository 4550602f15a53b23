import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { corePlugin } from './core-plugin.ts';
import { Part, parsePart, part } from './part.ts';
import { definePlugin, type Plugin } from './plugin.ts';
import { Registry } from './registry.ts';
import type { Scorer } from './scorer.ts';

class Nothing implements Scorer {
  score() {
    return [];
  }
}
class Idle {
  async prune() {}
}

const entropy = definePlugin({
  name: '@acme/entropy',
  scorers: {
    entropy: { use: Nothing, options: z.object({ bins: z.int().min(2).default(32), mode: z.enum(['hard', 'soft']).default('soft') }) },
    plain: { use: Nothing },
    blend: {
      use: Nothing,
      options: z.object({ of: z.array(part('scorer')).default([]), within: z.object({ depth: z.int().default(1) }).prefault({}) }),
    },
  },
  strategies: { once: { use: Idle, options: z.object({ scorer: part('scorer', { entropy: { bins: 8 } }), rounds: z.int().default(1) }) } },
});
const registry = new Registry([corePlugin, entropy]);
const complete = (kind: 'scorer' | 'strategy' | 'optimizer' | 'threshold', config: unknown) =>
  registry.complete(parsePart(kind, config) as Part);

/** As a config would hold it. */
const plain = (part: Part) => JSON.parse(JSON.stringify(part));

describe('options are completed', () => {
  test('with their defaults', () => {
    expect(complete('scorer', 'entropy').part.options).toEqual({ bins: 32, mode: 'soft' });
    expect(complete('scorer', { entropy: { bins: 4 } }).part.options).toEqual({ bins: 4, mode: 'soft' });
  });

  test('through the parts that they name', () => {
    const { part: once, problems } = complete('strategy', 'once');
    expect(problems).toEqual([]);
    expect(plain(once)).toEqual({ once: { scorer: { entropy: { bins: 8, mode: 'soft' } }, rounds: 1 } });
    expect(plain(complete('strategy', { once: { scorer: 'plain' } }).part)).toEqual({ once: { scorer: 'plain', rounds: 1 } });
  });

  test('in lists, too', () => {
    expect(plain(complete('scorer', { blend: { of: ['plain', { entropy: { mode: 'hard' } }] } }).part)).toEqual({
      blend: { of: ['plain', { entropy: { bins: 32, mode: 'hard' } }], within: { depth: 1 } },
    });
  });

  test('once: what is complete stays as it is', () => {
    const once = complete('strategy', 'once').part;
    expect(registry.complete(once).part).toBe(once);
  });

  test('a learning rate may be a number', () => {
    const json = (config: unknown): Record<string, { learningRate: unknown }> => plain(complete('optimizer', config).part);
    expect(json('adam').adam?.learningRate).toEqual({ constant: { rate: 0.001 } });
    expect(json({ sgd: { learningRate: 0.5 } }).sgd?.learningRate).toEqual({ constant: { rate: 0.5 } });
    expect(json({ sgd: { learningRate: 'cosine' } }).sgd?.learningRate).toEqual({ cosine: { from: 0.001, to: 0, warmup: 0 } });
  });
});

describe('problems say where, what, and what there is', () => {
  test('an unknown name comes with those that are known', () => {
    expect(complete('scorer', 'entropi').problems).toMatchObject([
      { path: [], message: 'unknown scorer "entropi"', unknown: 'entropi', names: ['entropy', 'plain', 'blend'], kind: 'scorer' },
    ]);
  });

  test('an unknown key comes with the keys there are, at every depth', () => {
    expect(complete('scorer', { entropy: { bin: 4 } }).problems).toMatchObject([
      { path: ['entropy', 'bin'], message: 'unknown key "bin"', unknown: 'bin', names: ['bins', 'mode'] },
    ]);
    expect(complete('strategy', { once: { scorer: { entropy: { bin: 4 } } } }).problems).toMatchObject([
      { path: ['once', 'scorer', 'entropy', 'bin'], unknown: 'bin', names: ['bins', 'mode'] },
    ]);
    expect(complete('scorer', { blend: { of: ['plain', { entropy: { x: 1 } }] } }).problems).toMatchObject([
      { path: ['blend', 'of', 1, 'entropy', 'x'] },
    ]);
  });

  test('a wrong value of a choice comes with the choices', () => {
    expect(complete('scorer', { entropy: { mode: 'sof' } }).problems).toMatchObject([
      { path: ['entropy', 'mode'], names: ['hard', 'soft'] },
    ]);
  });

  test('a wrong type, a value out of range, and a part that is none', () => {
    expect(complete('scorer', { entropy: { bins: 'many' } }).problems).toMatchObject([
      { path: ['entropy', 'bins'], message: expect.stringContaining('number') },
    ]);
    expect(complete('scorer', { entropy: { bins: 1 } }).problems).toMatchObject([
      { path: ['entropy', 'bins'], message: expect.stringContaining('>=2') },
    ]);
    expect(complete('strategy', { once: { scorer: 7 } }).problems).toMatchObject([
      { path: ['once', 'scorer'], message: 'expected scorer as a name, or as "name: {options}" with one name' },
    ]);
  });

  test('options for a part that takes none', () => {
    expect(complete('threshold', { global: { share: 1 } }).problems).toMatchObject([
      { path: ['global', 'share'], message: 'threshold "global" takes no options', unknown: 'share' },
    ]);
  });

  test('all of them at once', () => {
    const { problems } = complete('strategy', { once: { scorer: { entropy: { bin: 4, mode: 1 } }, rounds: 'x', more: 1 } });
    expect(problems.map(({ path }) => path.join('.')).sort()).toEqual([
      'once.more',
      'once.rounds',
      'once.scorer.entropy.bin',
      'once.scorer.entropy.mode',
    ]);
  });
});

describe('two plugins that claim a name', () => {
  test('are both named', () => {
    const other: Plugin = { name: 'other', scorers: { plain: { use: Nothing } } };
    expect(() => new Registry([entropy, other])).toThrow(
      'other: registers the scorer "plain", which @acme/entropy has registered. Give one',
    );
  });

  test('the same plugin twice', () => {
    expect(() => new Registry([entropy, entropy])).toThrow('which it has already registered');
  });

  test('a name may stand for parts of different kinds', () => {
    const both: Plugin = { name: 'both', strategies: { entropy: { use: Idle } } };
    expect(new Registry([entropy, both]).names('strategy')).toEqual(['once', 'entropy']);
  });
});

test('an entry without a class is refused, naming the plugin', () => {
  expect(() => new Registry([{ name: 'broken', scorers: { x: {} as never } }])).toThrow('broken: the scorer "x" has no class under "use"');
});

test('every part can be listed, with its plugin', () => {
  expect(registry.list('scorer').map(({ name, plugin }) => `${name} of ${plugin}`)).toEqual([
    'entropy of @acme/entropy',
    'plain of @acme/entropy',
    'blend of @acme/entropy',
  ]);
  expect(registry.names('optimizer')).toEqual(['sgd', 'momentum', 'adam', 'rmsprop']);
});

test('what core brings can be completed without options, but for what only a user knows', () => {
  for (const { kind, name } of new Registry([corePlugin]).list()) {
    const { problems } = registry.complete(new Part(kind, name));
    expect([name, problems.map(({ path }) => path.join('.'))]).toEqual([
      name,
      { fixed: ['fixed.value'], constant: ['constant.rate'], budget: ['budget'] }[name] ?? [],
    ]);
  }
});
