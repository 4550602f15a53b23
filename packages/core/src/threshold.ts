import type { PrunableParameter } from './parameter.ts';

/**
 * Where the line is in one parameter: all scores below a value go (and of those that equal it the first `ties` by
 * position), or exactly so many scores of the lowest (ties by position).
 */
export type Line = { readonly below: number; readonly ties?: number } | { readonly count: number };

/** The scores of one parameter, as a threshold sees them. */
export interface ParameterScores {
  readonly parameter: PrunableParameter;
  /** How many scores there are: one per element, or per group of the run's granularity. */
  readonly size: number;
  /** Elements that go with each score: 1, the same for all, or each group's own. */
  readonly groupSize: number | Uint32Array;
  /**
   * The scores in the parameter's order, −Infinity where an element (or group) is pruned already, +Infinity where it
   * must stay: leave both out of means and medians. Not to be written to. Read them anew rather than keeping them: of a
   * large net the run holds one parameter's scores at a time, where the scorer goes one by one.
   */
  read(): Promise<Float32Array>;
  /** The scores in pieces of a multiple of 8, where that is how they are made; each is good until the next is asked for. */
  pieces?(): AsyncIterable<Float32Array>;
  /** Scores a stride apart, from a position on, without reading the others, where that can be. */
  sample?(from: number, stride: number): Promise<Float32Array>;
}

/** The scores of a parameter from the first to the last, in pieces or all at once. */
export async function* eachPiece(scores: ParameterScores): AsyncGenerator<Float32Array> {
  if (scores.pieces === undefined) yield await scores.read();
  else yield* scores.pieces();
}

/** How many elements of a parameter are left. */
export interface KeptElements {
  readonly parameter: PrunableParameter;
  readonly kept: number;
}

/** Where is the line: a value, a quantile of each layer or of the whole net, a spread, a budget? */
export interface Threshold {
  /**
   * One line per parameter, in their order. `sparsity` is the share of all these elements that shall be pruned
   * afterwards; for a threshold that decides alone, how far to go on the way to that, NaN for all the way (`partOfTheWay`).
   */
  lines(scores: readonly ParameterScores[], sparsity: number): Line[] | Promise<Line[]>;

  /** True where the threshold alone decides how much goes, so that a config gives no sparsity. */
  readonly decidesSparsity?: boolean;
  /**
   * For one that decides alone and promises what is left afterwards: whether a run has come to that, as its cuts may not have
   * been free to (`mayEmpty`, N of M). In words what was missed, both figures in it; undefined where it holds.
   */
  missed?(left: readonly KeptElements[]): string | undefined;
  /** True where the line is drawn by the weights themselves: a run that cuts groups of them is refused. */
  readonly ofElements?: boolean;
  /** Whether how much goes hangs on how large scores are, and not on their order alone: random scores are no control of it then. */
  readonly readsSizes?: boolean;
}
