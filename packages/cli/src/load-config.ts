import { EspalierError } from '@espalier/core';
import {
  ConfigError,
  isSweep,
  type LoadedExperiment,
  type LoadedSweep,
  loadExperiment,
  parseExperiment,
  parseSweep,
  readConfig,
} from '@espalier/experiment';
import { WrongUse } from './command.ts';

/** Reads an experiment; a file that is not there is wrong use, like a mistake in one that is. */
export async function loadConfig(file: string, set: readonly string[] = []): Promise<LoadedExperiment> {
  return loadExperiment(file, { set }).catch((error: unknown) => {
    throw asWrongUse(error);
  });
}

/** Reads what a file holds, an experiment or a sweep. */
export async function loadAnyConfig(
  file: string,
  set: readonly string[] = [],
): Promise<{ readonly experiment: LoadedExperiment } | { readonly sweep: LoadedSweep }> {
  try {
    const text = await readConfig(file);
    return isSweep(text) ? { sweep: await parseSweep(text, { file, set }) } : { experiment: await parseExperiment(text, { file, set }) };
  } catch (error) {
    throw asWrongUse(error);
  }
}

/** What Espalier refuses before it has run anything is wrong use, whatever else it is. */
export function asWrongUse(error: unknown): unknown {
  return error instanceof EspalierError && !(error instanceof ConfigError) ? new WrongUse(error.message, { cause: error }) : error;
}
