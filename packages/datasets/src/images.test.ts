import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { load } from './testing/part.ts';

type Colour = [number, number, number];
const RED: Colour = [255, 0, 0];
const BLUE: Colour = [0, 0, 255];

async function paint(path: string, [r, g, b]: Colour, size: [number, number] = [8, 6]): Promise<void> {
  mkdirSync(join(path, '..'), { recursive: true });
  await sharp({ create: { height: size[0], width: size[1], channels: 3, background: { r, g, b } } }).toFile(path);
}

/** Two classes of plain colour, four images each, in the formats that there are. */
async function pets(): Promise<string> {
  const folder = temporaryFolder();
  for (const extension of ['png', 'jpg', 'webp', 'gif']) {
    await paint(join(folder, 'train', 'cat', `1.${extension}`), RED);
    await paint(join(folder, 'train', 'dog', `1.${extension}`), BLUE);
    await paint(join(folder, 'test', 'dog', `1.${extension}`), BLUE);
    await paint(join(folder, 'test', 'cat', `1.${extension}`), RED);
  }
  return folder;
}

const SIZE = { size: [4, 5] };

test('folders are classes, images are bytes', async () => {
  const data = await load('images', { train: 'train', test: 'test', ...SIZE }, { baseFolder: await pets() });
  expect(data).toMatchObject({
    name: 'train',
    task: 'classification',
    classes: 2,
    classNames: ['cat', 'dog'],
    train: { size: 8 },
    test: { size: 8 },
  });
  const [column] = data.train.inputs;
  expect(column).toMatchObject({ shape: [4, 5, 3], scale: 1 / 255 });
  expect(column?.data).toHaveLength(8 * 4 * 5 * 3);
  expect([...(data.train.targets[0]?.data ?? [])]).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  const pixel = (image: number) =>
    [...(column?.data.subarray(image * 60, image * 60 + 3) ?? [])].map((value) => Math.round(value / 16) * 16);
  expect(pixel(0)).toEqual([256, 0, 0]);
  expect(pixel(7)).toEqual([0, 0, 256]);
});

test('one channel is grey', async () => {
  const folder = await pets();
  await paint(join(folder, 'train', 'cat', '0.png'), [128, 128, 128]);
  const data = await load('images', { folder: 'train', channels: 1, testSplit: 0.25, ...SIZE }, { baseFolder: folder });
  expect(data.train.inputs[0]?.shape).toEqual([4, 5, 1]);
  expect(data.train.inputs[0]?.data.length).toBe(data.train.size * 20);
  expect([...(data.train.inputs[0]?.data ?? []), ...(data.test.inputs[0]?.data ?? [])]).toContain(128);
});

test('transparent, grey and 16-bit images come out as three bytes', async () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b']) mkdirSync(join(folder, name));
  const half = Buffer.alloc(16 * 4, Uint8Array.of(255, 255, 255, 0));
  await sharp(half, { raw: { width: 4, height: 4, channels: 4 } })
    .png()
    .toFile(join(folder, 'a', 'clear.png'));
  await sharp(Buffer.alloc(16, 77), { raw: { width: 4, height: 4, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(join(folder, 'a', 'grey.png'));
  await sharp({ create: { width: 4, height: 4, channels: 3, background: '#ff0000' } })
    .toColourspace('rgb16')
    .png()
    .toFile(join(folder, 'b', 'deep.png'));
  await paint(join(folder, 'b', 'plain.png'), BLUE);
  const data = await load('images', { train: folder, test: folder, size: [1, 1] });
  expect([...(data.train.inputs[0]?.data ?? [])]).toEqual([0, 0, 0, 77, 77, 77, 255, 0, 0, 0, 0, 255]);
});

test('the fingerprint is that of names and content', async () => {
  const folder = await pets();
  const print = async (options = {}) =>
    (await load('images', { train: 'train', test: 'test', ...SIZE, ...options }, { baseFolder: folder })).fingerprint;
  const first = await print();
  expect(await print()).toBe(first);
  const prints = [first, await print({ channels: 1 })];
  renameSync(join(folder, 'train', 'cat', '1.png'), join(folder, 'train', 'cat', '2.png'));
  prints.push(await print());
  await paint(join(folder, 'train', 'cat', '2.png'), BLUE);
  prints.push(await print());
  expect(new Set(prints).size).toBe(4);
});

test('what systems leave in folders is passed over', async () => {
  const folder = await pets();
  writeFileSync(join(folder, 'train', 'cat', '.DS_Store'), '');
  writeFileSync(join(folder, 'train', 'cat', 'Thumbs.db'), '');
  mkdirSync(join(folder, 'train', '.cache'));
  expect((await load('images', { train: 'train', test: 'test', ...SIZE }, { baseFolder: folder })).train.size).toBe(8);
});

describe('folders that are not as they should be', () => {
  test.each<[string, (train: string) => unknown, string]>([
    ['a broken image', (train) => writeFileSync(join(train, 'dog', '1.png'), 'no image'), 'train/dog/1.png: is not a whole image: '],
    [
      'an image cut short',
      (train) => writeFileSync(join(train, 'dog', '1.jpg'), readFileSync(join(train, 'cat', '1.jpg')).subarray(0, -20)),
      'train/dog/1.jpg: is not a whole image: ',
    ],
    [
      'another file',
      (train) => writeFileSync(join(train, 'dog', 'notes.txt'), ''),
      'train/dog/notes.txt: is not an image: images end in .png, .jpg',
    ],
    ['an empty class', (train) => mkdirSync(join(train, 'owl')), 'train/owl: this class has no images. Add some, or remove the folder'],
    [
      'one class',
      (train) => rmSync(join(train, 'dog'), { recursive: true }),
      'train: needs one folder of images per class, two or more: its only folder is "cat"',
    ],
    [
      'no classes',
      (train) => {
        for (const name of ['cat', 'dog']) rmSync(join(train, name), { recursive: true });
      },
      'two or more: it holds no folders',
    ],
    [
      'a class that training has not',
      (train) => cpSync(join(train, 'cat'), join(train, '..', 'test', 'owl'), { recursive: true }),
      'test/owl: the class "owl" is never seen in training',
    ],
    [
      'a class that testing has not',
      (train) => rmSync(join(train, '..', 'test', 'cat'), { recursive: true }),
      'test/cat: there is no such file or folder',
    ],
    ['no folder', (train) => rmSync(train, { recursive: true }), 'train: there is no such file or folder. Paths in a config start'],
  ])('%s', async (_, change, message) => {
    const folder = await pets();
    await change(join(folder, 'train'));
    expect(await messageOf(load('images', { train: 'train', test: 'test', ...SIZE }, { baseFolder: folder }))).toContain(message);
  });

  test('options that do not go together', async () => {
    await expect(load('images', { folder: 'a', train: 'b', ...SIZE })).rejects.toThrow('give either "folder", or both "train" and "test"');
  });
});
