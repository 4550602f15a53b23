import type { Plan, Step } from '../plan/plan.ts';

/** Operations that make an activation of what they give. */
const ACTIVATING = new Set(['sparseConvolution', 'convolution', 'sparseVector', 'vector', 'depthwise', 'affine']);

/** An activation that alone reads what a step with none gives becomes that step's own. */
export function fuse(plan: Plan): Plan {
  const readers = countsOf(plan.steps.flatMap(({ reads }) => reads).concat(plan.outputs.map(({ buffer }) => buffer)));
  const writers = countsOf(plan.steps.flatMap(({ writes }) => writes));
  const makers = new Map<number, number>();
  const steps: (Step | undefined)[] = [...plan.steps];
  plan.steps.forEach((step, i) => {
    const [from, to] = [step.reads[0], step.writes[0]] as [number, number];
    const at = step.operation === 'activation' ? makers.get(from) : undefined;
    const maker = at === undefined ? undefined : steps[at];
    if (at !== undefined && maker !== undefined && readers.get(from) === 1 && writers.get(from) === 1 && isOpen(maker)) {
      const { activation, alpha } = step.options;
      const fused = { ...maker, writes: [to, ...maker.writes.slice(1)], options: { ...maker.options, activation, alpha } } as Step;
      steps[at] = fused;
      steps[i] = undefined;
      makers.set(to, at);
    } else if (step.writes[0] !== undefined) makers.set(to, i);
  });
  return { ...plan, steps: steps.filter((step) => step !== undefined) };
}

function isOpen({ operation, options }: Step): boolean {
  return ACTIVATING.has(operation) && options['activation'] === 'linear';
}

function countsOf(numbers: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}
