import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { experimentHash } from '../config/experiment-hash.ts';
import { parseExperiment } from '../config/parse-experiment.ts';
import { configFolder, VALID_CONFIG } from '../config/testing/config-folder.ts';
import { isSweep, type LoadedSweep, parseSweep } from './parse-sweep.ts';

let folder: string;
beforeAll(() => {
  folder = configFolder({ 'base.yaml': VALID_CONFIG, 'sweep.yaml': 'base: base.yaml\nvary: { seed: [1, 2] }\n' });
});

const sweep = (text: string, ...set: string[]): Promise<LoadedSweep> => parseSweep(text, { file: join(folder, 'some-sweep.yaml'), set });

/** What a sweep is told, its folder left out; empty where nothing is wrong. */
async function complaint(text: string, ...set: string[]): Promise<string> {
  return sweep(text, ...set).then(
    () => '',
    (error: Error) => {
      if (error.name !== 'ConfigError') throw error;
      return error.message.replaceAll(new RegExp(`[^\\s]*${folder.split('/').at(-1)}/`, 'g'), '');
    },
  );
}

describe('what varies', () => {
  test('a grid combines every value with every other, the last changing fastest', async () => {
    const { name, runs } = await sweep(`base: base.yaml
vary:
  prune.strategy: [magnitude, { magnitude: { rounds: 2 } }]
  prune.sparsity: [0.5, 0.9]
  seed: [1, 2]
`);
    expect(name).toBe('some-sweep');
    expect(runs.map((run) => run.name)).toEqual([
      'magnitude_sparsity-0.5_seed-1',
      'magnitude_sparsity-0.5_seed-2',
      'magnitude_sparsity-0.9_seed-1',
      'magnitude_sparsity-0.9_seed-2',
      'magnitude-rounds-2_sparsity-0.5_seed-1',
      'magnitude-rounds-2_sparsity-0.5_seed-2',
      'magnitude-rounds-2_sparsity-0.9_seed-1',
      'magnitude-rounds-2_sparsity-0.9_seed-2',
    ]);
    expect(runs[5]?.values).toEqual({ 'prune.strategy': { magnitude: { rounds: 2 } }, 'prune.sparsity': 0.5, seed: 2 });
  });

  test('each run is the experiment that a file with these values gives, with the same hash', async () => {
    const { runs, plugins } = await sweep(`base: base.yaml
vary: { prune.sparsity: [0.95], prune.strategy.magnitude.scorer: [{ magnitude: { norm: l2 } }], train.optimizer: [sgd], prune.parameters.0: [{ match: output, exclude: true }] }
`);
    const written = VALID_CONFIG.replace('{ rounds: 4 }', '{ rounds: 4, scorer: { magnitude: { norm: l2 } } }')
      .replace('sparsity: 0.9', 'sparsity: 0.95\n  parameters: [{ match: output, exclude: true }]')
      .replace('optimizer: adam', 'optimizer: sgd');
    const { experiment } = await parseExperiment(written, { file: join(folder, 'x.yaml') });
    expect(JSON.parse(JSON.stringify(runs[0]?.experiment))).toEqual(JSON.parse(JSON.stringify(experiment)));
    expect(runs[0]?.hash).toBe(experimentHash(experiment, plugins));
  });

  test('variants of a list are named, and combined with the rest', async () => {
    const { runs } = await sweep(`base: base.yaml
vary:
  list:
    plain: {}
    long tail: { prune.epochs: 20, prune.strategy: { magnitude: { rounds: 9 } } }
  seed: [1, 2]
`);
    expect(runs.map(({ name, variant }) => [name, variant])).toEqual([
      ['plain_seed-1', 'plain'],
      ['plain_seed-2', 'plain'],
      ['long-tail_seed-1', 'long tail'],
      ['long-tail_seed-2', 'long tail'],
    ]);
    expect(runs[2]?.values).toEqual({ 'prune.epochs': 20, 'prune.strategy': { magnitude: { rounds: 9 } }, seed: 1 });
  });

  test('what is zipped changes together', async () => {
    const { runs } = await sweep('base: base.yaml\nvary: { zip: { train.epochs: [1, 2], prune.epochs: [3, 4] } }\n');
    expect(runs.map(({ name }) => name)).toEqual(['train.epochs-1_prune.epochs-3', 'train.epochs-2_prune.epochs-4']);
  });

  test('what is drawn at random is the same for the same seed, within its range, whatever else is drawn', async () => {
    const drawn = (more: string, seed = 1) =>
      sweep(`base: base.yaml
vary:
  random:
    count: 40
    seed: ${seed}
    draw:
      train.optimizer.adam.learningRate: { logUniform: { min: 0.0001, max: 0.01 } }
      prune.sparsity: { uniform: { min: 0.5, max: 0.9 } }${more}
`);
    const { runs } = await drawn('');
    const rates = runs.map(({ values }) => values['train.optimizer.adam.learningRate'] as number);
    const sparsities = runs.map(({ experiment }) => experiment.prune.sparsity as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.0001);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.01);
    // Half of the draws lie in the lower of the two orders of magnitude.
    expect(rates.filter((rate) => rate < 0.001).length).toBeGreaterThan(10);
    expect(rates.filter((rate) => rate > 0.001).length).toBeGreaterThan(10);
    expect(sparsities.every((value) => value >= 0.5 && value < 0.9)).toBe(true);
    const again = await drawn('\n      prune.epochs: { int: { min: 1, max: 3 } }\n      prune.threshold: { choice: [global, layer] }');
    expect(again.runs.map(({ values }) => values['train.optimizer.adam.learningRate'])).toEqual(rates);
    expect(new Set(again.runs.map(({ experiment }) => experiment.prune.epochs))).toEqual(new Set([1, 2, 3]));
    expect(new Set(again.runs.map(({ experiment }) => experiment.prune.threshold.name))).toEqual(new Set(['global', 'layer']));
    expect((await drawn('', 2)).runs[0]?.values).not.toEqual(runs[0]?.values);
  });

  test('combinations are left out by some of their values, or by the name of a variant', async () => {
    const { runs } = await sweep(`base: base.yaml
vary:
  list: { a: { prune.epochs: 1 }, b: { prune.epochs: 2 } }
  prune.strategy: [magnitude, gradual]
  seed: [1, 2]
  except:
    - { prune.strategy: { gradual: }, seed: 2 }
    - { list: b, seed: 1 }
`);
    expect(runs.map(({ name }) => name)).toEqual(['a_magnitude_seed-1', 'a_magnitude_seed-2', 'a_gradual_seed-1', 'b_magnitude_seed-2']);
  });

  test('what is the same is run once, and said', async () => {
    const { runs, duplicates } = await sweep(
      'base: base.yaml\nvary: { prune.strategy: [magnitude, { magnitude: { rounds: 1 } }], seed: [1, 1] }\n',
    );
    expect(runs.map(({ name }) => name)).toEqual(['magnitude_seed-1']);
    expect(duplicates).toEqual([
      { name: 'magnitude_seed-1', of: 'magnitude_seed-1' },
      { name: 'magnitude-rounds-1_seed-1', of: 'magnitude_seed-1' },
      { name: 'magnitude-rounds-1_seed-1', of: 'magnitude_seed-1' },
    ]);
  });

  test('names are unique, also where numbers or case would make them the same', async () => {
    const { runs, duplicates } = await sweep(`base: base.yaml
vary:
  list: { a b: { seed: 1 }, a-b: { seed: 2 }, a-b_2: { seed: 3 }, A-B: { seed: 4 }, 'a/b': { seed: 4 } }
`);
    expect(runs.map(({ name }) => name)).toEqual(['a-b', 'a-b_3', 'a-b_2', 'A-B_4']);
    expect(duplicates).toEqual([{ name: 'a-b', of: 'A-B_4' }]);
  });

  test('names keep letters of any script, and of a long one the seed at its end', async () => {
    const long = 'x'.repeat(300);
    const { runs } = await sweep(`base: base.yaml
vary: { list: { größe: { prune.epochs: 1 }, 剪枝: { prune.epochs: 2 }, ${long}: { prune.epochs: 3 }, ${'枝'.repeat(100)}: { prune.epochs: 4 } }, prune.sparsity: [0.5], seed: [1, 2] }
`);
    expect(runs.map(({ name }) => name)).toEqual([
      'größe_sparsity-0.5_seed-1',
      'größe_sparsity-0.5_seed-2',
      '剪枝_sparsity-0.5_seed-1',
      '剪枝_sparsity-0.5_seed-2',
      `${'x'.repeat(100)}_sparsity-0.5_seed-1`,
      `${'x'.repeat(100)}_sparsity-0.5_seed-2`,
      `${'枝'.repeat(33)}_sparsity-0.5_seed-1`,
      `${'枝'.repeat(33)}_sparsity-0.5_seed-2`,
    ]);
  });

  test('the base may stand in the sweep, and lack what varies', async () => {
    const { baseFolder, runs } = await sweep(`name: own
base: { name: inner, plugins: [./local.ts], data: digits, model: { net: { hidden: [4] } }, prune: {} }
vary: { prune.strategy: [magnitude], prune.sparsity: [0.5] }
`);
    expect(baseFolder).toBe(folder);
    expect(runs[0]?.experiment).toMatchObject({ name: 'inner', prune: { sparsity: 0.5 } });
  });

  test('--set reaches the base and the sweep', async () => {
    const text = 'base: base.yaml\nvary: { prune.sparsity: [0.5, 0.6], seed: [1, 2] }\n';
    const { runs } = await sweep(text, 'train.epochs=2', 'vary.prune.sparsity=[0.7]', 'vary.seed=[5]', 'limit=3');
    expect(runs.map(({ name, experiment }) => [name, experiment.train.epochs])).toEqual([['sparsity-0.7_seed-5', 2]]);
    const inline = `base: { name: i, plugins: [./local.ts], data: digits, model: { net: { hidden: [4] } }, prune: { strategy: magnitude, sparsity: 0.5 } }\nvary: { seed: [1] }\n`;
    expect((await sweep(inline, 'train.epochs=3')).runs[0]?.experiment.train.epochs).toBe(3);
  });
});

