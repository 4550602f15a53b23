import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corePlugin, definePlugin, Part, Registry } from '@espalier/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from './diagnostic.ts';
import { loadExperiment, parseExperiment } from './parse-experiment.ts';
import { complaint, configFolder, VALID_CONFIG } from './testing/config-folder.ts';

let folder: string;
beforeAll(() => {
  folder = configFolder({ 'throws.ts': `throw new Error('boom');` });
});

/** The valid config with one text replaced. */
const edited = (from: string, to: string) => {
  expect(VALID_CONFIG).toContain(from);
  return VALID_CONFIG.replace(from, to);
};
const complaintAfter = (from: string, to: string, ...set: string[]) => complaint(folder, edited(from, to), { set });
const mistakes = (text: string) => (text === '' ? 0 : text.split('\n\n').length);

describe('a valid config', () => {
  test('is complete: every default is filled in, of parts inside parts as well', async () => {
    const { experiment } = await parseExperiment(VALID_CONFIG, { file: join(folder, 'x.yaml') });
    expect(JSON.parse(JSON.stringify(experiment))).toEqual({
      name: 'quick',
      seed: 1,
      plugins: ['./local.ts'],
      data: 'digits',
      model: { net: { hidden: [128, 64], task: 'small' } },
      train: { epochs: 5, batchSize: 128, optimizer: ADAM, validationSplit: 0 },
      prune: {
        strategy: { magnitude: { scorer: { magnitude: { norm: 'l1' } }, rounds: 4 } },
        sparsity: 0.9,
        threshold: 'global',
        granularity: 'element',
        control: 'none',
        mayEmpty: false,
        parameters: [],
        epochs: 4,
        batchSize: 128,
        optimizer: ADAM,
        calibration: 1000,
        tolerance: 0.005,
      },
      shrink: false,
      trainer: 'auto',
      backend: 'auto',
      expect: { accuracyDrop: { max: 0.005 } },
    });
    expect(experiment.prune.strategy.options['scorer']).toBeInstanceOf(Part);
  });

  test('pruning takes over what the dense training says, unless it has its own', async () => {
    const config = edited('epochs: 5, optimizer: adam', 'batchSize: 32, optimizer: sgd').replace('epochs: 4', 'batchSize: 64');
    const { experiment } = await parseExperiment(config, { file: join(folder, 'x.yaml') });
    expect([experiment.train.batchSize, experiment.prune.batchSize]).toEqual([32, 64]);
    expect(experiment.prune.optimizer.name).toBe('sgd');
  });

  test('knows its folder, its plugins, its text, and where each value stands', async () => {
    const file = join(folder, 'quick.yaml');
    writeFileSync(file, VALID_CONFIG);
    const loaded = await loadExperiment(file);
    expect(loaded).toMatchObject({ file, baseFolder: folder, source: VALID_CONFIG, warnings: [] });
    expect(loaded.plugins.map(({ spec }) => spec)).toContain('./local.ts');
    expect(loaded.registry.names('dataset')).toContain('digits');
    expect(loaded.at(['prune', 'sparsity'])).toEqual({ line: 8, column: 13, endColumn: 16 });
  });

  test('can be pointed at later, for what shows only with the model', async () => {
    const { error } = await parseExperiment(VALID_CONFIG, { file: 'x.yaml', set: [], registry: await localRegistry() });
    expect(error([{ path: ['prune', 'epochs'], message: 'the schedule never fires' }]).message).toBe(
      'x.yaml:9:11: the schedule never fires\n  9 |   epochs: 4\n    |           ^',
    );
  });

  test('with a registry of a program’s own, no plugin is loaded', async () => {
    const registry = new Registry([corePlugin, definePlugin({ name: 'none' })]);
    await expect(parseExperiment(VALID_CONFIG, { file: 'x.yaml', registry })).rejects.toThrow('unknown dataset "digits"');
  });
});

