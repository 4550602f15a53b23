/** One input or target of every sample: `data` holds size × the product of `shape` values, sample after sample. */
export interface Column {
  /** The shape of one sample's value: [28, 28, 1] for a grey image, [] for a label. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
  /** What a stored byte is multiplied by when it is read: 1/255 for pixels. Without it values are taken as they are. */
  readonly scale?: number;
  /** What is added then: standardised inputs have both. Without it nothing. */
  readonly offset?: number;
}

/** Samples as a model takes them: one column per input and per output, in the model's order. */
export interface Samples {
  readonly size: number;
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
}

/** Data to train and to test with. */
export interface Dataset {
  readonly name: string;
  /** Classification has whole-number labels from 0, one target column of shape [] per output. */
  readonly task: 'classification' | 'regression';
  /** How many classes there are, for classification. */
  readonly classes?: number;
  readonly classNames?: readonly string[];
  readonly train: Samples;
  readonly test: Samples;
  /** True where the samples are made up and only their shapes are right: nothing is trained, scored or measured on them. */
  readonly madeUp?: boolean;
  /** Identifies the content, so that a dense baseline is found again only for the same data: a checksum, say. */
  readonly fingerprint: string;
}

/** What a plugin's dataset entry is an instance of. */
export interface DatasetSource {
  /** @throws EspalierError for files that are missing, cut short, changed, or do not fit together. */
  load(): Promise<Dataset>;
}

/** The samples from `start` up to, not including, `end`, without copying them. */
export function sliceSamples(samples: Samples, start: number, end: number): Samples {
  const slice = (column: Column): Column => {
    const width = elementsOf(column.shape);
    return { ...column, data: column.data.subarray(start * width, end * width) };
  };
  return { size: end - start, inputs: samples.inputs.map(slice), targets: samples.targets.map(slice) };
}

/** These samples in this order, copied. */
export function pickSamples(samples: Samples, order: ArrayLike<number>): Samples {
  const pick = (column: Column): Column => {
    const width = elementsOf(column.shape);
    const data = new (column.data.constructor as Uint8ArrayConstructor)(order.length * width) as Column['data'];
    for (let i = 0; i < order.length; i++) {
      const from = (order[i] as number) * width;
      data.set(column.data.subarray(from, from + width), i * width);
    }
    return { ...column, data };
  };
  return { size: order.length, inputs: samples.inputs.map(pick), targets: samples.targets.map(pick) };
}

export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
