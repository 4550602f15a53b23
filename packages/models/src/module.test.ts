import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelTask } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { MNIST_TASK, modelSource } from './testing/part.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function moduleWith(source: string, options?: Record<string, unknown>, name = 'net.ts') {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), source);
  return { path: join(folder, name), folder, source: modelSource('module', { path: name, ...(options && { options }) }, folder) };
}

const NET = `
import * as tf from '@tensorflow/tfjs';
import type { ModelTask } from '@espalier/core';
export default (task: ModelTask, options: { units: number }): tf.LayersModel =>
  tf.sequential({ layers: [
    tf.layers.dense({ units: options.units, inputShape: [784], activation: 'relu' }),
    tf.layers.dense({ units: task.outputs, activation: 'softmax', name: 'output' }),
  ] });`;

test('a TypeScript module builds a model, with the tfjs that runs here', async () => {
  const model = await moduleWith(NET, { units: 5 }).source.build(MNIST_TASK);
  expect(model).toBeInstanceOf(tf.LayersModel);
  expect(model.countParams()).toBe(785 * 5 + 60);
  model.dispose();
});

test('the fingerprint is that of the files', async () => {
  const { source, path, folder } = moduleWith(NET);
  const withHelper = modelSource('module', { path: 'net.ts', reads: ['helper.ts'] }, folder);
  writeFileSync(join(folder, 'helper.ts'), 'export const units = 1;');
  const [before, helperBefore] = [await source.fingerprint?.(), await withHelper.fingerprint?.()];
  writeFileSync(join(folder, 'helper.ts'), 'export const units = 2;');
  expect(await source.fingerprint?.()).toBe(before);
  expect(await withHelper.fingerprint?.()).not.toBe(helperBefore);
  writeFileSync(path, `${NET}\n`);
  expect(await source.fingerprint?.()).not.toBe(before);
});

describe('what is not a model for the task', () => {
  const dense = (args: string) =>
    `import * as tf from '@tensorflow/tfjs';\nexport default () => tf.sequential({ layers: [tf.layers.dense(${args})] });`;
  test.each<[string, string, string, Partial<ModelTask>?]>([
    ['no function', 'export default 7;', 'its default export is a number, not a function that makes a model. Write: export default'],
    [
      'no model',
      'export default () => ({ fit() {} });',
      'its function returned an object of Object, not a LayersModel. Return what tf.sequential or tf.model makes',
    ],
    ['nothing', 'export default () => {};', 'its function returned undefined, not a LayersModel'],
    ['a throw', 'export default () => { throw new Error("no units"); };', 'its function failed: no units'],
    ['a throw on load', 'throw new Error("boom");', 'cannot be loaded: boom'],
    ['a syntax error', 'export default (', 'cannot be loaded: '],
    ['no layers', "import * as tf from '@tensorflow/tfjs';\nexport default () => tf.sequential();", 'the model has no layers'],
    [
      'another input',
      dense('{ units: 10, inputShape: [100], activation: "softmax" }'),
      'takes [100], but the data has [28, 28, 1]. Choose data or a model of the other shape',
    ],
    [
      'another number of classes',
      dense('{ units: 5, inputShape: [784], activation: "softmax" }'),
      'gives [5], but the data has 10 classes. End the model in a layer of 10 units',
    ],
    [
      'no probabilities',
      dense('{ units: 10, inputShape: [784] }'),
      'ends in Dense without an activation, but classification needs probabilities. Give its last layer the activation softmax',
    ],
    [
      'too few inputs',
      dense('{ units: 10, inputShape: [784] }'),
      'the model takes 1 inputs, but the data has 2',
      { inputShapes: [[1], [2]] },
    ],
  ])('%s', async (_, code, message, task = {}) => {
    const before = tf.memory().numTensors;
    const { source, path } = moduleWith(code);
    const found = await messageOf(async () => source.build({ ...MNIST_TASK, ...task }));
    expect(found).toContain(path);
    expect(found).toContain(message);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a missing file', async () => {
    const source = modelSource('module', { path: 'nowhere.ts' }, temporaryFolder());
    expect(await messageOf(async () => source.build(MNIST_TASK))).toMatch(/nowhere\.ts: cannot be loaded: /);
  });

  test('a yes-or-no model of one sigmoid fits two classes', async () => {
    const { source } = moduleWith(dense('{ units: 1, inputShape: [784], activation: "sigmoid" }'));
    const model = await source.build({ ...MNIST_TASK, outputs: 2 });
    model.dispose();
  });
});
