/** Nanoseconds, as `node measure-costs.mjs` of this package measured them. */
export const COSTS = {
  /** Of one product by the sparse kernel over planes, of one by the dense one; of one output beside its products by either. */
  planes: { sparse: 0.11, dense: 0.064, sparseOutput: 0.12, denseOutput: 0.054 },
  /** Of one product with one vector by the sparse kernel, of one by the dense one; of one output beside its products by either. */
  vector: { sparse: 0.4, dense: 0.15, sparseOutput: 2.5, denseOutput: 0 },
} as const;