const ADAM = {
  adam: { learningRate: { constant: { rate: 0.001 } }, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
};

async function localRegistry(): Promise<Registry> {
  return (await parseExperiment(VALID_CONFIG, { file: join(folder, 'x.yaml') })).registry;
}

describe('names', () => {
  test('an unknown key, with the keys there are and the nearest', async () => {
    expect(await complaintAfter('sparsity: 0.9', 'sparsty: 0.9')).toBe(
      [
        'x.yaml:8:3: unknown key "sparsty" in prune',
        '  8 |   sparsty: 0.9',
        '    |   ^^^^^^^',
        '    = expected: strategy, control, sparsity, threshold, granularity, mayEmpty, parameters, epochs, batchSize, optimizer, calibration, tolerance',
        '    = did you mean "sparsity"?',
      ].join('\n'),
    );
  });

  test.each([
    ['at the top', 'prune:', 'prun:', 'x.yaml:6:1: unknown key "prun"', 'did you mean "prune"?'],
    [
      'in a rule',
      'epochs: 4',
      'parameters: [{ mtch: a }]',
      'x.yaml:9:18: unknown key "mtch" in prune.parameters.0',
      'did you mean "match"?',
    ],
    ['in a part', 'rounds: 4', 'round: 4', 'x.yaml:7:28: unknown key "round" in prune.strategy.magnitude', 'did you mean "rounds"?'],
    [
      'of what is expected',
      'accuracyDrop',
      'acuracyDrop',
      'x.yaml:10:11: unknown key "acuracyDrop" in expect',
      'did you mean "accuracyDrop"?',
    ],
    ['that belongs elsewhere', 'expect:', 'sparsity: 0.5\nexpect:', 'x.yaml:10:1: unknown key "sparsity"', '"sparsity" belongs in prune'],
    [
      'that is an option',
      'epochs: 4',
      'learningRate: 1',
      'x.yaml:9:3: unknown key "learningRate" in prune',
      'belongs in the optimizer sgd, ',
    ],
    [
      'inside a plugin’s options',
      'hidden: [128, 64]',
      'hidden: [1], drop: { rat: 1, rate: 1 }',
      'x.yaml:4:38: unknown key "rat" in model.net.drop',
      'did you mean "rate"?',
    ],
    [
      'of a part without options',
      'data: digits',
      'data: { digits: { split: 1 } }',
      'x.yaml:3:19: unknown key "split": dataset "digits" takes no options',
      '^^^^^',
    ],
  ])('an unknown key %s', async (_, from, to, where, nearest) => {
    const text = await complaintAfter(from, to);
    expect(text).toContain(where);
    expect(text).toContain(nearest);
    expect(mistakes(text)).toBe(1);
  });

  test('an unknown part, with the names there are and the nearest', async () => {
    expect(await complaintAfter('optimizer: adam', 'optimizer: adamm')).toBe(
      [
        'x.yaml:5:32: unknown optimizer "adamm"',
        '  5 | train: { epochs: 5, optimizer: adamm }',
        '    |                                ^^^^^',
        '    = expected: sgd, momentum, adam, rmsprop',
        '    = did you mean "adam"?',
      ].join('\n'),
    );
  });

  test.each([
    ['with options', 'magnitude: {', 'magnitud: {', 'x.yaml:7:15: unknown strategy "magnitud"', '^^^^^^^^\n', 'did you mean "magnitude"?'],
    ['inside a part', 'rounds: 4', 'scorer: magnitud', 'x.yaml:7:36: unknown scorer "magnitud"', '^^^^^^^^\n', 'did you mean "magnitude"?'],
    ['of another kind', 'magnitude: {', 'global: {', 'x.yaml:7:15: unknown strategy "global"', '^^^^^^\n', '"global" is a threshold'],
    ['of a plugin', 'data: digits', 'data: digit', 'x.yaml:3:7: unknown dataset "digit"', '^^^^^\n', 'did you mean "digits"?'],
    [
      'that is a backend',
      'expect:',
      'backend: wsam\nexpect:',
      'x.yaml:10:10: expected "auto", "tensorflow", "wasm" or "cpu", got "wsam"',
      '^^^^\n',
      'did you mean "wasm"?',
    ],
  ])('an unknown name %s', async (_, from, to, where, underline, nearest) => {
    const text = await complaintAfter(from, to);
    expect(text).toContain(where);
    expect(text).toContain(underline);
    expect(text).toContain(nearest);
    expect(mistakes(text)).toBe(1);
  });
});

describe('plugins', () => {
  test('one that is not there: its parts are said to be unchecked rather than unknown', async () => {
    expect(await complaintAfter('./local.ts', './locl.ts')).toBe(
      [
        `x.yaml:2:11: plugin "./locl.ts": there is no such file (looked for locl.ts)`,
        '  2 | plugins: [./locl.ts]',
        '    |           ^^^^^^^^^',
        '    = did you mean "local.ts"?',
        '    = not checked, as it may be what brings them: dataset "digits", model "net"',
      ].join('\n'),
    );
  });

  test('one that throws, beside mistakes elsewhere', async () => {
    const text = await complaintAfter('[./local.ts]', '\n  - ./local.ts\n  - ./throws.ts\nseed: -1');
    expect(text).toContain('x.yaml:4:5: plugin "./throws.ts": throws when it is loaded: boom (throws.ts:1)');
    expect(text).toContain('x.yaml:5:7: expected a whole number from 0 to 4294967295, got -1');
    expect(mistakes(text)).toBe(2);
  });

  test('one that registers a taken name, naming both', async () => {
    const other = configFolder({ 'adam.ts': `export default { name: 'mine', optimizers: { adam: { use: class {} } } };` });
    const text = await complaint(other, edited('./local.ts', './local.ts, ./adam.ts'));
    expect(text).toContain('x.yaml:2:23: plugin "./adam.ts": mine: registers the optimizer "adam", which @espalier/core has registered');
  });

  test('a list that is none', async () => {
    expect(await complaintAfter('[./local.ts]', './local.ts')).toContain(
      'x.yaml:2:10: expected a list, each text that is not empty, got "./local.ts"',
    );
  });
});

describe('values', () => {
  test.each([
    ['text for a number', 'sparsity: 0.9', 'sparsity: high', 'x.yaml:8:13: expected a number of 0 or more and under 1, got "high"', '^^^^'],
    ['a sparsity of 1', 'sparsity: 0.9', 'sparsity: 1', 'x.yaml:8:13: expected a number of 0 or more and under 1, got 1', '^'],
    ['a negative sparsity', 'sparsity: 0.9', 'sparsity: -0.1', 'got -0.1', '^^^^'],
    ['per cent', 'sparsity: 0.9', 'sparsity: 90', 'got 90', '90 % is written 0.9'],
    ['not a number', 'sparsity: 0.9', 'sparsity: .nan', 'got NaN', '^^^^'],
    [
      'a sparsity of a rule',
      'epochs: 4',
      'parameters: [{ match: a, sparsity: 2 }]',
      'x.yaml:9:38: expected a number of 0 or more and under 1, got 2',
      '^',
    ],
    ['half a unit', '[128, 64]', '[128, 6.5]', 'x.yaml:4:31: expected a whole number of 1 or more, got 6.5', '^^^'],
    ['no list', '[128, 64]', '128', 'x.yaml:4:25: expected a list, each a whole number of 1 or more, with at least 1, got 128', '^^^'],
    ['an empty list', '[128, 64]', '[]', 'with at least 1, got an empty list', '^^'],
    [
      'a list for a mapping',
      'train: { epochs: 5, optimizer: adam }',
      'train: [5, adam]',
      'x.yaml:5:8: expected a mapping with keys such as epochs, batchSize, optimizer, got a list of 2',
      '^^^^^^^^^',
    ],
    [
      'another of a few',
      'hidden: [128, 64]',
      'hidden: [1], task: smal',
      'x.yaml:4:36: expected "small" or "large", got "smal"',
      'did you mean "small"?',
    ],
    [
      'a name that is no folder',
      'name: quick',
      'name: ../quick',
      'x.yaml:1:7: expected letters, digits, ".", "-" and "_", as it names a folder, got "../quick"',
      '^^^^^^^^',
    ],
    [
      'a number for a part',
      'optimizer: adam',
      'optimizer: 3',
      'x.yaml:5:32: expected an optimizer as "name" or "name: {options}", got 3',
      '^',
    ],
    [
      'a list for a part',
      'data: digits',
      'data: [digits]',
      'x.yaml:3:7: expected a dataset as "name" or "name: {options}", got a list of 1',
      '^^^^^^^^',
    ],
    [
      'two parts in one',
      'optimizer: adam',
      'optimizer: { adam: {}, sgd: {} }',
      'x.yaml:5:32: expected one optimizer, got 2 names: adam, sgd',
      'Indent them',
    ],
    ['options that are none', 'optimizer: adam', 'optimizer: { adam: 3 }', 'expected the options of adam as a mapping, got 3', '^'],
    [
      'a rate that is too low',
      'optimizer: adam',
      'optimizer: { adam: { learningRate: -1 } }',
      'x.yaml:5:56: expected a number above 0, got -1',
      '^^',
    ],
    [
      'a rate that is no schedule',
      'optimizer: adam',
      'optimizer: { adam: { learningRate: cosin } }',
      'unknown learning rate "cosin"',
      'did you mean "cosine"?',
    ],
    [
      'an option of a part of a part',
      'optimizer: adam',
      'optimizer: { adam: { learningRate: { cosine: { from: no } } } }',
      'x.yaml:5:74: expected a number above 0, got "no"',
      '^^',
    ],
    ['a missing part', 'data: digits\n', '', 'x.yaml:1:1: data is missing: expected a dataset as "name" or "name: {options}"', '^^^^'],
    [
      'a missing section',
      VALID_CONFIG.slice(VALID_CONFIG.indexOf('prune:'), VALID_CONFIG.indexOf('expect:')),
      '',
      'x.yaml:1:1: prune is missing: expected a mapping with',
      '^^^^',
    ],
    ['a missing option', '{ hidden: [128, 64] }', '', 'x.yaml:4:10: hidden is missing: expected a list', '^^^'],
    [
      'a part without what it needs',
      '  sparsity: 0.9',
      '  threshold: fixed',
      'x.yaml:8:14: value is missing: expected a number above 0',
      '^^^^^',
    ],
    ['a value that was left empty', 'name: quick', 'name:', 'x.yaml:1:1: expected text, got nothing', '^^^^'],
  ])('%s', async (_, from, to, message, shown) => {
    const text = await complaintAfter(from, to);
    expect(text).toContain(message);
    expect(text).toContain(shown);
    expect(mistakes(text)).toBe(1);
  });
});

describe('values that do not go together', () => {
  test.each([
    [
      'no sparsity where the threshold needs one',
      '  sparsity: 0.9\n',
      '',
      'x.yaml:6:1: sparsity is missing: the threshold "global" needs to know how much shall go',
    ],
    [
      'a sparsity where the threshold decides',
      'epochs: 4',
      'threshold: { fixed: { value: 0.05 } }',
      'x.yaml:8:13: the threshold "fixed" decides itself how much goes, so this sparsity would be ignored',
    ],
    ['a rule that speaks of nothing', 'epochs: 4', 'parameters:\n    - exclude: true', 'x.yaml:10:7: this rule speaks of nothing'],
    ['a rule that changes nothing', 'epochs: 4', 'parameters: [{ match: a }]', 'x.yaml:9:16: this rule changes nothing'],
    [
      'a sparsity for what is excluded',
      'epochs: 4',
      'parameters: [{ match: a, exclude: true, sparsity: 0.5 }]',
      'x.yaml:9:53: what is excluded is not pruned',
    ],
    [
      'a mistake inside of an alternative',
      'expect: {',
      'shrink: { emptied: bypas }\nexpect: {',
      'x.yaml:10:20: expected "refuse", "keepOne" or "bypass", got "bypas"',
    ],
    ['a range upside down', 'max: 0.005', 'min: 2, max: 1', 'no accuracyDrop is at least 2 and at most 1: min is above max'],
    ['a range that says nothing', '{ max: 0.005 }', '{}', 'x.yaml:10:25: accuracyDrop says nothing'],
    ['an accuracy in per cent', 'accuracyDrop: { max: 0.005 }', 'accuracy: { min: 97 }', 'x.yaml:10:28: no accuracy is ever above 1'],
    [
      'of a shrunk model that there is none of',
      'accuracyDrop: { max: 0.005 }',
      'shrunkMacs: { max: 97 }',
      'x.yaml:10:23: there is no shrunkMacs: the config does not shrink',
    ],
    [
      'of a graph that there is none of',
      'accuracyDrop: { max: 0.005 } }',
      'savedModelSpeedup: { min: 2 } }\nshrink: { epochs: 1 }',
      'x.yaml:10:30: there is no savedModelSpeedup: shrink.savedModel is not set',
    ],
    [
      'a sparsity that cannot be reached',
      'accuracyDrop: { max: 0.005 }',
      'sparsity: { min: 0.95 }',
      'x.yaml:10:28: a sparsity of 0.95 cannot be reached: prune.sparsity asks for 0.9',
    ],
    [
      'a sparsity that cannot be kept',
      'accuracyDrop: { max: 0.005 }',
      'sparsity: { max: 0.5 }',
      'x.yaml:10:28: a sparsity of at most 0.5 cannot be kept',
    ],
    [
      'an early stop that sees nothing',
      'epochs: 5',
      'earlyStop: {}',
      'x.yaml:5:10: nothing can be stopped early: no samples are set aside',
    ],
    [
      'an early stop of nothing',
      'epochs: 5',
      'epochs: 0, validationSplit: 0.1, earlyStop: {}',
      'nothing can be stopped early: train.epochs is 0',
    ],
    [
      'training for no epochs at all',
      'epochs: 5',
      'epochs: 0',
      'x.yaml:5:18: nothing would ever be trained: the model "net" does not come trained',
      'prune.epochs=0',
    ],
  ])('%s', async (_, from, to, message, ...set) => {
    const text = await complaintAfter(from, to, ...set);
    expect(text).toContain(message);
    expect(
      text.split('\n').filter((line) => (line.includes('x.yaml:') && !line.includes('warning:')) || line.startsWith('--set')).length,
    ).toBe(1);
  });

  test('a dense model that is never trained is only warned of', async () => {
    const { warnings } = await parseExperiment(edited('epochs: 5', 'epochs: 0'), { file: join(folder, 'x.yaml') });
    expect(warnings).toEqual([expect.objectContaining({ severity: 'warning', line: 5, column: 18 })]);
  });

  test('a rule of its own may ask for more than the rest, and what is expected may follow it', async () => {
    const config = edited('epochs: 4', 'parameters: [{ match: a, sparsity: 0.99 }]').replace(
      'accuracyDrop: { max: 0.005 }',
      'sparsity: { min: 0.92 }',
    );
    expect(await complaint(folder, config)).toBe('');
  });
});

describe('--set', () => {
  test('changes the config before it is checked', async () => {
    const { experiment } = await parseExperiment(VALID_CONFIG, {
      file: join(folder, 'x.yaml'),
      set: [
        'train.optimizer.adam.learningRate=0.01',
        'prune.sparsity=0.5',
        'seed=7',
        'prune.parameters.0.match=a',
        'prune.parameters.0.exclude=true',
      ],
    });
    expect(experiment.train.optimizer.options['learningRate']).toEqual(new Part('learningRate', 'constant', { rate: 0.01 }));
    expect(experiment).toMatchObject({ seed: 7, prune: { sparsity: 0.5, parameters: [{ match: 'a', exclude: true }] } });
  });

  test.each([
    ['a value', 'prune.sparsity=2', '--set prune.sparsity=2: expected a number of 0 or more and under 1, got 2', 16, 1],
    ['a key', 'prune.sparsty=0.5', '--set prune.sparsty=0.5: unknown key "sparsty" in prune', 1, 13],
    ['a key on the way', 'prun.sparsity=0.5', '--set prun.sparsity=0.5: unknown key "prun"', 1, 13],
    ['a part', 'train.optimizer=adamm', '--set train.optimizer=adamm: unknown optimizer "adamm"', 17, 5],
    [
      'an option of another part',
      'train.optimizer.sgd.learningRate=1',
      '--set train.optimizer.sgd.learningRate=1: train.optimizer is "adam", which has no "sgd"',
      1,
      34,
    ],
    ['inside a value', 'model.net={ hidden: [0] }', '--set model.net={ hidden: [0] }: expected a whole number of 1 or more, got 0', 11, 15],
    ['a plugin', 'plugins.1=./throws.ts', '--set plugins.1=./throws.ts: plugin "./throws.ts": throws when it is loaded: boom', 11, 11],
  ])('a mistake in %s points to the argument', async (_, argument, message, column, length) => {
    const text = await complaint(folder, VALID_CONFIG, { set: [argument] });
    const [head, shown, underline = ''] = text.split('\n');
    expect(head).toContain(message);
    expect(shown).toBe(`  --set | ${argument}`);
    expect(underline).toBe(`        | ${' '.repeat(column - 1)}${'^'.repeat(length)}`);
    expect(mistakes(text)).toBe(1);
  });
});

describe('the whole', () => {
  test('all mistakes at once, in the order of the file, then those of arguments', async () => {
    const config = `nam: quick
plugins: [./local.ts, ./throws.ts]
seed: -1
seed: 2.5
data: digits
model: { net: { hiden: [0] } }
prune:
  strategy: { magnitude: { rounds: 0, norm: l1 } }
  sparsity: 1.5
expect: { accuracy: { min: 2 } }
`;
    const text = await complaint(folder, config, { set: ['train.epochs=x'] });
    expect(text.match(/^(x\.yaml:\d+:\d+|--set)/gm)).toEqual([
      'x.yaml:1:1',
      'x.yaml:2:23',
      'x.yaml:4:1',
      'x.yaml:4:7',
      'x.yaml:6:17',
      'x.yaml:8:36',
      'x.yaml:8:39',
      'x.yaml:9:13',
      'x.yaml:10:28',
      '--set',
    ]);
  });

  test.each([
    ['text', 'just text', 'x.yaml:1:1: expected an experiment as "key: value" lines'],
    ['a list', '- a\n- b\n', 'x.yaml:1:1: expected an experiment as "key: value" lines'],
    ['a page', '<html>\n<body a="b: c">\n', 'x.yaml:1:1: this is not YAML'],
    ['nothing', '', 'x.yaml:1:1: the file is empty'],
    [
      'a sweep',
      'base: a.yaml\nvary: { seed: [1, 2] }\n',
      'x.yaml:2:1: this is a sweep ("vary"), not an experiment; run it with: espalier sweep FILE',
    ],
  ])('%s is no experiment', async (_, text, message) => {
    expect(await complaint(folder, text)).toContain(message);
  });

  test('a file that is not there, a folder', async () => {
    await expect(loadExperiment(join(folder, 'nope.yaml'))).rejects.toThrow('nope.yaml: there is no such file');
    await expect(loadExperiment(folder)).rejects.toThrow('this is a folder; expected a YAML file');
  });

  test('a binary file', async () => {
    const file = join(folder, 'weights.bin');
    writeFileSync(file, new Uint8Array([0x6e, 0x61, 0xff, 0xfe, 0]));
    await expect(loadExperiment(file)).rejects.toThrow(/weights\.bin:1:3: this is not YAML: it has bytes that no text has/);
    await expect(loadExperiment(file)).rejects.toBeInstanceOf(ConfigError);
  });
});
