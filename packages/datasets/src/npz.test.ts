import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageOf, temporaryFolder } from './testing/files.ts';
import { decoded, numpyArrays } from './testing/numpy/arrays.ts';
import { load } from './testing/part.ts';

function archive(bytes: Uint8Array): { path: string; options: { path: string } } {
  const path = join(temporaryFolder(), 'data.npz');
  writeFileSync(path, bytes);
  return { path, options: { path } };
}

test.each(['compressedArchive', 'storedArchive'] as const)('what NumPy writes: %s', async (name) => {
  const data = await load('npz', archive(decoded(numpyArrays[name])).options);
  const isBytes = name === 'compressedArchive';
  expect(data).toMatchObject({
    name: 'data.npz',
    task: 'classification',
    classes: 3,
    train: { size: isBytes ? 4 : 3 },
    test: { size: isBytes ? 2 : 3 },
  });
  expect(data.train.inputs[0]).toEqual(
    isBytes
      ? { shape: [2, 2], data: Uint8Array.from({ length: 16 }, (_, i) => i), scale: 1 / 255 }
      : { shape: [3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) },
  );
});

test('arrays may have other names, and the test samples come from the training ones', async () => {
  const arrays = { trainInputs: 'x_test', trainTargets: 'y_test' };
  const data = await load('npz', { ...archive(decoded(numpyArrays.storedArchive)).options, arrays, testSplit: 0.34 });
  expect([data.train.size, data.test.size]).toEqual([2, 1]);
});

describe('archives that are damaged or lie', () => {
  /** The compressed archive with some bytes changed: `at` is counted from a signature of the ZIP format. */
  function changed(signature: number, at: number, ...bytes: number[]): Uint8Array {
    const content = Buffer.from(decoded(numpyArrays.compressedArchive));
    const mark = Buffer.alloc(4);
    mark.writeUInt32LE(signature);
    content.set(bytes, content.indexOf(mark) + at);
    return content;
  }
  const CENTRAL = 0x02014b50;
  const LOCAL = 0x04034b50;

  test('a wrong name', async () => {
    const { path, options } = archive(decoded(numpyArrays.storedArchive));
    expect(await messageOf(load('npz', { ...options, arrays: { trainInputs: 'images' } }))).toBe(
      `${path}: has no array "images": it holds "x_train", "y_train", "x_test", "y_test". Say under "arrays" what they are called; without arrays to test with, give testSplit`,
    );
  });

  test('not an archive', async () => {
    const { path, options } = archive(Buffer.from('no archive at all, but long enough to hold one'));
    expect(await messageOf(load('npz', options))).toMatch(`${path}: is not a whole NPZ archive: `);
  });

  test('cut short', async () => {
    const whole = decoded(numpyArrays.compressedArchive);
    for (const length of [0, 10, Math.floor(whole.length / 2), whole.length - 1]) {
      expect(await messageOf(load('npz', archive(whole.slice(0, length)).options))).toContain('data.npz: is not a whole NPZ archive: ');
    }
  });

  test('a changed byte of content', async () => {
    expect(await messageOf(load('npz', archive(changed(LOCAL, 30 + 11 + 20 + 12, 0x55)).options))).toMatch(
      /data\.npz, x_train: is not a whole NPZ archive: /,
    );
  });

  test('a wrong checksum', async () => {
    expect(await messageOf(load('npz', archive(changed(CENTRAL, 16, 1, 2, 3, 4)).options))).toContain(
      'data.npz, x_train: is not a whole NPZ archive: its checksum (CRC-32) is wrong. Write it with np.savez',
    );
  });

  test('a size that is a lie, either way', async () => {
    expect(await messageOf(load('npz', archive(changed(CENTRAL, 24, 10, 0, 0, 0)).options))).toContain(
      'is not a whole NPZ archive: too many bytes in the stream',
    );
    expect(await messageOf(load('npz', archive(changed(CENTRAL, 24, 0, 1, 0, 0)).options))).toContain(
      'is not a whole NPZ archive: not enough bytes in the stream',
    );
  });

  test('a bomb', async () => {
    expect(await messageOf(load('npz', archive(changed(CENTRAL, 24, 0, 0, 0, 0x7f)).options))).toMatch(
      /claims to unpack to 2130706432 bytes: no ZIP packs 2130706432 bytes into \d+/,
    );
    expect(await messageOf(load('npz', archive(changed(CENTRAL, 24, 0xf0, 0xff, 0xff, 0xff)).options))).toContain(
      'claims to unpack to 4294967280 bytes: at most 2147483647 bytes are unpacked',
    );
  });

  test('a name twice', async () => {
    const content = Buffer.from(decoded(numpyArrays.storedArchive));
    for (let at = content.indexOf('x_test'); at >= 0; at = content.indexOf('x_test', at + 1)) content.write('y_test', at);
    expect(await messageOf(load('npz', archive(content).options))).toContain(
      'data.npz: is not a whole NPZ archive: it holds the array "y_test" twice',
    );
  });
});
