import type { PartialExperiment } from './check-experiment.ts';
import type { Mistake } from './mistakes.ts';

/** Each rule speaks of something, and says something of it. */
export function checkRules({ prune }: PartialExperiment): Mistake[] {
  return (prune?.parameters ?? []).flatMap((rule, index): Mistake[] => {
    if (rule === undefined) return [];
    const path = ['prune', 'parameters', index];
    const mistakes: Mistake[] = [];
    if (rule.match === undefined && rule.type === undefined) {
      mistakes.push({
        path,
        message: 'this rule speaks of nothing',
        expected: 'match (a name, with * and **), type (a layer class), or both',
      });
    }
    if (rule.exclude === undefined && rule.sparsity === undefined) {
      mistakes.push({ path, message: 'this rule changes nothing', expected: 'exclude: true, or a sparsity' });
    }
    if (rule.exclude === true && rule.sparsity !== undefined) {
      mistakes.push({ path: [...path, 'sparsity'], message: 'what is excluded is not pruned, so this sparsity would be ignored' });
    }
    return mistakes;
  });
}
