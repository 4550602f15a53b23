import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

/** A file of this package, the same whether its sources or what was built of them are running. */
export function ownFile(...path: string[]): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', ...path);
}

/** The folder of an installed package, as this package sees it; undefined where it is not installed. */
export function packageFolder(name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

export function packageVersion(name: string): string | undefined {
  const folder = packageFolder(name);
  return folder && (require(join(folder, 'package.json')) as { version: string }).version;
}

/**
 * npm leaves an optional dependency out where its install script fails, as that of tfjs-node does where its download is
 * not to be had; the script is not needed.
 */
export const NO_TFJS_NODE = {
  reason: '@tensorflow/tfjs-node is not installed',
  remedy: `Run \`npm install --ignore-scripts @tensorflow/tfjs-node@${packageVersion('@tensorflow/tfjs')}\`, then \`espalier doctor --install\`.`,
} as const;
