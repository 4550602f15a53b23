import { EspalierError, nearest } from '@espalier/core';
import type { FoldOptions } from '@espalier/surgery';
import type { CompileOptions, NetworkOptions } from './compile-sparse.ts';

type Keys<Options> = Readonly<Record<keyof Options, true>>;

const COMPILE: Keys<CompileOptions> = { kernel: true, fold: true, inputShapes: true, variant: true, batch: true, maxBytes: true };
const NETWORK: Keys<NetworkOptions> = { kernel: true, fold: true, outputNames: true };
const FOLD: Keys<FoldOptions> = {
  batchNorms: true,
  activations: true,
  relu6: true,
  constants: true,
  padding: true,
  identities: true,
  dropouts: true,
};

/** @throws EspalierError where it is no model, such as the promise of one. */
export function checkModel(model: unknown): void {
  if (typeof model === 'object' && model !== null && 'layers' in model && 'inputs' in model) return;
  const isPromise = model instanceof Promise;
  throw new EspalierError({
    where: 'compileSparse',
    what: `expected a LayersModel, got ${isPromise ? 'the promise of one' : model === null ? 'null' : `what is ${typeof model === 'object' ? 'none' : typeof model}`}`,
    remedy: isPromise
      ? 'Await it: compileSparse(await tf.loadLayersModel(…))'
      : 'Give what tf.sequential, tf.model or tf.loadLayersModel made',
  });
}

/** @throws EspalierError naming what would be ignored. */
export function checkCompileOptions(options: CompileOptions): void {
  checkKeys('the options of compileSparse', options, COMPILE);
  checkValues(options);
}

/** @throws EspalierError naming what would be ignored. */
export function checkNetworkOptions(options: NetworkOptions): void {
  checkKeys('the options of compileNetwork', options, NETWORK);
  checkValues(options);
}

function checkValues({ kernel, fold }: Pick<NetworkOptions, 'kernel' | 'fold'>): void {
  if (kernel !== undefined && kernel !== 'sparse' && kernel !== 'dense') {
    throw new EspalierError({
      where: 'the option kernel',
      what: `is ${text(kernel)}`,
      remedy: 'Take "sparse" or "dense" for all layers, or leave it out: each layer gets the one that is the faster for its zeros',
    });
  }
  if (fold === undefined) return;
  checkKeys('the option fold', fold, FOLD);
  for (const [name, value] of Object.entries(fold)) {
    if (value !== undefined && typeof value !== 'boolean')
      throw new EspalierError({ where: `the option fold.${name}`, what: `is ${text(value)}`, remedy: 'Take true or false' });
  }
}

function checkKeys(where: string, options: unknown, keys: Readonly<Record<string, true>>): void {
  const known = Object.keys(keys);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new EspalierError({ where, what: `is ${text(options)}`, remedy: `Give an object of ${known.join(', ')}` });
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  throw new EspalierError({
    where,
    what: `there is no "${unknown}"`,
    remedy: near === undefined ? `There are ${known.join(', ')}` : `Did you mean "${near}"?`,
  });
}

/** As one would write it. */
export function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : typeof value === 'string' ? `"${value}"` : String(value);
}
