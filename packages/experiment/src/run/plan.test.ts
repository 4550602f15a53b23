import { useBackend } from '@espalier/backend-node';
import { saveModel } from '@espalier/models';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError } from '../config/index.ts';
import { planExperiment } from './run-experiment.ts';
import { POINTS, points, temporaryFolder, trial } from './testing/experiments.ts';

beforeAll(() => useBackend({ choice: 'cpu' }));

const planOf = async (...set: string[]) => planExperiment(await points({ set: ['backend=cpu', ...set] }));
const problemsOf = async (...set: string[]) => (await planOf(...set)).problems.map(({ path, message }) => `${path.join('.')}: ${message}`);

test('each parameter, taken or left, and why', async () => {
  const { parameters } = await planOf(
    'prune.threshold=layer',
    'prune.parameters=[{match: output/kernel, sparsity: 0.25}, {match: dense_1, exclude: true}]',
  );
  expect(
    parameters.map(({ name, layer, shape, size, taken, sparsity, why }) => [name, layer, shape.join('×'), size, taken, sparsity, why]),
  ).toEqual([
    ['dense/kernel', 'Dense', '2×16', 32, true, 0.5, 'layer threshold'],
    ['dense/bias', 'Dense', '16', 16, false, null, expect.stringContaining('a bias is one number per unit')],
    ['dense_1/kernel', 'Dense', '16×8', 128, false, null, 'excluded by parameters[1] ("dense_1")'],
    ['dense_1/bias', 'Dense', '8', 8, false, null, expect.stringContaining('bias')],
    ['output/kernel', 'Dense', '8×2', 16, true, 0.25, 'a target of its own'],
    ['output/bias', 'Dense', '2', 2, false, null, expect.stringContaining('bias')],
  ]);
});

test('what to expect: to the element where the layer threshold decides', async () => {
  const { dense, expected } = await planOf('prune.threshold=layer', 'prune.sparsity=0.9');
  expect(dense).toEqual({ parameters: 202, macs: 176, bytes: 808 });
  // 29 of 32, 115 of 128, 14 of 16.
  expect(expected).toMatchObject({ sparsity: 158 / 176, nonzero: 44, macs: 18, isExact: true });
});

test('about that where the global one does, as it depends on scores', async () => {
  const { parameters, expected } = await planOf('prune.threshold=global', 'prune.sparsity=0.75');
  expect(expected).toMatchObject({ sparsity: 0.75, nonzero: 202 - 132, macs: 44, isExact: false });
  expect(parameters[0]).toMatchObject({ taken: true, sparsity: null, why: 'global threshold, by its scores' });
});

test.each(['{fixed: {value: 0.1}}', '{std: {quality: 0.5}}'])('nothing where a threshold alone decides: %s', async (threshold) => {
  const config = POINTS.replace('  sparsity: 0.5\n', '');
  const plan = await planExperiment(await points({ config, set: ['backend=cpu', `prune.threshold=${threshold}`] }));
  expect(plan.expected).toBeNull();
  expect(plan.cuts).toEqual([{ step: 0, epoch: 0, sparsity: null, scorer: 'magnitude' }]);
  expect(plan.problems).toEqual([]);
});

test('the steps: 240 samples in batches of 16, and where the cuts really are', async () => {
  const { training, cuts, rewinds } = await planOf('prune.strategy={magnitude: {rounds: 2}}', 'prune.sparsity=0.75');
  expect(training).toEqual({ samples: 240, stepsPerEpoch: 15, denseSteps: 120, pruneSteps: 60, shrinkSteps: 0 });
  expect(cuts).toEqual([
    { step: 0, epoch: 0, sparsity: 0.5, scorer: 'magnitude' },
    { step: 30, epoch: 2, sparsity: 0.75, scorer: 'magnitude' },
  ]);
  expect(rewinds).toEqual([]);
});

