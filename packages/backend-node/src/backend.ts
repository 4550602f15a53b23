import * as tf from '@tensorflow/tfjs';
import { type Attempt, attempt, explain, rememberedAttempts, StepError } from './attempts.ts';
import { linkVerifiedKit } from './native/install.ts';
import { registerKeepWhere } from './native/keep-where.ts';
import { isComplete, packageKit } from './native/layout.ts';
import { loadTensorflow, oneDnnByEnvironment } from './native/load.ts';
import { registerReadInto } from './native/read-into.ts';
import { registerZeroInPlace } from './native/zero-in-place.ts';
import { hasOneDnn } from './training/one-dnn.ts';
import { loadWasm } from './wasm/load.ts';
import { withoutNewListeners } from './wasm/without-new-listeners.ts';

export type BackendChoice = 'auto' | 'tensorflow' | 'wasm' | 'cpu';

export interface Backend {
  name: 'tensorflow' | 'wasm' | 'cpu';
  /** TensorFlow's own version for `tensorflow`, tfjs's for the others. */
  version: string;
  /** What was tried on the way, remembered failures of the installation included. */
  attempts: readonly Attempt[];
  /** As many as were asked for; absent where the backend decides itself. */
  threads?: number;
  /** What is computed by oneDNN's kernels, which round differently; absent where nothing is. */
  oneDnn?: 'training' | 'everything';
}

export interface BackendOptions {
  choice?: BackendChoice;
  threads?: number;
  /** Gets the one line that says which backend it has become and why, where that is not the native one. */
  log?: (line: string) => void;
}

type Name = Backend['name'];

/**
 * Measured on two cores, an epoch of 784-128-64-10 on MNIST: 0.6 s natively, 5.1 s in WebAssembly, 62 s in plain
 * JavaScript; a step of LeNet-5 (20-50-500, batch 128): 30 ms natively, 200 ms in WebAssembly.
 */
const SLOWER: Record<Name, string> = { tensorflow: '', wasm: '6 to 8 times slower', cpu: 'about 100 times slower' };

/**
 * Makes the fastest backend that is there the current one of `@tensorflow/tfjs`. Downloads nothing.
 * `choice` (or the environment's `ESPALIER_BACKEND`, which wins) forces one: where that is not there it throws.
 */
export async function useBackend(options: BackendOptions = {}): Promise<Backend> {
  const { threads, log = (line) => process.stderr.write(`${line}\n`) } = options;
  const forced = choiceOf(options.choice);
  if (forced !== undefined) {
    try {
      return { ...(await load(forced, threads)), attempts: [] };
    } catch (error) {
      const { reason, remedy } = explain(error);
      throw new StepError(`The backend "${forced}" was asked for and is not there: ${reason}`, remedy ?? 'Run `espalier doctor`.');
    }
  }
  const attempts: Attempt[] = [];
  for (const name of ['tensorflow', 'wasm', 'cpu'] as const) {
    let loaded: Omit<Backend, 'attempts'> | undefined;
    const tried = await attempt(name === 'tensorflow' ? 'installed' : name, async () => {
      loaded = await load(name, threads);
    });
    attempts.push(tried);
    if (loaded === undefined) continue;
    if (name === 'tensorflow') return { ...loaded, attempts };
    const all = [...(await rememberedAttempts()), ...attempts];
    log(`Backend ${name}, ${SLOWER[name]} than the native one. Tried: ${failures(all)}. \`espalier doctor\` says what to do.`);
    return { ...loaded, attempts: all };
  }
  throw new StepError(`No backend works here: ${failures(attempts)}`, 'Run `espalier doctor`.');
}

/** The backend that the user insists on; undefined for `auto`. */
export function choiceOf(choice: BackendChoice = 'auto', env: NodeJS.ProcessEnv = process.env): Name | undefined {
  const named = env['ESPALIER_BACKEND'] || choice;
  if (named === 'auto') return undefined;
  if (named === 'tensorflow' || named === 'wasm' || named === 'cpu') return named;
  throw new StepError(`ESPALIER_BACKEND is "${named}"`, 'It can be auto, tensorflow, wasm or cpu.');
}

async function load(name: Name, threads?: number): Promise<Omit<Backend, 'attempts'>> {
  if (name === 'tensorflow') {
    // Another checkout may have built it already: linking it is a matter of milliseconds.
    const kit = packageKit();
    if (kit !== undefined && !isComplete(kit)) await linkVerifiedKit();
    const loaded = loadTensorflow(threads);
    await select(name);
    registerKeepWhere();
    await registerReadInto();
    registerZeroInPlace();
    const oneDnn = oneDnnByEnvironment() ? 'everything' : hasOneDnn() ? 'training' : undefined;
    return { name, ...loaded, ...(oneDnn && { oneDnn }) };
  }
  if (name === 'wasm') {
    const loaded = loadWasm();
    await withoutNewListeners(() => select(name));
    return { name, ...loaded };
  }
  await usePlainJavaScript();
  return { name, version: tf.version.tfjs };
}

/** For building models before it is known how the real backend should be loaded; what is built moves over by itself. */
export async function usePlainJavaScript(): Promise<void> {
  await select('cpu');
  hushPlainJavaScript();
}

async function select(name: Name): Promise<void> {
  if (!(await tf.setBackend(name))) throw new StepError(`tfjs could not start its backend "${name}"`, 'Run `espalier doctor`.');
  await tf.ready();
}

/** The plain JavaScript backend greets its first user with a banner about tfjs-node; whoever is here knows. */
function hushPlainJavaScript(): void {
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
}

function failures(attempts: readonly Attempt[]): string {
  const texts = attempts.filter(({ ok }) => !ok).map(({ step, reason }) => `${step} (${reason})`);
  return [...new Set(texts)].join('; ') || 'nothing yet';
}
