import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { WrongUse } from './command.ts';

/** What the command line asks for, in the words of a config. */
export interface PruneWishes {
  readonly strategy: string;
  readonly sparsity?: string;
  readonly data?: string;
  readonly shrink?: boolean;
  readonly savedModel?: boolean;
  readonly sparse?: boolean;
  readonly epochs?: string;
  readonly granularity?: string;
  readonly threshold?: string;
  readonly scorer?: string;
  readonly plugins: readonly string[];
}

/**
 * The config of an experiment that prunes the model of a file. What was given stands in it as it was given, a line to
 * itself, so that a mistake is shown where it is.
 */
export function pruneConfig(file: string, model: tf.LayersModel, wishes: PruneWishes): string {
  const { strategy, sparsity, data, shrink, savedModel, sparse, epochs, granularity, threshold, scorer, plugins } = wishes;
  const entry = (key: string, value: string | undefined, indent = '') =>
    value === undefined ? [] : [`${indent}${key}:`, ...value.split('\n').map((line) => `${indent}  ${line}`)];
  return [
    `name: ${nameOf(file)}`,
    ...(plugins.length === 0 ? [] : [`plugins: ${JSON.stringify(plugins)}`]),
    ...entry('data', data ?? JSON.stringify({ none: shapesOf(model) })),
    `model: { file: { path: ${JSON.stringify(file)} } }`,
    'train: { epochs: 0 }',
    'prune:',
    ...entry('strategy', withScorer(strategy, scorer), '  '),
    ...entry('sparsity', sparsity, '  '),
    ...entry('epochs', epochs ?? (data === undefined ? '0' : undefined), '  '),
    ...entry('granularity', granularity, '  '),
    ...entry('threshold', threshold, '  '),
    ...(savedModel === true ? ['shrink: { savedModel: true }'] : shrink === true ? ['shrink: true'] : []),
    ...(sparse === true ? ['sparse: true'] : []),
    '',
  ].join('\n');
}

/** That of the folder which the model is in, as far as a run can be called so. */
function nameOf(file: string): string {
  const name = path
    .basename(path.dirname(path.resolve(file)))
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[^\w]+/, '');
  return JSON.stringify(name.slice(0, 100) || 'model');
}

function withScorer(strategy: string, scorer: string | undefined): string {
  if (scorer === undefined) return strategy;
  if (/^[\w./@-]+$/.test(strategy)) return `${strategy}:\n  scorer:\n${scorer.replaceAll(/^/gm, '    ')}`;
  throw new WrongUse(
    `--scorer goes with the name of a strategy; in --strategy '${strategy}' it is an option of it: {NAME: {scorer: ${scorer}}}`,
  );
}

/** Where a size is open, one that pooling layers do not bring to nothing. */
const OPEN = 32;

function shapesOf({ inputs, outputs }: tf.LayersModel) {
  const shapes = (tensors: readonly tf.SymbolicTensor[], open: number) =>
    tensors.map(({ shape }) => shape.slice(1).map((size) => size ?? open));
  return { inputs: shapes(inputs, OPEN), outputs: shapes(outputs, 1) };
}
