import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { isBuiltIn } from './built-in-plugins.ts';
import { findPlugin } from './find-plugin.ts';
import { baseOf, pluginSpecs, readConfig } from './parse-experiment.ts';
import { sourceFiles } from './source-fingerprint.ts';

/**
 * What a run of a config is read from: the config, and the sources of its plugins with what they import by relative
 * paths. Nothing is loaded, and whatever is wrong in any of them is left out: they are watched until it is right.
 */
export async function filesOfConfig(file: string): Promise<string[]> {
  const text = await readConfig(file).catch(() => '');
  const from = baseOf(text, dirname(resolve(file)));
  const sources = specsIn(text)
    .filter((spec) => !isBuiltIn(spec))
    .flatMap((spec) => {
      try {
        return sourceFiles(realpathSync(findPlugin(spec, [from, process.cwd()]).file));
      } catch {
        // A path where there is no file yet.
        return spec.startsWith('.') ? [resolve(from, spec)] : [];
      }
    });
  return [...new Set([resolve(file), ...sources])];
}

function specsIn(text: string): readonly string[] {
  try {
    return pluginSpecs(parse(text) ?? {});
  } catch {
    return [];
  }
}
