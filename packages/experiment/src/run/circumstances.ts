import { createRequire } from 'node:module';
import type { Backend } from '@espalier/backend-node';
import * as tf from '@tensorflow/tfjs';
import type { Circumstances } from './checkpoint-file.ts';
import type { PreparedExperiment } from './prepare.ts';
import type { RunResult } from './result.ts';

/** What the content of files adds to what a config says of them. */
export async function fingerprintsOf({ data, source }: PreparedExperiment): Promise<RunResult['fingerprints']> {
  return { data: data.fingerprint, model: (await source.fingerprint?.()) ?? '' };
}

/** All that the numbers of a run depend on besides its config. */
export function circumstancesOf(
  fingerprints: RunResult['fingerprints'],
  { name, version, oneDnn }: Pick<Backend, 'name' | 'version' | 'oneDnn'>,
): Circumstances {
  const { espalier, tfjs } = versions();
  const kernels = oneDnn === undefined ? '' : `, ${oneDnn} by oneDNN`;
  return { ...fingerprints, backend: `${name} ${version}${kernels}`, 'version of Espalier': espalier, 'version of tfjs': tfjs };
}

const require = createRequire(import.meta.url);

/** Versions that a result depends on. */
export function versions(): RunResult['versions'] {
  const own = require('../../package.json') as { version: string };
  return { espalier: own.version, node: process.version, tfjs: tf.version_core };
}
