import { createJiti, type Jiti } from 'jiti';
import { hostModules } from './built-in-plugins.ts';

/** Imports a plugin's module: TypeScript (with decorators), ESM or CommonJS, with the host's own core and tfjs. */
export async function importPlugin(file: string, packageName?: string): Promise<unknown> {
  const jiti = createJiti(import.meta.url, {
    virtualModules: await hostModules(),
    // A CommonJS package would otherwise be left to Node, which finds that package's own copy of core, or none.
    transformModules: packageName === undefined ? [] : [packageName],
  });
  return load(jiti, file);
}

/**
 * `require` of jiti translates every module that it meets, so that all of them get the host's modules; its `import`
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
