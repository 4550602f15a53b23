import { loadSparse } from '@espalier/sparse';
import { useBackend } from './index.ts';
import { describeSparse, type InspectedSparse, inspectSparse } from './inspect-sparse.ts';
import { asWrongUse } from './load-config.ts';
import { isSparseFile, loadModelFile, modelFile } from './model-file.ts';

/** Of a model of layers, or of the file of a sparse model (`*.sparse`). What cannot be read or compiled is wrong use. */
export async function inspectSparseFile(given: string): Promise<InspectedSparse> {
  try {
    if (isSparseFile(given)) {
      const sparse = await loadSparse(given);
      const inspected = describeSparse(sparse);
      sparse.dispose();
      return inspected;
    }
    await useBackend({ choice: 'cpu' });
    const model = await loadModelFile(modelFile(given));
    try {
      return await inspectSparse(model);
    } finally {
      model.dispose();
    }
  } catch (error) {
    throw asWrongUse(error);
  }
}
