import { z } from 'zod';

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);

/** One state of the model, measured: a `Measurement` as runs write it. Infinity is no JSON: a loss that diverged is null. */
const measurement = z.object({
  accuracy: share.nullable().default(null),
  loss: z.number().nullable(),
  trainAccuracy: share.nullable().default(null),
  parameters: count,
  nonzero: count,
  sparsity: share.optional(),
  bytes: count,
  macs: count,
  latencyMs: count,
  figures: z.record(z.string(), z.number().nullable()).optional(),
  details: z.record(z.string(), z.json()).optional(),
});

/** With the same as one TensorFlow graph, where there is one; latencies only where TensorFlow was there. */
const shrunk = measurement.extend({ savedModel: z.object({ latencyMs: count.nullable().default(null) }).nullish() });

const sparse = z.object({
  latencyMs: count,
  denseWasmLatencyMs: count.nullish(),
  bytes: count.nullish(),
  maxDifference: count.nullish(),
});

const parameter = z.object({
  name: z.string(),
  shape: z.array(count),
  sparsity: share,
  threshold: z.number().nullable().default(null),
});

/**
 * What comparing needs of a `result.json`. The file comes from outside: an older version, another program or a hand may
 * have written it, so it is checked as such, and fields that came later may be missing.
 */
export const recordSchema = z.object({
  experiment: z.string(),
  hash: z.string().min(1),
  seed: z.number().int(),
  strategy: z.string(),
  control: z.string().nullable().default(null),
  status: z.enum(['done', 'failed']),
  failures: z.array(z.string()).default([]),
  dense: measurement.nullable(),
  pruned: measurement.nullable(),
  shrunk: shrunk.nullish().transform((value) => value ?? null),
  sparse: sparse.nullish().transform((value) => value ?? null),
  asked: share.nullable().default(null),
  /** What its metrics and evaluators are told in. */
  figures: z.record(z.string(), z.object({ unit: z.string().optional() })).optional(),
  parameters: z.array(parameter),
  /** Seconds; the rest, such as the profile of the process, is no figure to compare. */
  timing: z.object({ denseS: count.optional(), pruneS: count.optional(), trainS: count.optional() }),
  backend: z.object({ name: z.string(), version: z.string(), threads: count.optional() }).optional(),
  baseline: z.string().optional(),
  versions: z.record(z.string(), z.string()).default({}),
  /** The complete experiment; records of versions before it came are read with their experiment.yaml. */
  config: z.record(z.string(), z.unknown()).optional(),
});

/** The first thing that is wrong with a record, as its reader needs it. */
export function wrongField(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is not the record of a run';
  const where = issue.path.join('.');
  return where === '' ? `it is not the record of a run: ${issue.message}` : `${where}: ${issue.message}`;
}
