import { type Column, type Dataset, elementsOf, type Plugin, type Samples } from '@espalier/core';
import { broken, failure, type Promises, type SuiteOptions, suite, type Tried, tried, within } from './suite.ts';

/** Tests that a dataset keeps what every dataset promises: `testDataset(plugin, { spirals: { samples: 100 } })`. */
export function testDataset(plugin: Plugin, config: unknown, options: SuiteOptions<DatasetPromise> = {}): void {
  const one = tried('dataset', plugin, config, options);
  suite(one, DATASET_PROMISES, () => new DatasetSubject(one), options.except);
}

/** A dataset, loaded once for all promises. */
export class DatasetSubject {
  readonly tried: Tried;
  private known: Promise<Dataset> | undefined;

  constructor(one: Tried) {
    this.tried = one;
  }

  loaded(): Promise<Dataset> {
    this.known ??= this.load();
    return this.known;
  }

  async load(): Promise<Dataset> {
    try {
      return await within(this.tried, 'load', () => this.tried.bed.make('dataset', this.tried.config).load());
    } catch (error) {
      throw failure(this.tried.words, error);
    }
  }

  /** Every column, with where it is. */
  async columns(): Promise<
    readonly { readonly words: string; readonly samples: Samples; readonly column: Column; readonly isTarget: boolean }[]
  > {
    const { train, test } = await this.loaded();
    return Object.entries({ train, test }).flatMap(([part, samples]) =>
      (['inputs', 'targets'] as const).flatMap((kind) =>
        samples[kind].map((column, i) => ({
          words: `${this.tried.words}, ${part}.${kind}[${i}]`,
          samples,
          column,
          isTarget: kind === 'targets',
        })),
      ),
    );
  }
}

export const DATASET_PROMISES = {
  loads: {
    says: 'has samples to train and to test with, and a fingerprint',
    async holds(subject) {
      const { train, test, fingerprint } = await subject.loaded();
      const { words: where } = subject.tried;
      for (const [name, samples] of Object.entries({ train, test })) {
        if (samples.size > 0 && samples.inputs.length > 0 && samples.targets.length > 0) continue;
        broken({
          where,
          what: `${name} has ${samples.size} samples of ${samples.inputs.length} inputs and ${samples.targets.length} targets`,
        });
      }
      if (typeof fingerprint === 'string' && fingerprint !== '') return;
      broken({
        where,
        what: 'has no fingerprint',
        why: 'a dense baseline is found again by it',
        remedy: 'Give a text that is another one where the content is: a checksum of the files, or the options',
      });
    },
  },

  shapes: {
    says: 'has as many values as its shapes say, the same shapes to train and to test with',
    async holds(subject) {
      const columns = await subject.columns();
      for (const { words: where, samples, column } of columns) {
        const wanted = samples.size * elementsOf(column.shape);
        if (column.data.length === wanted) continue;
        broken({
          where,
          what: `has ${column.data.length} values, where ${samples.size} samples of [${column.shape.join(', ')}] are ${wanted}`,
        });
      }
      const shapesOf = (samples: Samples) =>
        JSON.stringify([samples.inputs, samples.targets].map((each) => each.map(({ shape }) => shape)));
      const { train, test } = await subject.loaded();
      if (shapesOf(train) !== shapesOf(test))
        broken({ where: subject.tried.words, what: `has shapes ${shapesOf(train)} to train and ${shapesOf(test)} to test with` });
    },
  },

  values: {
    says: 'has finite numbers; labels are whole ones from 0 to below the number of classes',
    async holds(subject) {
      const { task, classes } = await subject.loaded();
      for (const { words: where, column, isTarget } of await subject.columns()) {
        const at = column.data.findIndex((value) => !Number.isFinite(value));
        if (at >= 0) broken({ where, what: `value ${at} is ${column.data[at]}`, why: 'a single one makes all weights NaN' });
        if (!isTarget || task !== 'classification' || column.shape.length > 0) continue;
        if (classes === undefined)
          broken({ where: subject.tried.words, what: 'is a classification and does not say how many classes it has' });
        const wrong = column.data.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= (classes as number));
        if (wrong >= 0) broken({ where, what: `label ${wrong} is ${column.data[wrong]} of ${classes} classes` });
      }
    },
  },

  same: {
    says: 'loads the same again',
    async holds(subject) {
      const [one, again] = [await subject.loaded(), await subject.load()];
      const differs = (['fingerprint', 'train', 'test'] as const).find((part) => inWords(one[part]) !== inWords(again[part]));
      if (differs === undefined) return;
      broken({
        where: subject.tried.words,
        what: `has another ${differs} when it is loaded again with the same options`,
        why: 'no run could be repeated, and each would train a dense baseline of its own',
        remedy: 'Draw from Random.of(seed, …) with a seed among its own options, 1 unless it is set, and never from Math.random',
      });
    },
  },
} satisfies Promises<DatasetSubject, string>;

export type DatasetPromise = keyof typeof DATASET_PROMISES;

function inWords(part: string | Samples): string {
  if (typeof part === 'string') return part;
  return [...part.inputs, ...part.targets].map(({ data }) => data.join()).join(';');
}
