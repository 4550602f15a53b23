import { createJiti, type Jiti } from 'jiti';
import { sharedModules } from './shared-modules.ts';

export interface ImportOptions {
  /** CommonJS packages that are translated, too: Node would find their own copies of what is shared, or none. */
  readonly packages?: readonly string[];
}

/** Imports a module: TypeScript (with decorators), ESM or CommonJS. It gets the modules of `shareModules`. */
export async function importModule(file: string, { packages = [] }: ImportOptions = {}): Promise<unknown> {
  return load(createJiti(import.meta.url, { virtualModules: await sharedModules(), transformModules: [...packages] }), file);
}

/**
 * `require` of jiti translates every module that it meets, so that all of them get the shared modules; its `import`
 * leaves ESM packages to Node. Only a module with a top-level await has to be imported.
 */
async function load(jiti: Jiti, file: string): Promise<unknown> {
  try {
    return jiti(file);
  } catch (error) {
    if (error instanceof SyntaxError && error.message.includes('await')) return jiti.import(file);
    throw error;
  }
}