test('the steps of a gradual schedule, and of a ticket that is rewound', async () => {
  const gradual = await planOf(...trial('{steadily: {every: 15, end: 0.5}}'));
  expect(gradual.cuts.map(({ step, sparsity }) => [step, sparsity])).toEqual([
    [15, 0.25],
    [30, 0.5],
    [45, 0.5],
    [60, 0.5],
  ]);
  expect(gradual.problems).toEqual([]);
  const ticket = await planOf(...trial('{ticket: {to: step-7}}'));
  expect(ticket.rewinds).toEqual([
    { step: 20, to: 'step-7' },
    { step: 40, to: 'step-7' },
  ]);
  expect(ticket.problems).toEqual([]);
});

describe('what can never be is refused', () => {
  test('a layer that shrinking is to keep and that is not there', async () => {
    expect(await problemsOf('shrink={keep: [dense, "dens"]}')).toEqual([
      expect.stringContaining('shrink.keep: keep: no layer is named "dens"'),
    ]);
    expect(await problemsOf('shrink={keep: [dense, "out*"]}')).toEqual([]);
  });

  test('control "random" where the scores decide how much goes', async () => {
    const config = POINTS.replace('  sparsity: 0.5\n', '');
    const problems = async (control: string, threshold: string) =>
      (await planExperiment(await points({ config, set: ['backend=cpu', `prune.control=${control}`, `prune.threshold=${threshold}`] })))
        .problems;
    for (const threshold of ['{fixed: {value: 0.1}}', '{std: {quality: 0.5}}'])
      expect(await problems('random', threshold)).toEqual([
        { path: ['prune', 'control'], message: expect.stringContaining('it would prune another share') },
      ]);
    expect(await problems('shuffled', '{fixed: {value: 0.1}}')).toEqual([]);
    // A budget is the same for all scores.
    expect(await problems('random', '{budget: {parameters: 0.5}}')).toEqual([]);
    expect(await problemsOf('prune.control=random')).toEqual([]);
  });

  test('a schedule that never fires', async () => {
    expect(await problemsOf(...trial('{steadily: {every: 61}}'))).toEqual([
      'prune.strategy: strategy "steadily" never cuts in 60 steps: nothing would be pruned. Train longer, or cut more often',
    ]);
  });

  test('one that ends after the training', async () => {
    expect(await problemsOf(...trial('{steadily: {end: 2}}'))).toEqual([
      'prune.strategy: the deepest cut of strategy "steadily", at step 60 of 60, asks for a sparsity of 25 % and not 50 %: its schedule ends after the training, or stops short. Train longer, or let it end earlier',
    ]);
  });

  test.each(['{budget: {parameters: 0.1}}', '{fixed: {value: 0.2}}'])(
    'one that ends too late, also where %s decides',
    async (threshold) => {
      const config = POINTS.replace('  sparsity: 0.5\n', '');
      const planned = async (end: string) => {
        const strategy = `prune.strategy={gradual: {scheduler: {linear: {end: ${end}}}, every: 1}}`;
        const { problems } = await planExperiment(await points({ config, set: ['backend=cpu', `prune.threshold=${threshold}`, strategy] }));
        return problems.map(({ message }) => message);
      };
      expect(await planned('{epochs: 100}')).toEqual([
        expect.stringMatching(
          /^the deepest cut of strategy "gradual", at step 60 of 60, goes 4 % of the way to what the threshold "\w+" decides: its schedule ends after the training/,
        ),
      ]);
      expect(await planned('{epochs: 3}')).toEqual([]);
    },
  );

  test('one in rounds that ends after the last of them: steps and epochs are rounds there', async () => {
    const rounds = (end: string) =>
      problemsOf(`prune.strategy={iterative: {rounds: 4, scheduler: {linear: {end: ${end}}}}}`, 'prune.epochs=40');
    expect(await rounds('{epochs: 20}')).toEqual([
      'prune.strategy: the deepest cut of strategy "iterative", at step 450 of 600, asks for a sparsity of 10 % and not 50 %: its schedule, which counts rounds here and not the steps and epochs of the training, ends after round 4, the last, or stops short. Take more rounds, or let it end earlier',
    ]);
    expect(await rounds('{epochs: 4}')).toEqual([]);
  });

  test('one that ends before it begins, in steps: units that differ can hide it', async () => {
    const mixed = (begin: string) =>
      planOf(`prune.strategy={gradual: {every: 1, scheduler: {linear: {begin: ${begin}, end: 0.5}}}}`, 'prune.epochs=2');
    await expect(mixed('{epochs: 1.5}')).rejects.toThrow('the schedule ends at step 15 of 30, before it begins, at step 22.5');
    expect((await mixed('{epochs: 0.5}')).problems).toEqual([]);
  });

  test('one that ends within the training, and not within what is left of it for the schedule', async () => {
    const gradual = (end: string) => problemsOf(`prune.strategy={gradual: {every: 1, finetune: 0.5, scheduler: {linear: {end: ${end}}}}}`);
    expect(await gradual('{epochs: 3}')).toEqual([
      expect.stringContaining('its schedule ends after its part of the training, of which finetune keeps 50 %, or stops short'),
    ]);
    expect(await gradual('{epochs: 2}')).toEqual([]);
  });

  test('one whose last cut lies before its end, as it cuts too seldom', async () => {
    expect(await problemsOf(...trial('{steadily: {end: 1, every: 50}}'))).toEqual([
      expect.stringContaining('at step 50 of 60, asks for a sparsity of 41.67 % and not 50 %'),
    ]);
  });

  test('a shallower cut after the deepest one is no harm', async () => {
    expect(await problemsOf(...trial('shy'))).toEqual([]);
  });

  test('nothing to prune', async () => {
    expect(await problemsOf('prune.parameters=[{match: "**", exclude: true}]')).toEqual([
      'prune.parameters: every parameter is excluded: there is nothing to prune',
    ]);
    const { expected } = await planOf('prune.parameters=[{match: "**", exclude: true}]');
    expect(expected).toMatchObject({ sparsity: 0, nonzero: 202 });
  });

  test('a granularity that can cut nothing says why', async () => {
    const why = 'it has no spatial axes: kernels are slices of convolutions';
    await expect(planOf('prune.granularity=kernel')).rejects.toThrow(
      `granularity "kernel" of @espalier/core: can cut none of the parameters that there are to prune: dense/kernel and 2 more: ${why}. Choose another granularity: "element" cuts any`,
    );
    await expect(planOf('prune.granularity=kernel', 'prune.parameters=[{match: "dense*", exclude: true}]')).rejects.toThrow(
      `to prune: output/kernel: ${why}`,
    );
  });

  test('a threshold that decides nothing, as every parameter has a target of its own', async () => {
    const config = POINTS.replace('  sparsity: 0.5\n', '');
    const set = ['backend=cpu', 'prune.threshold={fixed: {value: 0.1}}', 'prune.parameters=[{match: "**", sparsity: 0.5}]'];
    const { problems } = await planExperiment(await points({ config, set }));
    expect(problems).toEqual([
      { path: ['prune', 'threshold'], message: 'every parameter has a target of its own: the threshold decides nothing' },
    ]);
  });

  describe('what shapes put out of reach', () => {
    const free = POINTS.replace('  sparsity: 0.5\n', '');
    const unitsBy = (threshold: string) => ['prune.strategy=neuron', 'prune.granularity=unit', `prune.threshold=${threshold}`];

    test('N of M of inputs that M does not divide', async () => {
      // Of the two inputs of the first layer both stay: 64 and 8 of 176 can go.
      expect(await problemsOf('prune.granularity=nm')).toEqual([
        'prune.sparsity: a sparsity of 50 % is out of reach, it comes to 40.91 % at most: dense/kernel up to 0 %',
      ]);
      expect(await problemsOf('prune.granularity=nm', 'prune.sparsity=0.4')).toEqual([]);
    });

    test('a target of its own beyond N of M', async () => {
      const rule = (sparsity: number) => `prune.parameters=[{match: dense, exclude: true}, {match: output, sparsity: ${sparsity}}]`;
      expect(await problemsOf('prune.granularity=nm', rule(0.9))).toEqual([
        'prune.parameters: targets out of reach: granularity "nm" takes output/kernel up to 50 %',
      ]);
      expect(await problemsOf('prune.granularity=nm', rule(0.5))).toEqual([]);
    });

    test('the last unit of each layer, unless the config lets it go', async () => {
      // 15 units of 2 weights and 7 of 16, of 160.
      expect(await problemsOf(...unitsBy('layer'), 'prune.sparsity=0.995')).toEqual([
        'prune.sparsity: a sparsity of 99.5 % is out of reach, it comes to 88.75 % at most: dense/kernel up to 93.75 %, dense_1/kernel up to 87.5 %, as no layer is emptied without "mayEmpty: true"',
      ]);
      expect(await problemsOf(...unitsBy('layer'), 'prune.sparsity=0.995', 'prune.mayEmpty=true')).toEqual([]);
      // Met but for a group.
      expect(await problemsOf(...unitsBy('layer'), 'prune.sparsity=0.98')).toEqual([]);
      expect(await problemsOf(...unitsBy('global'), 'prune.sparsity=0.9')).toEqual([]);
    });

    test('anything at all, where each parameter is one block', async () => {
      const blocks = 'prune.granularity={block: {rows: 100, columns: 100}}';
      expect(await problemsOf(blocks)).toEqual([expect.stringContaining('a sparsity of 50 % is out of reach, it comes to 0 % at most')]);
      expect(await problemsOf(blocks, 'prune.mayEmpty=true')).toEqual([]);
      // 3 % of 16 units and of 8 are none.
      expect(await problemsOf(...unitsBy('layer'), 'prune.sparsity=0.03')).toEqual([
        'prune.sparsity: a sparsity of 3 % is out of reach, it comes to 0 % at most: a group of granularity "unit" is more than that',
      ]);
    });

    test('a budget', async () => {
      const planned = async (budget: string, ...more: string[]) => {
        const set = ['backend=cpu', `prune.threshold={budget: ${budget}}`, ...more];
        return (await planExperiment(await points({ config: free, set }))).problems.map(({ message }) => message);
      };
      expect(await planned('{parameters: 0.5}', 'prune.granularity=nm')).toEqual([
        expect.stringMatching(
          /^budget: 104 weights are left .*, where 88 \(50 % of 176\) were allowed\. No cut can go further: dense\/kernel up to 0 %/,
        ),
      ]);
      expect(await planned('{parameters: 104}', 'prune.granularity=nm')).toEqual([]);
      expect(await planned('{bytes: 8}')).toEqual([
        expect.stringMatching(/^budget: 12 bytes .*, where 8 were allowed\. .*, as no layer is emptied without "mayEmpty: true"$/),
      ]);
      expect(await planned('{bytes: 8}', 'prune.mayEmpty=true')).toEqual([]);
    });
  });

  test('targets that differ of parameters that are cut together', async () => {
    const net = `import * as tf from '@tensorflow/tfjs';
      export default () => tf.sequential({ layers: [
        tf.layers.reshape({ targetShape: [2, 1], inputShape: [2] }),
        tf.layers.lstm({ units: 4, name: 'cells' }),
        tf.layers.dense({ units: 2, activation: 'softmax', name: 'output' }),
      ] });`;
    const set = ['backend=cpu', 'model={module: {path: ./net.ts}}', 'prune.strategy=neuron', 'prune.granularity=unit'];
    const problems = async (rules: string) =>
      (await planExperiment(await points({ files: { 'net.ts': net }, set: [...set, `prune.parameters=${rules}`] }))).problems;
    expect(await problems('[{match: cells/recurrent_kernel, sparsity: 0.25}]')).toEqual([
      {
        path: ['prune', 'parameters'],
        message:
          'granularity "unit" cuts cells/kernel (that of the run) and cells/recurrent_kernel (25 %) together, so that they cannot have different targets. Match the layer: "match: cells"',
      },
    ]);
    expect(await problems('[{match: cells, sparsity: 0.25}]')).toEqual([]);
    expect(await problems('[{match: cells/kernel, exclude: true}, {match: cells/recurrent_kernel, sparsity: 0.25}]')).toEqual([]);
  });

  test.each([
    ['step-121', 'there is no step-121 to rewind to: the dense training has 120 steps'],
    ['step-0', 'there is no step-0 to rewind to'],
    ['step-x', 'there is no step-x to rewind to'],
    ['start', 'there is no "start" to rewind to, only initial, dense and step-NUMBER'],
  ])('a rewind to %s', async (to, message) => {
    expect((await problemsOf(...trial(`{ticket: {to: ${to}}}`))).join()).toContain(`prune.strategy: ${message}`);
  });

  test('a strategy that fails in its rehearsal is pointed at, and leaves no tensors', async () => {
    const loaded = await points({ set: ['backend=cpu', ...trial('inRehearsal')] });
    const before = tf.memory().numTensors;
    const error = await planExperiment(loaded).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toContain('strategy "inRehearsal" of trials failed: not even in a rehearsal');
    expect((error as ConfigError).diagnostics[0]).toMatchObject({ path: ['prune', 'strategy'], argument: 'prune.strategy=inRehearsal' });
    expect((error as Error).cause).toBeInstanceOf(TypeError);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a sparsity out of reach of any cut is pointed at, too', async () => {
    await expect(planOf(...trial('{steadily: {end: -1}}'))).rejects.toThrow(/the sparsity asked for is -/);
  });
});

