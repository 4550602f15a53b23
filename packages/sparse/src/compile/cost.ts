import { aligned } from '../plan/storage.ts';
import { COSTS } from './cost-constants.ts';

/** What a layer's products are. */
export interface Products {
  readonly nonzero: number;
  /** All weights, zeros too. */
  readonly weights: number;
  readonly outputs: number;
  /** Of the output. */
  readonly places: number;
}

/** Nanoseconds that each kernel is expected to take. */
export interface Expected {
  readonly sparse: number;
  readonly dense: number;
}

/** Linear in the products of each kernel and in the outputs; the constants are measured. */
export function expected({ nonzero, weights, outputs, places }: Products): Expected {
  const cost = places === 1 ? COSTS.vector : COSTS.planes;
  const columns = places === 1 ? 1 : aligned(places);
  return {
    sparse: (nonzero * cost.sparse + outputs * cost.sparseOutput) * columns,
    dense: (weights * cost.dense + outputs * cost.denseOutput) * columns,
  };
}
