/** Nanoseconds, as `node scripts/measure-costs.mjs` of this package measured them. */
export const COSTS = {
  /** Of one product by a sparse kernel over planes, of one by the dense one; of one output of either. */
  planes: { sparse: 0.12, dense: 0.1, output: 0.3 },
  /** The same of products with one vector. */
  vector: { sparse: 0.6, dense: 0.08, output: 1.5 },
} as const;
