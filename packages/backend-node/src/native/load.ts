import { createRequire } from 'node:module';
import { StepError } from '../attempts.ts';
import { packageFolder } from '../package-files.ts';
import { isComplete, packageKit } from './layout.ts';
import { prepareForTensorflow, withoutDeprecations } from './quiet.ts';

const require = createRequire(import.meta.url);

interface TfjsNode {
  backend(): { binding: { TF_Version: string } };
}

/** Threads can be chosen once per process: TensorFlow reads them when it is loaded. */
let threadsAtLoad: number | undefined;
let version: string | undefined;

/**
 * Loads tfjs-node into this process, which registers the backend `tensorflow` with the one `@tensorflow/tfjs`.
 * Answers with TensorFlow's version. Throws a StepError where it is not there or does not load.
 */
export function loadTensorflow(threads?: number): { version: string; threads?: number } {
  if (version === undefined) {
    const kit = packageKit();
    if (kit === undefined) {
      throw new StepError('@tensorflow/tfjs-node is not installed', 'Install it beside espalier: it is an optional dependency.');
    }
    if (!isComplete(kit)) {
      throw new StepError('the native binding of tfjs-node is not there', 'Run `espalier doctor --install`.');
    }
    prepareForTensorflow(threads);
    const tfjsNode = withoutDeprecations(() => require(packageFolder('@tensorflow/tfjs-node') as string)) as TfjsNode;
    version = tfjsNode.backend().binding.TF_Version;
    threadsAtLoad = threads;
  }
  return threadsAtLoad === undefined ? { version } : { version, threads: threadsAtLoad };
}
