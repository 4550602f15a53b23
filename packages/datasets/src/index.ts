import { definePlugin } from '@espalier/core';
import { CsvFiles, csvOptions } from './csv.ts';
import { ImageFolders, imagesOptions } from './images.ts';
import { Mnist, mnistOptions } from './mnist.ts';
import { moduleOptions, OwnModule } from './module.ts';
import { NoData, noneOptions } from './none.ts';
import { NpyFiles, npyOptions } from './npy.ts';
import { NpzArchive, npzOptions } from './npz.ts';

export { checkDataset } from './check-dataset.ts';
export type { DatasetContext, OwnDataset } from './module.ts';
export { CsvFiles, ImageFolders, Mnist, NoData, NpyFiles, NpzArchive, OwnModule };

export default definePlugin({
  name: '@espalier/datasets',
  datasets: {
    mnist: {
      use: Mnist,
      options: mnistOptions,
      description: '60,000 handwritten digits and 10,000 to test with, or four IDX files of your own.',
    },
    csv: { use: CsvFiles, options: csvOptions, description: 'Rows of numbers with a target, from text files.' },
    npy: { use: NpyFiles, options: npyOptions, description: 'Arrays saved with np.save.' },
    npz: { use: NpzArchive, options: npzOptions, description: 'One archive of arrays, saved with np.savez.' },
    images: { use: ImageFolders, options: imagesOptions, description: 'Images in one folder per class.' },
    none: { use: NoData, options: noneOptions, description: 'No data: for pruning by weights alone, which trains and measures nothing.' },
    module: { use: OwnModule, options: moduleOptions, description: 'A dataset from a module of your own, JavaScript or TypeScript.' },
  },
});
