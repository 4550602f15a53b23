import { createRequire } from 'node:module';
import { StepError } from '../attempts.ts';
import { NO_TFJS_NODE, packageFolder } from '../package-files.ts';
import { isComplete, packageKit } from './layout.ts';
import { prepareForTensorflow, withoutDeprecations, withoutOneDnn } from './quiet.ts';

const require = createRequire(import.meta.url);

interface TfjsNode {
  backend(): { binding: { TF_Version: string } };
}

export interface LoadedTensorflow {
  readonly version: string;
  /** As many as were asked for; absent where TensorFlow decides. */
  readonly threads?: number;
}

/** Once per process: TensorFlow reads how it shall run when it is loaded. */
let loaded: LoadedTensorflow | undefined;

/**
 * Loads tfjs-node into this process, which registers the backend `tensorflow` with the one `@tensorflow/tfjs`.
 * Answers with TensorFlow's version. Throws a StepError where it is not there or does not load.
 */
export function loadTensorflow(threads?: number): LoadedTensorflow {
  if (loaded === undefined) {
    const kit = packageKit();
    if (kit === undefined) {
      throw new StepError(NO_TFJS_NODE.reason, NO_TFJS_NODE.remedy);
    }
    if (!isComplete(kit)) {
      throw new StepError('the native binding of tfjs-node is not there', 'Run `espalier doctor --install`.');
    }
    prepareForTensorflow(threads);
    const folder = packageFolder('@tensorflow/tfjs-node') as string;
    const tfjsNode = withoutOneDnn(() => withoutDeprecations(() => require(folder))) as TfjsNode;
    const version = tfjsNode.backend().binding.TF_Version;
    loaded = { version, ...(threads !== undefined && { threads }) };
  }
  return loaded;
}

/** What the environment says of oneDNN: everything by it, or nothing; undefined where it says nothing. */
export function oneDnnByEnvironment({ TF_ENABLE_ONEDNN_OPTS: value = '' } = process.env): boolean | undefined {
  if (/^(1|true)$/i.test(value)) return true;
  return /^(0|false)$/i.test(value) ? false : undefined;
}
