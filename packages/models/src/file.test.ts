import { mkdirSync, readFileSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { modelParameters } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { saveModel } from './files/save-model.ts';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { MNIST_TASK, modelSource } from './testing/part.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

interface Json {
  format?: string;
  modelTopology: Record<string, unknown> & { config: { layers: { class_name: string; config: Record<string, unknown> }[] } };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string; quantization?: object }[] }[];
}

/** A saved model in a folder of its own, with its model.json changed. */
async function savedModel(change: (json: Json) => unknown = () => {}): Promise<{ folder: string; path: string; model: tf.LayersModel }> {
  const folder = join(temporaryFolder(), 'model');
  const model = await modelSource('mlp', { hidden: [4], dropout: 0.3 }).build(MNIST_TASK);
  await saveModel(model, folder);
  const path = join(folder, 'model.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as Json;
  writeFileSync(path, JSON.stringify(change(json) ?? json));
  return { folder, path, model };
}

const source = (path: string, options: object = {}) => modelSource('file', { path: basename(path), ...options }, join(path, '..'));
const load = async (path: string, options: object = {}, task = MNIST_TASK) => source(path, options).build(task);

function values(model: tf.LayersModel): number[][] {
  return modelParameters(model).map(({ variable }) => [...variable.dataSync()]);
}

describe('a model.json', () => {
  test('comes with its weights, and counts as trained', async () => {
    const { path, model } = await savedModel();
    const before = tf.memory().numTensors;
    const loaded = await load(path);
    expect(values(loaded)).toEqual(values(model));
    expect(source(path).trained).toBe(true);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('has a fingerprint of its content', async () => {
    const { path, folder } = await savedModel();
    const before = await source(path).fingerprint?.();
    expect(await source(path).fingerprint?.()).toBe(before);
    const weights = readFileSync(join(folder, 'weights.bin'));
    weights[0] = (weights[0] as number) ^ 1;
    writeFileSync(join(folder, 'weights.bin'), weights);
    expect(await source(path).fingerprint?.()).not.toBe(before);
  });

  test('without its weights starts anew, by the seed', async () => {
    const { path, folder, model } = await savedModel();
    renameSync(join(folder, 'weights.bin'), join(folder, 'elsewhere'));
    const [first, again, other] = [
      await load(path, { weights: false }),
      await load(path, { weights: false }),
      await load(path, { weights: false }, { ...MNIST_TASK, seed: 2 }),
    ];
    expect(values(again)).toEqual(values(first));
    expect(values(other)).not.toEqual(values(first));
    expect(values(first)).not.toEqual(values(model));
    expect(values(first)[0]).not.toEqual(values(first)[2]);
    expect(source(path, { weights: false }).trained).toBe(false);
  });

  test('may be quantised, and its weights in several files', async () => {
    const { path, folder } = await savedModel((json) => {
      json.weightsManifest = [
        {
          paths: ['a.bin', 'parts/b.bin'],
          weights: (json.weightsManifest[0] as Json['weightsManifest'][0]).weights.map((weight) => ({
            ...weight,
            quantization: { dtype: 'uint8', scale: 0.5, min: -1 },
          })),
        },
      ];
    });
    const bytes = 784 * 4 + 4 + 40 + 10;
    writeFileSync(join(folder, 'a.bin'), Buffer.alloc(1000, 4));
    mkdirSync(join(folder, 'parts'));
    writeFileSync(join(folder, 'parts', 'b.bin'), Buffer.alloc(bytes - 1000, 4));
    const model = await load(path);
    for (const numbers of values(model)) expect(new Set(numbers)).toEqual(new Set([1]));
  });

  test('keeps the link to a file of its own folder', async () => {
    const { path, folder } = await savedModel();
    renameSync(join(folder, 'weights.bin'), join(folder, 'real.bin'));
    symlinkSync('real.bin', join(folder, 'weights.bin'));
    await load(path);
  });
});

describe('weights that are not as they should be', () => {
  test('missing', async () => {
    const { path, folder } = await savedModel();
    renameSync(join(folder, 'weights.bin'), join(folder, 'elsewhere'));
    expect(await messageOf(load(path))).toBe(
      `${path}: its weights file "weights.bin" is missing. Copy the weights from where the model comes from, too`,
    );
  });

  test('too short', async () => {
    const { path, folder } = await savedModel();
    truncateSync(join(folder, 'weights.bin'), 1000);
    expect(await messageOf(load(path))).toBe(
      `${path}: its weights in "weights.bin" are too short: 4 weights take 12760 bytes, there are 1000. The files do not belong together, or are cut off; copy all of them again`,
    );
  });

  test('too long', async () => {
    const { path, folder } = await savedModel();
    writeFileSync(join(folder, 'weights.bin'), Buffer.alloc(12_764));
    expect(await messageOf(load(path))).toContain('are too long: 4 weights take 12760 bytes, there are 12764');
  });

  test('claimed to be of an absurd size', async () => {
    const { path } = await savedModel((json) => {
      (json.weightsManifest[0] as Json['weightsManifest'][0]).weights[0] = { name: 'dense/kernel', shape: [1e6, 1e9], dtype: 'float32' };
    });
    expect(await messageOf(load(path))).toContain('are too short: 4 weights take 4000000000000216 bytes');
  });

  test('not there at all', async () => {
    const { path } = await savedModel((json) => ({ modelTopology: json.modelTopology }));
    expect(await messageOf(load(path))).toBe(
      `${path}: holds no weights. Save it with its weights, or give "weights: false" to start from new ones`,
    );
  });

  test('one too few', async () => {
    const { path, folder } = await savedModel((json) => void json.weightsManifest[0]?.weights.pop());
    truncateSync(join(folder, 'weights.bin'), 12_720);
    expect(await messageOf(load(path))).toBe(`${path}: cannot be loaded by tfjs: 1 of 4 weights are not set: output/bias`);
  });

  test('of another shape', async () => {
    const { path } = await savedModel((json) => {
      const [kernel] = (json.weightsManifest[0] as Json['weightsManifest'][0]).weights;
      kernel?.shape.reverse();
    });
    expect(await messageOf(load(path))).toContain(`${path}: cannot be loaded by tfjs: Shape mismatch`);
  });

  test('not finite', async () => {
    const { path, folder } = await savedModel();
    const weights = readFileSync(join(folder, 'weights.bin'));
    weights.writeFloatLE(Number.NaN, 784 * 4 * 4);
    writeFileSync(join(folder, 'weights.bin'), weights);
    expect(await messageOf(load(path))).toBe(
      `${path}: the weights of dense/bias are not finite. Save the model again from before it diverged`,
    );
  });

  test.each([
    ['../secret.bin', 'that is outside of its folder'],
    ['sub/../../secret.bin', 'that is outside of its folder'],
    ['..\\secret.bin', 'that is outside of its folder'],
    ['/etc/passwd', 'that is outside of its folder'],
    ['C:\\secret.bin', 'that is outside of its folder'],
    ['', 'that is outside of its folder'],
    ['https://example.com/weights.bin', 'that is an address, not a file in its folder'],
    ['file:///etc/passwd', 'that is an address, not a file in its folder'],
    ['link.bin', 'it is a link that leads out of its folder'],
    ['linked/secret.bin', 'it is a link that leads out of its folder'],
  ])('at %s', async (name, why) => {
    const { path, folder } = await savedModel((json) => {
      (json.weightsManifest[0] as Json['weightsManifest'][0]).paths = [name];
    });
    writeFileSync(join(folder, '..', 'secret.bin'), Buffer.alloc(12_760));
    symlinkSync('../secret.bin', join(folder, 'link.bin'));
    symlinkSync('..', join(folder, 'linked'));
    expect(await messageOf(load(path))).toBe(
      `${path}: names the weights file "${name}": ${why}. Only files in the folder of model.json are read; put it there`,
    );
  });

  test('a list of them that is none', async () => {
    const { path } = await savedModel((json) => ({ ...json, weightsManifest: [{ paths: 'weights.bin', weights: [] }] }));
    expect(await messageOf(load(path))).toBe(
      `${path}: its weightsManifest cannot be read: 0.paths: Invalid input: expected array, received string`,
    );
  });
});

describe('files that are no LayersModel', () => {
  async function written(content: string): Promise<string> {
    const path = join(temporaryFolder(), 'model.json');
    writeFileSync(path, content);
    return path;
  }

  test('no file', async () => {
    const path = join(temporaryFolder(), 'model.json');
    expect(await messageOf(load(path))).toBe(`${path}: there is no such file. Paths in a config start at the folder of its file`);
  });

  test('a folder', async () => {
    const folder = temporaryFolder();
    expect(await messageOf(load(folder))).toBe(`${folder}: is not a file. Name the model.json itself`);
  });

  test('no JSON', async () => {
    expect(await messageOf(load(await written('{"modelTopology": ')))).toMatch(/model\.json: is not JSON: .* Name the model\.json$/);
  });

  test('a JSON of something else', async () => {
    for (const content of ['[]', '7', 'null', '{"name": "package"}', '{"modelTopology": 3}']) {
      expect(await messageOf(load(await written(content)))).toContain(
        'is not a model of tfjs: it has no modelTopology. Save one with model.save',
      );
    }
  });

  test('a JSON that is nested without end', async () => {
    const deep = 100_000;
    const path = await written(`{"modelTopology":${'{"config":'.repeat(deep)}{}${'}'.repeat(deep)},"weightsManifest":[]}`);
    expect(await messageOf(load(path))).toBe(`${path}: is nested more than 500 levels deep`);
  });

  test('a file too large for a description of layers', async () => {
    const path = await written('{');
    truncateSync(path, 65 * 2 ** 20);
    expect(await messageOf(load(path))).toContain('is not a model.json: it has 68157440 bytes');
  });

  test('a GraphModel', async () => {
    for (const content of [{ format: 'graph-model', modelTopology: {} }, { modelTopology: { node: [], library: {} } }]) {
      expect(await messageOf(load(await written(JSON.stringify(content))))).toMatch(
        /is a GraphModel: a frozen graph has no layers to prune or to train\. Convert the original again with tensorflowjs_converter --output_format=tfjs_layers_model$/,
      );
    }
  });

  test('a layer that tfjs does not know', async () => {
    const { path } = await savedModel((json) => {
      json.modelTopology.config.layers.splice(1, 0, { class_name: 'GroupNormalization', config: { name: 'norm_7' } });
    });
    for (const weights of [true, false]) {
      expect(await messageOf(load(path, { weights }))).toBe(
        `${path}: tfjs does not know the layer class GroupNormalization, which "norm_7" is of. Register it with tf.serialization.registerClass in a plugin that the config names`,
      );
    }
  });

  test('a model of Keras 3', async () => {
    const { path } = await savedModel((json) => {
      const [input] = json.modelTopology.config.layers;
      (input as { config: object }).config = { name: 'input', batch_shape: [null, 784], dtype: 'float32' };
    });
    expect(await messageOf(load(path))).toMatch(
      /was saved by Keras 3, whose description of layers tfjs does not read: .* Save it with Keras 2 \(pip install tf_keras/,
    );
  });

  test('a model of another task', async () => {
    const { path } = await savedModel();
    const before = tf.memory().numTensors;
    expect(await messageOf(load(path, {}, { ...MNIST_TASK, outputs: 3 }))).toMatch(
      /gives \[10\], but the data has 3 classes\. End the model in a layer of 3 units$/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
