import type { z } from 'zod';
import type { PartKind, PartTypes } from './tokens.ts';

/** One part that a plugin brings. */
export interface PluginEntry<T> {
  /** Its class. Made anew for each run, with what its constructor injects. */
  readonly use: new (
    // biome-ignore lint/suspicious/noExplicitAny: constructor arguments are filled by the container, whatever they are.
    ...args: any[]
  ) => T;
  /** The schema of its options: checked before anything runs, shown by `espalier plugins`, completed by editors. */
  readonly options?: z.ZodObject;
  /** One sentence for lists; the first of what the part does. */
  readonly description?: string;
}

type Entries<K extends PartKind> = Readonly<Record<string, PluginEntry<PartTypes[K]>>>;

/** A plugin is a value: what it brings, by kind and name. The built-in packages are plugins of this same shape. */
export interface Plugin {
  /** The package's name. */
  readonly name: string;
  readonly strategies?: Entries<'strategy'>;
  readonly scorers?: Entries<'scorer'>;
  readonly schedulers?: Entries<'scheduler'>;
  readonly thresholds?: Entries<'threshold'>;
  readonly granularities?: Entries<'granularity'>;
  readonly datasets?: Entries<'dataset'>;
  readonly models?: Entries<'model'>;
  readonly optimizers?: Entries<'optimizer'>;
  readonly learningRates?: Entries<'learningRate'>;
  readonly losses?: Entries<'loss'>;
  readonly trainers?: Entries<'trainer'>;
  readonly metrics?: Entries<'metric'>;
  readonly evaluators?: Entries<'evaluator'>;
  readonly reportSections?: Entries<'reportSection'>;
}

/** The field of a plugin that holds each kind of part. */
export const PLUGIN_FIELDS = {
  strategy: 'strategies',
  scorer: 'scorers',
  scheduler: 'schedulers',
  threshold: 'thresholds',
  granularity: 'granularities',
  dataset: 'datasets',
  model: 'models',
  optimizer: 'optimizers',
  learningRate: 'learningRates',
  loss: 'losses',
  trainer: 'trainers',
  metric: 'metrics',
  evaluator: 'evaluators',
  reportSection: 'reportSections',
} as const satisfies { readonly [K in PartKind]: keyof Plugin };

export const PART_KINDS = Object.keys(PLUGIN_FIELDS) as PartKind[];

/** Declares a plugin; a wrong entry is a compile error here. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
