import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { load } from './testing/part.ts';

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const HEADER = 'length,width,kind\n';
const TRAIN = `${HEADER}1,2,rose\n3,4,aster\n5,6,rose\n7,8,lily\n`;
const TEST = `${HEADER}9,10,lily\n`;

/** The data of a train and a test file. */
async function flowers(train = TRAIN, options: Record<string, unknown> = {}, testFile = TEST) {
  const log: string[] = [];
  const baseFolder = folderWith({ 'train.csv': train, 'test.csv': testFile });
  const data = await load(
    'csv',
    { train: 'train.csv', test: 'test.csv', target: 'kind', ...options },
    { baseFolder, log: (line) => log.push(line) },
  );
  return { data, log };
}

describe('a target of text', () => {
  test('is a class; classes are in the order of their names', async () => {
    const { data, log } = await flowers();
    expect(data).toMatchObject({ name: 'train.csv', task: 'classification', classes: 3, classNames: ['aster', 'lily', 'rose'] });
    expect(data.train).toEqual({
      size: 4,
      inputs: [{ shape: [2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
      targets: [{ shape: [], data: Int32Array.of(2, 0, 2, 1) }],
    });
    expect(data.test.targets[0]?.data).toEqual(Int32Array.of(1));
    expect(log).toEqual([
      expect.stringMatching(
        /train\.csv: "kind" has 3 different values and is taken for classification; "task" in the config says otherwise$/,
      ),
    ]);
  });

  test('does not depend on the order of the rows', async () => {
    const lines = TRAIN.trim().split('\n');
    const { data } = await flowers([lines[0], ...lines.slice(1).reverse()].join('\n'));
    expect(data.classNames).toEqual(['aster', 'lily', 'rose']);
  });
});

describe('a target of numbers', () => {
  const rows = (targets: readonly (number | string)[]) => `x,y\n${targets.map((target, i) => `${i},${target}`).join('\n')}\n`;
  const read = async (targets: readonly (number | string)[], options = {}) => {
    const log: string[] = [];
    return {
      data: await load(
        'csv',
        { file: 'a.csv', target: 'y', ...options },
        { baseFolder: folderWith({ 'a.csv': rows(targets) }), log: (line) => log.push(line) },
      ),
      log,
    };
  };

  test('is a class if there are few whole ones, by size and not by their text', async () => {
    const { data } = await read([10, 9, 2, 10, 9, 2, 10, 9, 2]);
    expect(data).toMatchObject({ task: 'classification', classNames: ['2', '9', '10'] });
  });

  test('is a value if they have fractions, or are many', async () => {
    expect((await read([1.5, 2, 3, 4, 5])).data.task).toBe('regression');
    const { data, log } = await read(Array.from({ length: 40 }, (_, i) => i));
    expect(data.task).toBe('regression');
    expect(data.train.targets[0]?.shape).toEqual([1]);
    expect(log[0]).toContain('"y" has 40 different values and is taken for regression');
  });

  test('is what the config says', async () => {
    const { data, log } = await read([1, 2, 1, 2, 1, 2], { task: 'regression' });
    expect(data.task).toBe('regression');
    expect(log).toEqual([]);
  });

  test('with one that is none', async () => {
    const message = await messageOf(read([...Array.from({ length: 40 }, (_, i) => i), 'n/a']));
    expect(message).toMatch(
      /a\.csv:42:4: the target is "n\/a", not a finite number\. Correct it, or give "task: classification" if it is a class$/,
    );
  });
});

describe('columns', () => {
  test('by number, without a header', async () => {
    const baseFolder = folderWith({ 'a.csv': '0,1,2\n1,3,4\n0,5,6\n1,7,8\n' });
    const data = await load('csv', { file: 'a.csv', target: 0, features: [-1], testSplit: 0.5 }, { baseFolder });
    expect(data.train.inputs[0]?.shape).toEqual([1]);
    expect([...(data.train.inputs[0]?.data ?? []), ...(data.test.inputs[0]?.data ?? [])].sort()).toEqual([2, 4, 6, 8]);
  });

  test('by name, chosen', async () => {
    expect((await flowers(TRAIN, { features: ['width'] })).data.train.inputs[0]?.data).toEqual(Float32Array.of(2, 4, 6, 8));
  });

  test('a header of numbers is one if the config says so', async () => {
    const baseFolder = folderWith({ 'a.csv': '0,1\n5,a\n6,b\n5,a\n6,b\n' });
    expect((await load('csv', { file: 'a.csv', target: '1', header: true }, { baseFolder })).classNames).toEqual(['a', 'b']);
  });

  test('other delimiters, quotes, empty lines, spaces, CRLF and a byte order mark', async () => {
    const text = '\uFEFFa;"the ""kind"";" ;b\r\n\r\n 1 ;"x; y";2\r\n3;z;4e-1\r\n';
    const baseFolder = folderWith({ 'a.csv': text });
    const data = await load('csv', { train: 'a.csv', test: 'a.csv', target: 'the "kind";', delimiter: ';' }, { baseFolder });
    expect(data.classNames).toEqual(['x; y', 'z']);
    expect(data.train.inputs[0]?.data).toEqual(Float32Array.of(1, 2, 3, 0.4));
  });
});

test('features are brought to mean 0 and deviation 1 of the training rows', async () => {
  const { data } = await flowers(`${HEADER}1,7,a\n3,7,b\n`, { standardise: true }, `${HEADER}5,7,a\n`);
  expect(data.train.inputs[0]?.data).toEqual(Float32Array.of(-1, 0, 1, 0));
  expect(data.test.inputs[0]?.data).toEqual(Float32Array.of(3, 0));
});

test('the fingerprint changes with the content, the choices and the seed of a split', async () => {
  const text = 'x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n';
  const print = async (content: string, options = {}, seed = 1) => {
    const baseFolder = folderWith({ 'a.csv': content });
    return (await load('csv', { file: 'a.csv', target: 'y', ...options }, { baseFolder, seed })).fingerprint;
  };
  const first = await print(text);
  expect(await print(text)).toBe(first);
  const others = [await print(text.replace('6', '7')), await print(text, { standardise: true }), await print(text, {}, 2)];
  expect(new Set([first, ...others]).size).toBe(4);
});

describe('mistakes in a file are named with their place', () => {
  test.each<[string, string, string]>([
    ['a row too short', `${TRAIN}1,2\n`, 'train.csv:6:3: has 2 fields instead of 3. Every row needs the same number of fields'],
    ['a row too long', `${HEADER}1,2,a\n1,2,b,4\n`, 'train.csv:3:7: has 4 fields instead of 3'],
    [
      'an empty field',
      `${HEADER}1,,a\n1,2,b\n`,
      'train.csv:2:3: "width" is empty. Correct or fill it, leave the row out, or name other columns under "features"',
    ],
    ['text in a feature', `${HEADER}1,2,a\n\n12,wide,b\n`, 'train.csv:4:4: "width" is "wide", not a number'],
    ['a field after one with line breaks', `kind,length,width\n"a\nb",12,big\nc,1,2\n`, 'train.csv:3:7: "width" is "big", not a number'],
    ['NaN', `${HEADER}nan,2,a\n1,2,b\n`, 'train.csv:2:1: "length" is nan, which is not finite'],
    ['a number without end', `${HEADER}1,2,a\n1e60,2,b\n`, 'train.csv:3:1: "length" is 1e60, which is not finite'],
    ['an empty target', `${HEADER}1,2,a\n1,2,\n`, 'train.csv:3:5: the target "kind" is empty. Fill it, or leave the row out'],
    [
      'a quote never closed',
      `${HEADER}1,2,"a\n1,2,b\n`,
      'train.csv:2:5: the quotes of this field are broken. A quote within quotes is written twice',
    ],
    ['only one class', `${HEADER}1,2,a\n3,4,a\n`, 'train.csv: the target "kind" has only one class, "a": there is nothing to tell apart'],
    ['no rows', HEADER, 'train.csv: has a header and no rows'],
    ['nothing', '', 'train.csv: is empty'],
  ])('%s', async (_, train, message) => {
    const options = train === HEADER ? { header: true } : {};
    expect(await messageOf(flowers(train, options))).toContain(message);
  });

  test('a class that training has never seen', async () => {
    expect(await messageOf(flowers(TRAIN, {}, `${HEADER}9,10,lily\n9,10,tulip\n`))).toMatch(
      /test\.csv:3:6: the class "tulip" is never seen in training\. The training data has "aster", "lily", "rose"$/,
    );
  });

  test('test data with other columns', async () => {
    expect(await messageOf(flowers(TRAIN, {}, 'width,length,kind\n9,10,lily\n'))).toContain(
      'test.csv: has other columns than the training data: "width", "length", "kind" instead of "length", "width", "kind"',
    );
  });
});

describe('mistakes in the options', () => {
  test.each<[string, Record<string, unknown>, string]>([
    [
      'a target that is not there',
      { target: 'sort' },
      'train.csv: has no column "sort" for the target: the columns are "length", "width", "kind"',
    ],
    ['a number that is not there', { target: 3 }, 'train.csv: has no column 3 for the target: it has 3 columns, 0 to 2'],
    ['a feature that is not there', { features: ['height'] }, 'train.csv: has no column "height" for the feature'],
    [
      'the target as feature',
      { features: ['kind'] },
      'train.csv: the target "kind" is among the features: a model that sees the answer learns nothing else',
    ],
    [
      'another delimiter',
      { delimiter: ';', header: true },
      'has no column "kind" for the target: the columns are "length,width,kind". Look at the delimiter, too',
    ],
    ['regression of text', { task: 'regression' }, 'train.csv:2:5: the target is "rose", not a finite number'],
    [
      'a missing file',
      { train: 'nowhere.csv' },
      'nowhere.csv: there is no such file or folder. Paths in a config start at the folder of its file',
    ],
  ])('%s', async (_, options, message) => {
    expect(await messageOf(flowers(TRAIN, options))).toContain(message);
  });

  test.each([{}, { file: 'a.csv', train: 'b.csv', test: 'c.csv' }, { train: 'b.csv' }])(
    'files that do not go together: %j',
    async (files) => {
      await expect(load('csv', { target: 'kind', ...files })).rejects.toThrow('give either "file", or both "train" and "test"');
    },
  );

  test('a column twice', async () => {
    expect(await messageOf(flowers('kind,a,kind\nx,1,y\nz,1,y\n'))).toContain(
      'has more than one column "kind". Name it by its number, from 0',
    );
  });
});
