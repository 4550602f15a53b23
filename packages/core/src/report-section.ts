import type { Json } from './keeping.ts';

/** What else shall a report show? A section of its page, made from the runs that it is about. */
export interface ReportSection {
  readonly title: string;
  /** What stands in it, from top to bottom; nothing where these runs have nothing for it. */
  show(runs: ReportedRuns): readonly SectionBlock[] | Promise<readonly SectionBlock[]>;
}

/** Plain content: the page draws it, and no code or markup of a plugin gets into it. */
export type SectionBlock =
  | { readonly text: string }
  | { readonly table: SectionTable }
  /** An SVG document, shown as an image, and what it shows in words. */
  | { readonly svg: string; readonly alt: string };

export interface SectionTable {
  readonly caption: string;
  readonly columns: readonly string[];
  /** Numbers stand to the right, shortened; null is a dash. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface ReportedRuns {
  /** What is wanted of a model: accuracy, or a low loss. */
  readonly quality: 'accuracy' | 'loss';
  /** As in the tables of the report: one for each strategy, sparsity and whatever else varies. */
  readonly settings: readonly ReportedSetting[];
}

/** Runs that differ in their seed alone. */
export interface ReportedSetting {
  readonly label: string;
  readonly strategy: string;
  /** Asked for, where the config does; else what was reached. */
  readonly sparsity: number | null;
  readonly runs: readonly ReportedRun[];
}

export interface ReportedRun {
  readonly seed: number;
  /** Its folder, with result.json and the models: a section may read whatever it needs. */
  readonly folder: string;
  /** By the names that `espalier compare` knows: `accuracy`, `bytes`, `denseBytes`, `energy`, `denseEnergy`. */
  readonly figures: Readonly<Record<string, number>>;
  /** What evaluators left beside their figures, by the state of the model and the evaluator's name. */
  readonly details: Readonly<Record<'dense' | 'pruned' | 'shrunk', Readonly<Record<string, Json>>>>;
}