describe('a control', () => {
  const course = async (control: string) => {
    const { control: named, cuts, rewinds, training } = await planOf(`prune.control=${control}`);
    return [named, cuts.map(({ scorer }) => scorer), rewinds.map(({ to }) => to), training.pruneSteps];
  };

  test('is planned as what it is: 60 steps of pruning, 120 dense', async () => {
    expect(await course('random')).toEqual(['random', ['random'], [], 60]);
    expect(await course('shuffled')).toEqual(['shuffled', ['magnitude'], ['initial'], 120]);
    expect(await course('reinitialised')).toEqual(['reinitialised', ['magnitude'], ['redrawn'], 120]);
    expect(await course('scratch')).toEqual(['scratch', ['magnitude'], ['initial'], 240]);
    expect((await planOf()).control).toBeNull();
  });

  test('that trains anew is refused for a model that comes trained, as is a strategy that does; one by random scores is not', async () => {
    const folder = temporaryFolder();
    await saveModel(
      tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], activation: 'softmax', name: 'output' })] }),
      folder,
    );
    const model = [`model={file: {path: ${folder}/model.json}}`, 'train.epochs=0'];
    const [problem] = await problemsOf(...model, 'prune.control=reinitialised');
    expect(problem).toBe(
      'prune.control: control "reinitialised" trains from first weights, and model "file" comes trained. Control "random" works here',
    );
    expect(await problemsOf(...model, 'prune.control=random')).toEqual([]);
    const lottery = ['prune.strategy={lottery: {rounds: 2}}', 'prune.epochs=2'];
    expect(await problemsOf(...model, ...lottery)).toEqual([
      'prune.strategy: strategy "lottery" goes back to first weights, and model "file" comes trained: nobody knows them. Take a strategy that goes on from trained weights, or run it as an experiment on a model that does not come trained',
    ]);
    expect(await problemsOf(...model, ...lottery, 'prune.control=random')).toHaveLength(1);
    expect(await problemsOf(`model={file: {path: ${folder}/model.json, weights: false}}`, ...lottery)).toEqual([]);
  });
});
