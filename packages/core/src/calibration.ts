import { type Batch, batches } from './batch.ts';
import type { Samples } from './data.ts';

/** Training samples that scores are computed on. */
export class Calibration {
  readonly samples: Samples;
  readonly batchSize: number;

  /** @param samples already in the model's shapes (see `samplesFor`). */
  constructor(samples: Samples, batchSize: number) {
    this.samples = samples;
    this.batchSize = batchSize;
  }

  /** Every sample once, in order. The caller disposes each batch's tensors. */
  batches(batchSize: number = this.batchSize): Generator<Batch & { readonly size: number }> {
    return batches(this.samples, batchSize);
  }
}
