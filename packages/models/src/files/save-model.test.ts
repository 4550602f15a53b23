import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { messageOf, temporaryFolder } from '../testing/files.ts';
import { MNIST_TASK, modelSource } from '../testing/part.ts';
import { fileHandler } from './file-handler.ts';
import { saveModel } from './save-model.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

async function net(seed = 1): Promise<tf.LayersModel> {
  return modelSource('mlp', { hidden: [6], dropout: 0.2, batchNorm: true }).build({ ...MNIST_TASK, seed });
}

function predictions(model: tf.LayersModel): number[] {
  return tf.tidy(() => [...(model.predict(tf.randomUniform([4, 784], 0, 1, 'float32', 3)) as tf.Tensor).dataSync()]);
}

describe('a saved model', () => {
  test('loads with plain tf.loadLayersModel, over HTTP, and gives the same predictions', async () => {
    const folder = join(temporaryFolder(), 'deep', 'model');
    const model = await net();
    await saveModel(model, folder);
    expect(readdirSync(folder).sort()).toEqual(['model.json', 'weights.bin']);

    const server = createServer((request, response) => void response.end(readFileSync(join(folder, request.url as string))));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const loaded = await tf.loadLayersModel(`http://127.0.0.1:${(server.address() as AddressInfo).port}/model.json`);
    expect(predictions(loaded)).toEqual(predictions(model));
  });

  test('loads and saves through the handler, and leaves no tensors behind', async () => {
    const folder = temporaryFolder();
    const before = tf.memory().numTensors;
    const model = await net();
    const handler = fileHandler(join(folder, 'model.json'));
    await model.save(handler);
    const loaded = await tf.loadLayersModel(handler);
    expect(predictions(loaded)).toEqual(predictions(model));
    model.dispose();
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('takes the place of an earlier one, whose weights go', async () => {
    const folder = temporaryFolder();
    const [first, second] = [await net(1), await net(2)];
    await saveModel(first, folder);
    for (const model of [second, second, first]) {
      await saveModel(model, folder);
      expect(readdirSync(folder)).toHaveLength(2);
      expect(predictions(await tf.loadLayersModel(fileHandler(join(folder, 'model.json'))))).toEqual(predictions(model));
    }
  });
});

describe('where the disk is full', () => {
  test.each(['weights', 'model.json'])('while %s is written, the model of before stays whole', async (which) => {
    const folder = temporaryFolder();
    const [first, second] = [await net(1), await net(2)];
    await saveModel(first, folder);
    const there = readdirSync(folder);
    failOn(which);
    expect(await messageOf(saveModel(second, folder))).toBe(
      `${folder}: the model cannot be saved: the disk is full (ENOSPC). Free some space; what was there before is unharmed`,
    );
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(there));
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(predictions(await tf.loadLayersModel(fileHandler(join(folder, 'model.json'))))).toEqual(predictions(first));
  });

  test('a new folder gets no model.json', async () => {
    const folder = join(temporaryFolder(), 'model');
    failOn('weights');
    await messageOf(saveModel(await net(), folder));
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a cut-off save leaves the earlier model, and the next one cleans up', async () => {
    const folder = temporaryFolder();
    const [first, second] = [await net(1), await net(2)];
    await saveModel(first, folder);
    writeFileSync(join(folder, 'weights-0123456789ab.bin'), 'half');
    expect(predictions(await tf.loadLayersModel(fileHandler(join(folder, 'model.json'))))).toEqual(predictions(first));
    await saveModel(second, folder);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

test('a folder that is a file', async () => {
  const path = join(temporaryFolder(), 'taken');
  writeFileSync(path, '');
  expect(await messageOf(saveModel(await net(), path))).toMatch(
    /taken: the model cannot be saved: EEXIST.* Look at the folder and its permissions$/,
  );
});

/** As a full disk does it: the file is opened, and what is written into it does not fit. */
function failOn(name: string): void {
  const open = fs.open;
  const spy = vi.spyOn(fs, 'open').mockImplementation(async (path, ...rest) => {
    const file = await open(path, ...rest);
    if (String(path).includes(`/${name}`)) {
      file.writeFile = async () => {
        await file.write('ha');
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      };
    }
    return file;
  });
  onTestFinished(() => spy.mockRestore());
}
