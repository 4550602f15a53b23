import type { Cost, Quality } from '../compare/costs.ts';
import type { OwnFigure } from '../compare/own-figures.ts';
import type { Scalar } from '../compare/settings.ts';
import type { SectionContent } from './sections.ts';

/** What the page is given. It is drawn from this alone, in a browser that knows no files. */
export interface ReportData {
  readonly title: string;
  /** ISO, of the moment that it was made. */
  readonly at: string;
  readonly quality: Quality;
  /** What the rows are held against. */
  readonly reference: string;
  readonly counts: {
    readonly measured: number;
    readonly unexpected: number;
    readonly broken: number;
    readonly unfinished: number;
    readonly notBegun: number;
  };
  /** Columns of each run's figures. */
  readonly figures: readonly string[];
  /** Those of them that metrics and evaluators of the configs gave. */
  readonly ownFigures: Readonly<Record<string, OwnFigure>>;
  /** Of plugins. */
  readonly sections: readonly SectionContent[];
  readonly rows: readonly ReportRow[];
  readonly fronts: Readonly<Record<Cost, readonly number[]>>;
  /** Settings of the first row; each row tells what differs. */
  readonly settings: Readonly<Record<string, Scalar>>;
  /** Parameters by name, the columns of the heat map. */
  readonly parameters: readonly string[];
  readonly details: readonly RunDetails[];
  readonly problems: readonly { readonly file: string; readonly what: string }[];
  /** What is not embedded, a sentence each. */
  readonly limits: readonly string[];
}

export interface ReportRow {
  readonly id: number;
  readonly series: string;
  readonly strategy: string;
  readonly context: string;
  readonly problem: string;
  /** Asked for, where the config does; else what was reached. */
  readonly sparsity: number | null;
  /** Settings that differ from the first row's; null where it has none. */
  readonly differs: Readonly<Record<string, Scalar | { readonly absent: true }>>;
  readonly runs: readonly ReportRun[];
  readonly controls: Readonly<Record<string, readonly ReportRun[]>>;
  /** Quality of the reference by seed; null where there is none, undefined where it is the dense model. */
  readonly against?: readonly (readonly [seed: number, quality: number])[] | null;
  /** Sparsity by parameter, mean over seeds; for the first rows. */
  readonly layers?: readonly (number | null)[];
  readonly broken: number;
}

/** Seed, folder, figures in the order of `ReportData.figures`. */
export type ReportRun = readonly [seed: number, folder: string, ...figures: (number | null)[]];

/** What is known of one run besides its figures: of a few runs only, for it is much. */
export interface RunDetails {
  readonly row: number;
  readonly seed: number;
  readonly folder: string;
  readonly curves?: Curves;
  readonly histograms?: readonly Histogram[];
  /** Why there are none of the dense model. */
  readonly withoutDense?: string;
  readonly mask?: MaskImage;
  readonly removed?: RemovedUnits;
}

/** The graph of a net, and how many units each layer lost when it was shrunk. */
export interface RemovedUnits {
  readonly layers: readonly { readonly name: string; readonly type: string; readonly of: number | null; readonly removed: number }[];
  readonly links: readonly (readonly [from: string, to: string])[];
  /** Layers that are not told of, as there are too many. */
  readonly hidden: number;
}

export interface Curves {
  /** Loss by step, the dense training first; means of as many steps as make a point. */
  readonly dense: readonly (readonly [step: number, loss: number])[];
  readonly prune: readonly (readonly [step: number, loss: number])[];
  /** Sparsity after each cut, at the step of the pruning that it came at. */
  readonly sparsity: readonly (readonly [step: number, sparsity: number])[];
}

export interface Histogram {
  readonly parameter: string;
  /** Edges of the bins: one more than there are counts. */
  readonly edges: readonly number[];
  /** Weights that are not zero. */
  readonly after: readonly number[];
  readonly before?: readonly number[];
  readonly zeros: number;
}

/** How much of what each pixel feeds is kept. */
export interface MaskImage {
  readonly parameter: string;
  readonly width: number;
  readonly height: number;
  /** 0 to 1, row by row. */
  readonly kept: readonly number[];
}
