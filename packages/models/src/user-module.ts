import { createRequire } from 'node:module';
import { EspalierError } from '@espalier/core';
import { createJiti } from 'jiti';

/**
 * What a user's own module exports by default; TypeScript is compiled on the way. The module gets the very tfjs and core
 * that run here, wherever it lies: with a second copy its layers would be strangers to the backend.
 *
 * @throws EspalierError where the module is missing, cannot be compiled, or throws while it is loaded.
 */
export async function importUserModule(path: string): Promise<unknown> {
  const { resolve } = createRequire(import.meta.url);
  const shared = ['@tensorflow/tfjs', '@espalier/core'];
  const jiti = createJiti(import.meta.url, { alias: Object.fromEntries(shared.map((name) => [name, resolve(name)])) });
  try {
    return await jiti.import(path, { default: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EspalierError({ where: path, what: 'cannot be loaded', why }, { cause: error });
  }
}
