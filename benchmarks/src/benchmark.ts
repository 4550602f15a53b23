import type { Figures } from './figures.ts';
import type { Command } from './measured-process.ts';
import type { Row } from './row.ts';

/** One comparison, as the contract's `--json` has it but for the ratio. */
export interface Comparison {
  readonly work: string;
  readonly ours: number | null;
  readonly peer: string;
  readonly theirs: number | null;
  readonly unit: string;
  /** The ratio (theirs / ours) to reach; null where a peer stands there to be seen. */
  readonly goal: number | null;
}

/** The same work done by several processes in turns, and what is compared of their figures. */
export interface Contest {
  readonly title: string;
  readonly runners: Readonly<Record<string, Command>>;
  /** Turns that count. */
  readonly rounds: number;
  /** Turns before those. */
  readonly warmUps?: number;
  compare(figures: Figures): readonly Comparison[];
}

/** What `npm run bench -- NAME` measures. */
export interface Benchmark {
  readonly name: string;
  /** What is measured and how, for the page. */
  readonly about: string;
  contests(peers: Peers): readonly Contest[];
  /** What a picture shows of its rows; undefined where they do not have it all. */
  plot?(rows: readonly Row[]): Picture | undefined;
  /** What another page says of its rows, between `<!-- NAME -->` and `<!-- /NAME -->`. */
  readonly passage?: { readonly page: string; lines(rows: readonly Row[]): readonly string[] };
}

/** A picture of docs/. */
export interface Picture {
  readonly file: string;
  readonly shows: string;
  readonly svg: string;
}

/** Where the peers are. */
export interface Peers {
  /** The command that runs one of `benchmarks/peers`; empty where no Python was given, so that it can be spread. */
  script(label: string, file: string, work: object): Readonly<Record<string, Command>>;
}
