import { readFileSync } from 'node:fs';
import path from 'node:path';
import { useBackend } from '@espalier/backend-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { planExperiment, runExperiment } from './run-experiment.ts';
import { messageOf, POINTS, points, temporaryFolder } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

const PLUGIN = `
import { definePlugin, inject, injectable, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

class Weights {
  unit = 'weights';
  evaluate({ state, parameters }) {
    return { value: parameters.reduce((sum, { nonzero }) => sum + nonzero, 0), details: { state } };
  }
}
@injectable()
class Wrong {
  constructor(@inject(OPTIONS) private readonly options) {}
  evaluate({ state }) {
    if (state === this.options.at) throw new TypeError('of nothing');
    return state === 'dense' ? NaN : 'many';
  }
}
@injectable()
class Disturbing {
  constructor(@inject(OPTIONS) private readonly options) {}
  async evaluate({ model, parameters }) {
    const before = model.getWeights().map((weight) => weight.clone());
    for (const { variable } of parameters) tf.tidy(() => variable.assign(tf.add(variable, 1)));
    if (this.options.puts) model.setWeights(before);
    tf.dispose(before);
    return 1;
  }
}
class Squares {
  task = 'regression';
  sums(target, output) { return tf.sum(tf.squaredDifference(target, output)); }
  value([sum]) { return sum; }
}
export default definePlugin({
  name: 'figures',
  metrics: { squares: { use: Squares }, sparsity: { use: Squares } },
  evaluators: { weights: { use: Weights }, wrong: { use: Wrong, options: z.object({ at: z.string().default('') }) },
    disturbing: { use: Disturbing, options: z.object({ puts: z.boolean() }) },
  },
});
`;
const figures = (rest: string, ...set: string[]) =>
  points({
    config: `${POINTS}plugins: [./figures.ts]\n${rest}`,
    files: { 'figures.ts': PLUGIN },
    set: ['train.epochs=2', 'prune.epochs=1', ...set],
  });

describe('a run with metrics and evaluators', () => {
  test('records their figures of each model, details beside them, and what they are told in', async () => {
    const out = temporaryFolder();
    const loaded = await figures('metrics: [f1, topK: { k: 1 }]\nevaluators: [weights]\nshrink: true\n');
    const result = await runExperiment(loaded, { out });
    const { dense, pruned, shrunk } = result;
    expect(result.figures).toEqual({
      f1: { kind: 'metric', unit: 'share' },
      topK: { kind: 'metric', unit: 'share' },
      weights: { kind: 'evaluator', unit: 'weights' },
    });
    expect(dense?.figures?.['topK']).toBeCloseTo(dense?.accuracy as number, 12);
    expect(pruned?.figures?.['topK']).toBeCloseTo(pruned?.accuracy as number, 12);
    expect(dense?.figures?.['weights']).toBe(202);
    expect(pruned?.figures?.['weights']).toBe(pruned?.nonzero);
    expect(shrunk?.figures?.['weights']).toBe(shrunk?.nonzero);
    expect([dense, pruned, shrunk].map((one) => one?.details)).toEqual(
      ['dense', 'pruned', 'shrunk'].map((state) => ({ weights: { state } })),
    );
    expect(JSON.parse(readFileSync(path.join(out, 'result.json'), 'utf8'))).toEqual(result);
  });

  test('holds them against what the config expects', async () => {
    const loaded = await figures('evaluators: [weights]\nexpect: { figures: { weights: { max: 200 }, denseWeights: { max: 100 } } }\n');
    const { status, failures } = await runExperiment(loaded, { out: temporaryFolder() });
    expect([status, failures]).toEqual(['failed', ['expect.figures.denseWeights: 202 is more than 100']]);
  });

  test('names the evaluator that goes wrong, and where; a number that is none is null', async () => {
    const at = (state: string) => figures(`evaluators: [wrong: { at: ${state} }]\n`);
    const failing = (state: string) => at(state).then((loaded) => messageOf(runExperiment(loaded, { out: temporaryFolder() })));
    expect(await failing('dense')).toBe('EspalierError: evaluator "wrong" of figures: failed on the dense model: of nothing');
    expect(await failing('never')).toBe(
      'EspalierError: evaluator "wrong" of figures: answers with neither a number nor { value, details }',
    );
  });
});

test('an evaluator that leaves other weights behind is named; one that puts them back is not', async () => {
  const run = (puts: boolean) =>
    figures(`evaluators: [disturbing: { puts: ${puts} }]\n`).then((loaded) => messageOf(runExperiment(loaded, { out: temporaryFolder() })));
  expect(await run(false)).toMatch(
    /^BrokenPromise: evaluator "disturbing" of figures: changes the model that it looks at: dense\/kernel, /,
  );
  expect(await run(true)).toBe('nothing went wrong');
});

describe('a config with metrics and evaluators', () => {
  test.each([
    ['metrics: [f2]\n', /unknown metric "f2"[\s\S]*did you mean "f1"/],
    ['metrics: [topK: { kk: 1 }]\n', /unknown key "kk"[\s\S]*did you mean "k"/],
    ['metrics: [f1, f1]\n', /"f1" is named twice: its figure goes by that name/],
    ['metrics: f1\n', /expected a list, each a metric as "name" or "name: \{options\}", got "f1"/],
    ['metrics: [sparsity]\n', /"sparsity" is a figure of every run: register it under another name/],
    ['evaluators: [f1]\n', /unknown evaluator "f1"[\s\S]*"f1" is a metric/],
    [
      'evaluators: [weights]\nexpect: { figures: { weighs: { max: 1 } } }\n',
      /no metric or evaluator of this config gives "weighs"[\s\S]*did you mean "weights"/,
    ],
    ['expect: { figures: { weights: { max: 1 } } }\n', /no metric or evaluator of this config gives "weights"/],
    ['evaluators: [weights]\nexpect: { figures: { weights: { min: 3, max: 1 } } }\n', /no weights is at least 3 and at most 1/],
    ['evaluators: [weights]\nexpect: { figures: { weights: {} } }\n', /weights says nothing/],
  ])('%s is told of at its place', async (rest, message) => {
    const found = await figures(rest).catch((error: Error) => error.message);
    expect(found).toMatch(message);
  });

  test('a metric of another task is refused before anything runs', async () => {
    expect(await messageOf(figures('metrics: [squares]\n').then(planExperiment))).toMatch(
      /metric "squares" of figures: is of regression, and the data is for classification/,
    );
  });

  test('leaves the identity of all others as it was', async () => {
    const plain = await points();
    expect(Object.keys(plain.experiment)).not.toContain('metrics');
    expect(JSON.stringify(plain.experiment)).not.toContain('metrics');
  });
});
