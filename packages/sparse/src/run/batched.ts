import { DENSE_BLOCK, packConv } from '../kernels/pack.ts';
import type { CompiledModel, Option, Plan, Port, Section, Step } from '../plan/plan.ts';
import { aligned, isPlain, planeOf, sizeOf } from '../plan/storage.ts';

/**
 * A net of vectors as one that computes `batch` samples at once, side by side as columns: each weight is read once for all
 * of them. Undefined where anything is more than a vector: convolutions read each weight for many places already.
 */
export function batched({ plan, sections }: CompiledModel, batch: number): CompiledModel | undefined {
  if (![...plan.inputs, ...plan.outputs].every(({ shape }) => isPlain(shape))) return undefined;
  const columns = { count: batch, plane: planeOf([batch, 2]) };
  const made = { sections: [...sections], buffers: plan.buffers.map((size) => size * columns.plane) };
  const steps: Step[] = [];
  for (const step of plan.steps) {
    const columnStep = STEPS[step.operation]?.(step, columns, made);
    if (columnStep === undefined) return undefined;
    steps.push(columnStep);
  }
  const port = ({ name, shape, buffer }: Port): Port => ({ name, shape: [batch, sizeOf(shape)], buffer });
  const batchedPlan: Plan = { ...plan, inputs: plan.inputs.map(port), outputs: plan.outputs.map(port), buffers: made.buffers, steps };
  return onlyUsed(batchedPlan, made.sections);
}

/** Without the sections that no step reads: those that were packed for one vector. */
function onlyUsed(plan: Plan, sections: readonly Section[]): CompiledModel {
  const used = [...new Set(plan.steps.flatMap(({ weights }) => weights))];
  const places = new Map(used.map((section, i) => [section, i]));
  const steps = plan.steps.map((step) => ({ ...step, weights: step.weights.map((section) => places.get(section) as number) }));
  return { plan: { ...plan, steps }, sections: used.map((section) => sections[section] as Section) };
}

interface Columns {
  readonly count: number;
  /** From one row of them to the next. */
  readonly plane: number;
}

interface Made {
  readonly sections: Section[];
  readonly buffers: number[];
}

/** How each operation on a vector is that on columns. */
const STEPS: Readonly<Record<string, (step: Step, columns: Columns, made: Made) => Step | undefined>> = {
  sparseVector(step, columns, made) {
    const taps = step.options['taps'] as number;
    const options = { ...convolution(step, columns, taps), blocks: 1 };
    return { ...step, operation: 'sparseConvolution', weights: [offsets(made, taps, columns), ...step.weights], options };
  },
  vector(step, columns, made) {
    const { inputs, outputs } = step.options as { readonly inputs: number; readonly outputs: number };
    const [packed, ...bias] = step.weights as [number, ...number[]];
    made.sections.push(repacked(made.sections[packed] as Float32Array, inputs, outputs));
    made.buffers.push(aligned(inputs * 16));
    const weights = [made.sections.length - 1, ...bias];
    const writes = [...step.writes, made.buffers.length - 1];
    const options = convolution(step, columns, inputs);
    return { ...step, operation: 'convolution', writes, weights: [offsets(made, inputs, columns), ...weights], options };
  },
  activation: (step, { plane }) => ({ ...step, options: { ...step.options, count: (step.options['count'] as number) * plane } }),
  scale: (step, { plane }) => ({ ...step, options: { ...step.options, count: (step.options['count'] as number) * plane } }),
  binary(step, { plane }) {
    const sizes = step.options['sizes'] as readonly number[];
    // Neighbours with neighbours: what repeats one number for all would repeat the first sample's.
    const isFlat = sizes.length === 1 && step.reads.length === 2 && ['first', 'second', 'out'].every((name) => isOne(step.options[name]));
    return isFlat ? { ...step, options: { ...step.options, sizes: [(sizes[0] as number) * plane] } } : undefined;
  },
  affine: ofChannels,
  softmax: ofChannels,
};

function isOne(strides: Option | undefined): boolean {
  return Array.isArray(strides) && strides.length === 1 && strides[0] === 1;
}

function ofChannels(step: Step, { count, plane }: Columns): Step | undefined {
  const [channels, places] = step.options['sizes'] as [number, number];
  return places === 1 ? { ...step, options: { ...step.options, sizes: [channels, count, plane] } } : undefined;
}

function convolution({ options }: Step, { count, plane }: Columns, taps: number): Record<string, Option> {
  const { outputs, activation, alpha } = options as Readonly<Record<string, Option>> & { readonly outputs: number };
  return { taps, outputs, plane, rows: 1, columns: count, inputPitch: count, activation: activation as string, alpha: alpha as number };
}

function offsets({ sections }: Made, taps: number, { plane }: Columns): number {
  sections.push(Uint32Array.from({ length: taps }, (_, tap) => tap * plane * 4));
  return sections.length - 1;
}

/** From what the product with one vector reads to what the convolution reads. */
function repacked(packed: Float32Array, inputs: number, outputs: number): Float32Array {
  const rows = new Float32Array(inputs * outputs);
  for (let o = 0; o < outputs; o++) {
    const start = Math.floor(o / DENSE_BLOCK) * DENSE_BLOCK * inputs + (o % DENSE_BLOCK);
    for (let i = 0; i < inputs; i++) rows[o * inputs + i] = packed[start + i * DENSE_BLOCK] as number;
  }
  return packConv(rows, outputs, inputs);
}
