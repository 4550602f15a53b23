import type { LayerConfig } from '@espalier/surgery';
import type { Value } from '../builder.ts';
import { concatenate, reshape, settled, slice, withMask } from '../operations/layout.ts';
import { inputOf, refuse, type SparseRule, sparseRuleOf } from '../sparse-rule.ts';

/** Layers to which one more axis in front is the same. */
const ANY_RANK = new Set(['Dense', 'Activation', 'Dropout', 'ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU']);

/** The layer inside at each step in time. */
export const timeDistributed: SparseRule = (call, build) => {
  const { className, config } = call.config['layer'] as { readonly className: string; readonly config: LayerConfig };
  const rule = sparseRuleOf(className);
  if (rule === undefined) return refuse(call, `wraps a ${className}, which has no sparse kernel`);
  const value = settled(build, inputOf(call));
  const [time, ...shape] = value.shape as [number, ...number[]];
  const outputs = call.outputs.map(([, ...each]) => each);
  if (ANY_RANK.has(className)) return withMask(first(rule({ ...call, config, inputs: [value] }, build)), value.mask);
  const steps = Array.from({ length: time }, (_, t) => {
    const given = reshape(build, slice(build, value, [t], [1, ...shape]), shape);
    const made = settled(build, first(rule({ ...call, config, inputs: [given], outputs }, build)));
    return reshape(build, made, [1, ...made.shape]);
  });
  return withMask(concatenate(build, steps, 0), value.mask);
};

function first(values: Value | readonly Value[]): Value {
  return (Array.isArray(values) ? values[0] : values) as Value;
}
