import { EspalierError } from '@espalier/core';
import { importModule } from './import-module.ts';

/**
 * What a user's own module exports by default. It gets the very modules that run here, wherever it lies: with a second
 * copy its tensors and layers would be strangers, and its rules unheard of.
 *
 * @throws EspalierError where the module is missing, cannot be compiled, or throws while it is loaded.
 */
export async function importOwnModule(file: string): Promise<unknown> {
  try {
    const module = await importModule(file);
    return (module as { readonly default?: unknown } | undefined)?.default ?? module;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EspalierError({ where: file, what: 'cannot be loaded', why }, { cause: error });
  }
}