describe('a mistake is shown with its place', () => {
  test('all at once: paths, values, parts, options, and what does not go together', async () => {
    const told = await complaint(`base: base.yaml
vary:
  prune.sparsty: [0.5]
  sparsity: [0.5]
  prune.sparsity: [0.5, 90, high]
  prune.strategy: [magnitude, magnitde, { magnitude: { round: 3 } }]
  prune.threshold: [global, { fixed: { value: 0.1 } }]
  train.epochs: [1, -1]
  plugins: [[a]]
  zip: { train.batchSize: [1, 2], prune.epochs: [1], seed: [1, 2] }
`);
    expect(told).toContain('some-sweep.yaml:3:3: "prune.sparsty" leads to nothing that an experiment has');
    expect(told).toContain('some-sweep.yaml:4:3: "sparsity" leads to nothing');
    expect(told.match(/did you mean "prune\.sparsity"\?/g)).toHaveLength(2);
    expect(told).toMatch(/:5:25: expected a number of 0 or more and under 1, got 90\n[\s\S]*90 % is written 0\.9/);
    expect(told).toContain(':5:29: expected a number of 0 or more and under 1, got "high"');
    expect(told).toMatch(/:6:31: unknown strategy "magnitde"\n[\s\S]*did you mean "magnitude"\?/);
    expect(told).toContain(':6:56: unknown key "round" in prune.strategy.magnitude');
    expect(told).toMatch(/the threshold "fixed" decides itself[\s\S]*so in \d+ of 72 runs, the first being /);
    expect(told).toContain(':8:21: expected a number from 0 to 100000, got -1');
    expect(told).toContain(':9:3: plugins cannot vary');
    expect(told).toContain('1 values, but train.batchSize has 2');
  });

  test.each([
    ['vary: {}', 'nothing varies: the sweep would be one run'],
    ['vary: { seed: [] }', 'with at least 1, got an empty list'],
    ['vary: { seed: 3 }', 'expected a list'],
    ['vary: { seed: [1, 2], list: { a: { seed: 1 } } }', 'seed varies twice'],
    ['vary: { seed: [1], random: { count: 3, draw: { prune.sparsity: { unifrom: { min: 0, max: 1 } } } } }', 'unifrom'],
    ['vary: { random: { count: 3, draw: { prune.sparsity: { uniform: { min: 0.9, max: 0.1 } } } } }', 'expected min under max'],
    [
      'vary: { random: { count: 3, draw: { prune.sparsity: { uniform: { min: 2, max: 3 } } } } }',
      'expected a number of 0 or more and under 1',
    ],
    ['vary: { seed: [1, 2], except: [{ seed: 3 }] }', 'no run has this seed'],
    ['vary: { seed: [1, 2], except: [{ seeds: 1 }] }', 'did you mean "seed"?'],
    ['vary: { seed: [1, 2], except: [{ seed: 1 }, { seed: 2 }] }', 'nothing is left of 2 runs'],
    ['vary: { prune.strategy.gradual.every: [3] }', 'expected one strategy, got 2 names: magnitude, gradual'],
    ['vary: { prune: [{ strategy: magnitude, sparsity: 0.5, epoch: 3 }] }', 'unknown key "epoch" in prune'],
    ['vry: { seed: [1] }\nvary: { seed: [1] }', 'unknown key "vry"'],
  ])('%s: %s', async (text, message) => {
    expect(await complaint(`base: base.yaml\n${text}\n`)).toContain(message);
  });

  test('more runs than the limit are counted, not made', async () => {
    const many = `[${Array.from({ length: 1000 }, (_, i) => i)}]`;
    const text = `base: base.yaml\nvary: { seed: ${many}, prune.calibration: ${many.replace('0,', '1000,')}, train.epochs: ${many} }\n`;
    const told = await complaint(text);
    expect(told).toContain('1,000,000,000 runs (1000 × 1000 × 1000) are more than the limit of 1,000');
    expect(told).toContain('if all of them are meant, say limit: 1000000000');
    expect(await complaint('base: base.yaml\nlimit: 2\nvary: { seed: [1, 2, 3] }\n')).toContain('3 runs are more than the limit of 2');
  });

  test('in the base, in its file; and a base that is not there, or a sweep itself', async () => {
    const vary = 'vary: { seed: [1, 2] }\n';
    expect(await complaint(`base: base.yaml\n${vary}`, 'prune.sparsity=2')).toContain('--set prune.sparsity=2: expected a number');
    expect(await complaint(`base: bas.yaml\n${vary}`)).toContain(':1:7: the base experiment cannot be read: there is no such file');
    expect(await complaint(`base: sweep.yaml\n${vary}`)).toContain('this is a sweep ("vary")');
    expect(await complaint(`base: { name: a b }\n${vary}`)).toMatch(/data is missing[\s\S]*:1:15: expected letters/);
    expect(await complaint('name: x\ndata: digits\n')).toContain('this is not a sweep');
  });
});

test('a sweep is told from an experiment', () => {
  expect(isSweep('base: x\nvary: {}')).toBe(true);
  expect(isSweep(VALID_CONFIG)).toBe(false);
  expect(isSweep('- 1')).toBe(false);
});

test('ten thousand runs are planned quickly', async () => {
  const seeds = Array.from({ length: 1000 }, (_, i) => i);
  const text = `base: base.yaml\nlimit: 10000\nvary: { prune.strategy: [magnitude, gradual], prune.sparsity: [0.5, 0.6, 0.7, 0.8, 0.9], seed: [${seeds}] }\n`;
  const before = process.cpuUsage();
  const { runs } = await sweep(text);
  const seconds = process.cpuUsage(before).user / 1e6;
  expect(runs).toHaveLength(10_000);
  expect(new Set(runs.map(({ hash }) => hash)).size).toBe(10_000);
  // Measured: 1.0 s.
  expect(seconds).toBeLessThan(4);
});
